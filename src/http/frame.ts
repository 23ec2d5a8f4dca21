/**
 * The document a message is shown in: blank, same origin, so that the UI can patch sanitised DOM into it, and without
 * scripts for good: its sandbox and its policy both forbid them, whatever is patched in.
 * https://html.spec.whatwg.org/#sandboxing, https://www.w3.org/TR/CSP3/
 */
import { HttpProblem } from './problem.ts'
import type { Reply } from './reply.ts'

const keyPath = /^\/frame\/[0-9a-hjkmnp-tv-z]{11}$/

/** Parts of a message, as a source of a policy. A literal IPv6 address is none (CSP3 §2.3.1), so there it is all of ours. */
export function partsSource(origin: string, key: string): string {
  return origin.includes('[') ? "'self'" : `${origin}/api/messages/${key}/parts/`
}

/** @throws HttpProblem 404 unless the path is `/frame/{key}`. */
export function frameReply(path: string, origin: string, remote: boolean): Reply {
  if (!keyPath.test(path)) throw new HttpProblem(404, 'Not found', 'There is no such frame.')
  const parts = partsSource(origin, path.slice('/frame/'.length))
  const elsewhere = remote ? ' http: https:' : ''
  const policy = [
    'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    "script-src 'none'",
    `style-src 'unsafe-inline'${elsewhere}`,
    `img-src data: ${parts}${elsewhere}`,
    `font-src data:${elsewhere}`,
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
