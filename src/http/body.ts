/** Request bodies, counted while they stream, so that nothing larger than its limit is ever held. */
import type { IncomingMessage } from 'node:http'
import { tooDeep, tooDeepAt } from '../json.ts'
import { badRequest, HttpProblem } from './problem.ts'

/** Limit of a JSON body, octets. */
export const maxJsonOctets = 1_048_576

/** @throws HttpProblem 413 before anything is read, where the client says itself that it is too much. */
export function checkDeclaredLength(request: IncomingMessage, maxOctets: number): void {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxOctets) throw tooLarge(maxOctets)
}

/** The body in chunks. @throws HttpProblem 413 past the limit, 400 when the client goes away. */
export async function* readBody(request: IncomingMessage, maxOctets: number): AsyncIterable<Buffer> {
  checkDeclaredLength(request, maxOctets)
  let octets = 0
  try {
    // Left early, the rest must still be readable: the answer goes out on the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      octets += chunk.length
      if (octets > maxOctets) throw tooLarge(maxOctets)
      yield chunk
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error
    throw new HttpProblem(400, 'Bad request', 'The request body broke off.', { cause: error })
  }
}

/** @throws HttpProblem 413, 415 (not JSON), 400 (malformed or nested too deeply). */
export async function readJson(request: IncomingMessage, maxOctets: number): Promise<unknown> {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new HttpProblem(415, 'Unsupported media type', 'The body has to be application/json.')
  }
  const chunks: Buffer[] = []
  for await (const chunk of readBody(request, maxOctets)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  if (tooDeepAt(text) !== undefined) throw badRequest(`${tooDeep}.`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HttpProblem(400, 'Bad request', 'The body is not JSON.', { cause: error })
  }
}

/** Reads a body that the route has no use for. @throws HttpProblem 413. */
export async function discardBody(request: IncomingMessage, maxOctets: number): Promise<void> {
  for await (const chunk of readBody(request, maxOctets)) void chunk
}

function tooLarge(maxOctets: number): HttpProblem {
  // What is left of the body would have to be read to use the connection again.
  const headers = { Connection: 'close' }
  return new HttpProblem(413, 'Content too large', `At most ${maxOctets} octets are taken here.`, { headers })
}
