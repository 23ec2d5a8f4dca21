/**
 * LiveReload on a port of its own, where the browser extension and pages of others on this machine look for it. There is
 * the client script, there is the socket, and nothing else: no `/changed`, no `/kill`. LR-1.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { guard } from '../http/guard.ts'
import { isLoopbackOrigin } from '../http/host.ts'
import { HttpProblem } from '../http/problem.ts'
import { writeProblem } from '../http/reply.ts'
import type { BoundSockets } from '../net/listener.ts'
import type { Hub } from './hub.ts'

/** Where the client script is, and where its socket. Fixed by livereload.js. */
export const scriptPath = '/livereload.js'
export const socketPath = '/livereload'

const maxConnections = 200
const requestTimeoutMs = 10_000

export interface EndpointOptions {
  readonly sockets: BoundSockets
  readonly hub: Hub
  /** What is served as `/livereload.js`. */
  readonly script: Buffer
}

export interface Endpoint {
  /** Stops listening and closes every connection. The hub is its owner's to close. */
  close(): Promise<void>
}

/** Pages of this machine, on any port, may load the script and open the socket; those of others may not. */
export function startEndpoint({ sockets, hub, script }: EndpointOptions): Endpoint {
  const rules = {
    names: new Set<string>(),
    origins: { has: isLoopbackOrigin },
    isDocument: () => false,
    isPublic: (path: string) => path === scriptPath,
  }
  const gate = guard(rules, undefined, [socketPath])
  const server = createServer({
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs,
    requireHostHeader: false,
  })
  // It never listens itself; this event is what starts its watch over slow requests.
  server.emit('listening')
  server.on('request', (request, response) => {
    void gate.request(request, response).then((admission) => {
      if (admission !== undefined) answer(admission.path, script, { request, response })
    })
  })
  server.on('upgrade', (request, socket, head) => {
    void gate.upgrade(request, socket).then((admission) => {
      if (admission !== undefined) hub.upgrade(request, socket, head)
    })
  })
  const open = new Set<Socket>()
  sockets.serve((socket) => {
    if (open.size >= maxConnections) return void socket.destroy()
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    server.emit('connection', socket)
  })
  return {
    async close() {
      await sockets.close()
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

function answer(path: string, script: Buffer, { request, response }: Exchange): void {
  if (path !== scriptPath || (request.method !== 'GET' && request.method !== 'HEAD')) {
    const nothing = new HttpProblem(404, 'Not found', 'Here are only /livereload.js and the socket of LiveReload.')
    return writeProblem(request, response, nothing)
  }
  response.setHeader('Content-Type', 'text/javascript; charset=utf-8')
  response.setHeader('Content-Length', script.length)
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  response.end(request.method === 'HEAD' ? undefined : script)
}
