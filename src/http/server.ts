/**
 * The HTTP server: UI, REST and the way to the live channel on one port. Everything passes the gate (`guard.ts`) on the
 * raw `request` and `upgrade` events; what it lets through goes to the live channel, the route table or the UI's files.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import express, { type Express } from 'express'
import type { BoundSockets } from '../net/listener.ts'
import { isBare, redirectInto, takeOff } from './base-path.ts'
import { failureOf } from './failure.ts'
import { frameReply } from './frame.ts'
import { guard, type Admission } from './guard.ts'
import { messageTies } from './ties.ts'
import { messageContents } from './message-content.ts'
import { authenticator, type Credential } from './passwords.ts'
import { HttpProblem } from './problem.ts'
import { writeProblem, writeReply, type Reply } from './reply.ts'
import { answerUnreadable } from './raw-problem.ts'
import type { Route } from './router.ts'
import { routes } from './routes/table.ts'
import type { HttpServices, RouteServices } from './services.ts'
import { loadStaticFiles, type StaticFiles } from './static.ts'
import type { Log } from '../log.ts'
import { Waits } from '../waits/waits.ts'
import { WebRequest } from './upgrades.ts'
import type { WatchedUi } from './watched-ui.ts'
import { templateFileReply } from './template-files.ts'

export interface HttpOptions {
  readonly sockets: BoundSockets
  /** Names besides loopback under which we may be reached: `name` or `name:port`. Default none. */
  readonly allowedHosts?: readonly string[]
  /** See `HostRules.container`. Default false. */
  readonly container?: boolean
  /** Path that a proxy leaves before ours, as `/mail`. Default none. */
  readonly basePath?: string
  /** Origins of other pages that may use REST and the live channel. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Who may log in. Default: nobody has to. */
  readonly users?: readonly Credential[]
  /** Largest message that may be sent, octets; 0 = no limit. */
  readonly maxMessageOctets: number
  /** Waits that may be open at a time. Default 1,000. */
  readonly maxWaits?: number
  /** Directory of the built UI. Undefined: none. */
  readonly uiDirectory?: string | undefined
  /** In the place of the built UI. Default none. */
  readonly watchedUi?: WatchedUi | undefined
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits {
  /** From the first octet to the end of the header. Default 10,000. */
  readonly headersTimeoutMs: number
  /** From the first octet to the end of the body. Default 30,000. */
  readonly requestTimeoutMs: number
  /** Between requests on a connection. Default 30,000. */
  readonly keepAliveTimeoutMs: number
  /** Connections at a time; more are closed. Default 1,000, and one for each wait. */
  readonly maxConnections: number
  /** What `close` waits for answers under way. Default 5,000. */
  readonly drainTimeoutMs: number
}

/** What stands under `/socket.io/`. */
export interface LiveEndpoint {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}

export interface HttpServer {
  /** Stops listening, lets answers under way go out, closes every connection and the live channel. */
  close(): Promise<void>
}

const defaultWaits = 1_000

const defaultLimits: Omit<HttpLimits, 'maxConnections'> = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 30_000,
  drainTimeoutMs: 5_000,
}

/** @param live undefined: `/socket.io/` is not there. */
export async function startHttp(
  options: HttpOptions,
  services: HttpServices,
  live?: LiveEndpoint,
): Promise<HttpServer> {
  const limits = limitsFor(options)
  const { watchedUi } = options
  const files = watchedUi?.files ?? (await loadStaticFiles(options.uiDirectory))
  const rules = {
    names: new Set(options.allowedHosts?.map((name) => name.toLowerCase())),
    origins: new Set(options.allowedOrigins),
    container: options.container ?? false,
    isDocument: files.isDocument,
    isShown: files.has,
  }
  const users = options.users ?? []
  const sockets = ['/socket.io/', ...(watchedUi === undefined ? [] : [watchedUi.socketPath])]
  const gate = guard(rules, users.length === 0 ? undefined : authenticator(users, services.clock), sockets)
  const admitted = new WeakMap<IncomingMessage, Admission>()
  const ofRoutes = routeServices(options, services)
  const app = application(ofRoutes, files, (request) => admitted.get(request)?.user)

  const server = httpServer(limits)
  const onError = (request: IncomingMessage, response: ServerResponse) => (error: unknown) =>
    writeProblem(request, response, failureOf(error, services.log, request))
  const basePath = options.basePath ?? ''
  server.on('request', (request, response) => {
    if (isBare(request, basePath)) return redirectInto(request, response, basePath)
    takeOff(basePath, request)
    const answer = async (): Promise<void> => {
      const admission = await gate.request(request, response)
      if (admission === undefined) return
      admitted.set(request, admission)
      if (live !== undefined && admission.path === '/socket.io/') live.request(request, response)
      else app(request, response)
    }
    answer().catch(onError(request, response))
  })
  server.on('upgrade', (request, socket, head) => {
    takeOff(basePath, request)
    const upgrade = async (): Promise<void> => {
      const admission = await gate.upgrade(request, socket)
      if (admission === undefined) return
      const endpoint = admission.path === watchedUi?.socketPath ? watchedUi : live
      if (endpoint === undefined) socket.destroy()
      else endpoint.upgrade(request, socket, head)
    }
    upgrade().catch(upgradeFailed(socket, services.log))
  })
  const drain = serveConnections(server, options.sockets, limits)
  return {
    async close() {
      await options.sockets.close()
      ofRoutes.waits.stop()
      await live?.close()
      await drain()
      server.close()
    },
  }
}

