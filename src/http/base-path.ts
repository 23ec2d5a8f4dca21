/** The path under which a proxy serves us, where it leaves that in the request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { safetyHeaders } from './gate.ts'

/** Takes it off the request target, before anybody looks at that. What comes without it stays as it is. */
export function takeOff(basePath: string, request: IncomingMessage): void {
  if (basePath !== '' && request.url?.startsWith(`${basePath}/`) === true)
    request.url = request.url.slice(basePath.length)
}

/** Whether it was asked for without its slash: then everything that is relative to the page would go astray. */
export function isBare({ url, method }: IncomingMessage, basePath: string): boolean {
  const reading = method === 'GET' || method === 'HEAD'
  return basePath !== '' && reading && (url === basePath || url?.startsWith(`${basePath}?`) === true)
}

export function redirectInto(request: IncomingMessage, response: ServerResponse, basePath: string): void {
  const query = request.url?.slice(basePath.length) ?? ''
  response.writeHead(308, { ...safetyHeaders, Location: `${basePath}/${query}` }).end()
}
