/** Problems where there is no response to write them to: a socket that wants to be upgraded, octets that are no request. */
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { safetyHeaders } from './gate.ts'
import { HttpProblem, problemBody, problemMediaType } from './problem.ts'

/** Writes a whole answer, and closes. */
export function endWithProblem(socket: Duplex, problem: HttpProblem): void {
  const body = JSON.stringify(problemBody(problem))
  const fields = {
    ...safetyHeaders,
    ...problem.headers,
    'Content-Type': problemMediaType,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  )
}

/** Answers what Node cannot read as a request with the status that Node would give it, as a problem. */
export function answerUnreadable(server: Server): void {
  /** Of each connection, the answers that are not out; requests may come without waiting for them. */
  const answering = new WeakMap<Duplex, Set<ServerResponse>>()
  server.prependListener('request', ({ socket }, response) => {
    const pending = answering.get(socket) ?? new Set()
    answering.set(socket, pending.add(response))
    response.once('close', () => pending.delete(response))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const pending = [...(answering.get(socket) ?? [])]
    const underWay = pending.some(({ headersSent, writableFinished }) => headersSent && !writableFinished)
    if (underWay || error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    endWithProblem(socket, unreadable(error))
  })
}

/** RFC 9110 §15.5, RFC 6585 §5. */
function unreadable(cause: NodeJS.ErrnoException): HttpProblem {
  switch (cause.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem(431, 'Request header too large', 'Address and header fields are too long.', { cause })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpProblem(413, 'Content too large', 'The chunk extensions are too long.', { cause })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem(408, 'Request timeout', 'The request took too long to arrive.', { cause })
    default:
      return new HttpProblem(400, 'Bad request', 'This is not a request of HTTP/1.1.', { cause })
  }
}