/** Each wait holds a connection. */
const limitsFor = ({ maxWaits = defaultWaits, limits }: HttpOptions): HttpLimits => ({
  ...defaultLimits,
  maxConnections: maxWaits + 1_000,
  ...limits,
})

const upgradeFailed = (socket: Duplex, log: Log) => (error: unknown) => {
  log.error({ err: error }, 'An upgrade failed')
  socket.destroy()
}

function httpServer(limits: HttpLimits): Server {
  const server = createServer({
    IncomingMessage: WebRequest,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    // A missing Host is the gate's to refuse.
    requireHostHeader: false,
  })
  answerUnreadable(server)
  // It never listens itself (`net/listener.ts` does); this event is what starts its watch over slow requests.
  server.emit('listening')
  return server
}

/** @returns the way to end: resolves when every connection is closed. */
function serveConnections(server: Server, sockets: BoundSockets, limits: HttpLimits): () => Promise<void> {
  /** Connections with their number of requests under way. */
  const open = new Map<Socket, number>()
  let draining = false
  let emptied = (): void => undefined
  const count = (socket: Socket, change: number): void => {
    const active = open.get(socket)
    if (active === undefined) return
    open.set(socket, active + change)
    if (draining && active + change === 0) socket.destroySoon()
  }
  server.prependListener('request', (request, response) => {
    count(request.socket, 1)
    response.once('close', () => count(request.socket, -1))
  })
  sockets.serve((socket) => {
    if (open.size >= limits.maxConnections) return void socket.destroy()
    open.set(socket, 0)
    socket.once('close', () => {
      open.delete(socket)
      if (open.size === 0) emptied()
    })
    server.emit('connection', socket)
  })
  return async () => {
    draining = true
    for (const [socket, active] of open) if (active === 0) socket.destroySoon()
    if (open.size === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        for (const socket of open.keys()) socket.destroy()
      }, limits.drainTimeoutMs)
      emptied = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function routeServices(options: HttpOptions, services: HttpServices): RouteServices {
  let document: Promise<unknown> | undefined
  return {
    ...services,
    ties: services.ties ?? messageTies(services.store, []),
    contents: messageContents(services.store),
    waits: new Waits({
      store: services.store,
      clock: services.clock,
      log: services.log,
      most: options.maxWaits ?? defaultWaits,
    }),
    maxMessageOctets: options.maxMessageOctets,
    openApi: () => (document ??= import('./openapi.ts').then(({ openApi }) => openApi(routes, services.version))),
  }
}

type UserOf = (request: IncomingMessage) => string | undefined

function application(services: RouteServices, files: StaticFiles, userOf: UserOf): Express {
  const app = express()
  for (const name of ['x-powered-by', 'etag']) app.disable(name)
  for (const name of ['case sensitive routing', 'strict routing']) app.enable(name)
  app.set('query parser', 'simple')
  const fail = (request: IncomingMessage, response: ServerResponse, error: unknown): void =>
    writeProblem(request, response, failureOf(error, services.log, request))
  const answer = (request: IncomingMessage, response: ServerResponse, make: () => Promise<Reply>): Promise<void> =>
    make()
      .then((reply) => writeReply(request, response, reply))
      .catch((error: unknown) => fail(request, response, error))

  for (const [path, rows] of byPath(routes)) {
    app.all(path.replace(/\{(\w+)\}/g, ':$1'), (request, response) =>
      answer(request, response, () => {
        const { params, query } = request
        return choose(rows, request).run(services, { request, params, query, user: userOf(request) })
      }),
    )
  }
  app.get('/frame/:key', (request, response) =>
    answer(request, response, () => {
      return Promise.resolve(frameReply(request.path, request.query['remote'] === '1'))
    }),
  )
  app.get('/template-files/*path', (request, response) =>
    answer(request, response, () => templateFileReply(request.path, services.templates)),
  )
  app.use((request, response) => {
    const reading = request.method === 'GET' || request.method === 'HEAD'
    if (reading && files.serve(request.path, request, response)) return
    fail(request, response, new HttpProblem(404, 'Not found', 'There is nothing under this path.'))
  })
  app.use((error: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown) =>
    fail(request, response, error),
  )
  return app
}

function byPath(rows: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const map = new Map<string, Route[]>()
  for (const row of rows) map.set(row.path, [...(map.get(row.path) ?? []), row])
  return map
}

/** @throws HttpProblem 405 with Allow (RFC 9110 §15.5.6), 415. */
function choose(rows: readonly Route[], request: IncomingMessage): Route {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const candidates = rows.filter((row) => row.method === method)
  const [first, ...others] = candidates
  if (first === undefined) {
    const methods = rows.flatMap((row) => (row.method === 'GET' ? ['GET', 'HEAD'] : [row.method]))
    const headers = { Allow: [...new Set(methods)].join(', ') }
    throw new HttpProblem(405, 'Method not allowed', `Here: ${headers.Allow}.`, { headers })
  }
  if (others.length === 0) return first
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  const fitting = candidates.find((row) => mediaType === (row.stream ?? 'application/json'))
  if (fitting !== undefined) return fitting
  const taken = candidates.map((row) => row.stream ?? 'application/json').join(' or ')
  throw new HttpProblem(415, 'Unsupported media type', `The body has to be ${taken}.`)
}
