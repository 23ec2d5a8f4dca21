/**
 * The document a message is shown in: blank, same origin, so that the UI can patch sanitised DOM into it, and without
 * scripts for good: its sandbox and its policy both forbid them, whatever is patched in.
 * https://html.spec.whatwg.org/#sandboxing, https://www.w3.org/TR/CSP3/
 */
import { HttpProblem } from './problem.ts'
import type { Reply } from './reply.ts'

const keyPath = /^\/frame\/[0-9a-hjkmnp-tv-z]{11}$/

/**
 * `/frame/{key}` is for a message, and loads pictures of its parts. `/frame/template` is for every rendering: pictures,
 * stylesheets and fonts come from `/template-files/`, so relative references have to be written as that before they are
 * patched in. Which of ours are loaded is up to whoever patches: a policy names hosts, and behind a proxy we do not know
 * the one that the browser sees.
 * @param remote whether to load from elsewhere too, after a click.
 * @throws HttpProblem 404 for any other path.
 */
export function frameReply(path: string, remote: boolean): Reply {
  const template = path === '/frame/template'
  if (!template && !keyPath.test(path)) throw new HttpProblem(404, 'Not found', 'There is no such frame.')
  const files = template ? " 'self'" : ''
  const elsewhere = remote ? ' http: https:' : ''
  const policy = [
    'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    "script-src 'none'",
    `style-src 'unsafe-inline'${files}${elsewhere}`,
    `img-src data: 'self'${elsewhere}`,
    `font-src data:${files}${elsewhere}`,
    `media-src data:${elsewhere}`,
    "object-src 'none'",
    "frame-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ]
  return {
    kind: 'text',
    mediaType: 'text/html; charset=utf-8',
    text: '<!doctype html>\n<html><head><meta charset="utf-8"><title>Message</title></head><body></body></html>\n',
    headers: {
      'Content-Security-Policy': policy.join('; '),
      'X-Frame-Options': 'SAMEORIGIN',
      // Of the hosts of the links of a message.
      'X-DNS-Prefetch-Control': 'off',
    },
  }
}
