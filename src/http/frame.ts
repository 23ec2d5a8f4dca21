/**
 * The document a message is shown in: blank, same origin, so that the UI can patch sanitised DOM into it, and without
 * scripts for good: its sandbox and its policy both forbid them, whatever is patched in.
 * https://html.spec.whatwg.org/#sandboxing, https://www.w3.org/TR/CSP3/
 */
import { HttpProblem } from './problem.ts'
import type { Reply } from './reply.ts'
import { templateFilesPrefix } from './template-path.ts'

const keyPath = /^\/frame\/[0-9a-hjkmnp-tv-z]{11}$/

/** Parts of a message, as a source of a policy. A literal IPv6 address is none (CSP3 §2.3.1), so there it is all of ours. */
export function partsSource(origin: string, key: string): string {
  return origin.includes('[') ? "'self'" : `${origin}/api/messages/${key}/parts/`
}

/**
 * `/frame/{key}` is for a message: of ours, only pictures of its own parts are loaded. `/frame/template` is for every
 * rendering: pictures, stylesheets and fonts come from `/template-files/`, so relative references have to be written as
 * that before they are patched in.
 * @param remote whether to load from elsewhere too, after a click.
 * @throws HttpProblem 404 for any other path.
 */
export function frameReply(path: string, origin: string, remote: boolean): Reply {
  const { pictures, files } = path === '/frame/template' ? templateSources(origin) : messageSources(path, origin)
  const elsewhere = remote ? ' http: https:' : ''
  const policy = [
    'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    "script-src 'none'",
    `style-src 'unsafe-inline'${files}${elsewhere}`,
    `img-src data: ${pictures}${elsewhere}`,
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
    headers: { 'Content-Security-Policy': policy.join('; '), 'X-Frame-Options': 'SAMEORIGIN' },
  }
}

/** Sources of a policy; `files` begins with a space, or is empty. */
interface Sources {
  readonly pictures: string
  readonly files: string
}

function messageSources(path: string, origin: string): Sources {
  if (!keyPath.test(path)) throw new HttpProblem(404, 'Not found', 'There is no such frame.')
  return { pictures: partsSource(origin, path.slice('/frame/'.length)), files: '' }
}

function templateSources(origin: string): Sources {
  const files = origin.includes('[') ? "'self'" : `${origin}${templateFilesPrefix}`
  return { pictures: files, files: ` ${files}` }
}
