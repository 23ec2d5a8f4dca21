/**
 * socket.io at `/socket.io/`, behind the gate and fenced in: it says small hints and hears two small questions.
 * A client emits `resume` with the number it has; `changes` answers it and follows whatever happens. It emits `look` with
 * the renderings it shows; `rendering` and `templates` answer it and follow every save. `sessions` says that some have
 * ended. WEB-8.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server, type Socket } from 'socket.io'
import type { EventBus } from '../events/bus.ts'
import { wireReplay } from '../http/replay-wire.ts'
import type { WireChanges, WireRendering, WireReplay, WireTemplatesEvent } from '../http/wire-types.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { Feed, type FeedClient } from './feed.ts'
import { lookOf } from './look.ts'
import type { TemplateClient, TemplateFeed } from './template-feed.ts'

export interface LiveOptions {
  readonly store: Pick<Store, 'changesSince' | 'state'>
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
  /** Undefined: the server has no templates, and nobody is told of any. It is closed with the channel. */
  readonly templateFeed?: TemplateFeed | undefined
}

/** What the HTTP server hands over once the gate let it through. */
export interface LiveChannel {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every connection. */
  close(): Promise<void>
}

interface Heard {
  resume: (question: unknown) => void
  look: (question: unknown) => void
}

interface Said {
  changes: (event: WireChanges) => void
  rendering: (event: WireRendering) => void
  templates: (event: WireTemplatesEvent) => void
  replay: (event: WireReplay) => void
  sessions: () => void
}

type LiveSocket = Socket<Heard, Said>
/** What lies under a socket: the engine's connection, one for each session. */
type Connection = LiveSocket['conn']

/** Octets of what a client may say at once. */
const maxInboundOctets = 16 * 1024
const maxSessionsPerAddress = 50
const maxSessions = 500
/** Packets of a client in a second, heartbeats included. */
const maxPacketsPerSecond = 20
/** For a connection to become a socket, and for a poll to become a WebSocket. */
const connectTimeoutMs = 10_000
/** Between two hints that sessions have ended. */
const sessionHintMs = 500

export function liveChannel({ store, bus, clock, log, templateFeed }: LiveOptions): LiveChannel {
  const feed = new Feed({ store, log })
  const sessions = sessionCounter()
  const subscriptions = [
    bus.subscribe('changes', ({ value }) => feed.push(value)),
    bus.subscribe('templates', ({ value }) => templateFeed?.push(value)),
  ]
  // It never listens: the gate hands requests to it, and nothing reaches it by another way.
  const inner = createServer()
  const io = new Server<Heard, Said>(inner, {
    path: '/socket.io',
    serveClient: false,
    cookie: false,
    maxHttpBufferSize: maxInboundOctets,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: connectTimeoutMs,
    upgradeTimeout: connectTimeoutMs,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    allowRequest: (request, answer) => {
      // JSONP is a script of any page that gives away what it loads.
      if (new URLSearchParams(request.url?.split('?', 2)[1]).has('j')) return answer('There is no JSONP', false)
      const full = sessions.isFull(addressOf(request))
      answer(full ? 'Too many live sessions' : null, !full)
    },
  })
  io.engine.on('connection', (connection: Connection) => {
    const leave = sessions.enter(addressOf(connection.request))
    connection.once('close', leave)
    fence(connection, clock)
  })
  io.on('connection', (socket) => attach(socket, { feed, templateFeed, log }))
  // Few and small; a client that takes none of it is dropped by its heartbeats.
  subscriptions.push(bus.subscribe('replays', ({ value }) => void io.emit('replay', wireReplay(value))))
  const hint = sparsely(sessionHintMs, () => void io.emit('sessions'))
  subscriptions.push(bus.subscribe('sessions', hint.ring), hint.stop)
  return {
    request: (request, response) => void inner.emit('request', request, response),
    upgrade: (request, socket, head) => void inner.emit('upgrade', request, socket, head),
    async close() {
      for (const unsubscribe of subscriptions) unsubscribe()
      feed.close()
      templateFeed?.close()
      io.disconnectSockets(true)
      io.engine.close()
    },
  }
}

/** At once, and again after a while where there was more: whoever is told looks at all of it. */
function sparsely(pauseMs: number, act: () => void): { ring(): void; stop(): void } {
  let pause: NodeJS.Timeout | undefined
  let again = false
  const ring = (): void => {
    again = pause !== undefined
    if (again) return
    act()
    pause = setTimeout(() => {
      pause = undefined
      if (again) ring()
    }, pauseMs).unref()
  }
  return { ring, stop: () => clearTimeout(pause) }
}

interface Feeds {
  readonly feed: Feed
  readonly templateFeed: TemplateFeed | undefined
  readonly log: Log
}

/** Puts a socket into the feeds once it asks. */
function attach(socket: LiveSocket, { feed, templateFeed, log }: Feeds): void {
  const { conn } = socket
  /** What goes wrong with what one client says is the end of that client. */
  const heard = (act: (question: unknown) => boolean) => (question: unknown) => {
    try {
      if (!act(question)) socket.disconnect(true)
    } catch (error) {
      log.error({ err: error }, 'A live session failed')
      socket.disconnect(true)
    }
  }
  const ready = (): boolean => conn.readyState === 'open' && conn.transport.writable
  const client: FeedClient = { ready, send: (event) => void socket.emit('changes', event) }
  const viewer: TemplateClient = {
    ready,
    rendering: (event) => void socket.emit('rendering', event),
    hint: (event) => void socket.emit('templates', event),
  }
  // Of the transport, not of the connection: that one says `drain` before the octets have left.
  const watch = (): void =>
    void conn.transport.on('ready', () => {
      feed.drained(client)
      templateFeed?.drained(viewer)
    })
  watch()
  conn.on('upgrade', watch)
  const resume = heard((question) => {
    const since = sinceOf(question)
    if (since !== undefined) feed.resume(client, since)
    return since !== undefined
  })
  const look = heard((question) => {
    const wanted = lookOf(question)
    if (wanted !== undefined) templateFeed?.look(viewer, wanted)
    return wanted !== undefined
  })
  socket.on('resume', resume)
  socket.on('look', look)
  socket.on('disconnect', () => {
    feed.leave(client)
    templateFeed?.leave(viewer)
  })
}

interface SessionCounter {
  isFull(address: string): boolean
  /** @returns the way out. */
  enter(address: string): () => void
}

function sessionCounter(): SessionCounter {
  const byAddress = new Map<string, number>()
  let total = 0
  return {
    isFull: (address) => total >= maxSessions || (byAddress.get(address) ?? 0) >= maxSessionsPerAddress,
    enter(address) {
      total++
      byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
      return () => {
        total--
        const left = (byAddress.get(address) ?? 1) - 1
        if (left > 0) byAddress.set(address, left)
        else byAddress.delete(address)
      }
    },
  }
}

/** Drops a client that says too much, or anything but text. */
function fence(connection: Connection, clock: Clock): void {
  let since = clock.monotonic()
  let packets = 0
  connection.on('packet', ({ data }: { data?: unknown }) => {
    const now = clock.monotonic()
    if (now - since >= 1_000) {
      since = now
      packets = 0
    }
    packets++
    // 5 and 6 announce attachments: socket.io's BINARY_EVENT and BINARY_ACK.
    const binary = data !== undefined && (typeof data !== 'string' || data.startsWith('5') || data.startsWith('6'))
    if (packets > maxPacketsPerSecond || binary) connection.close(true)
  })
}

/** @returns undefined for anything but `{ since: number | null }`. */
function sinceOf(question: unknown): number | null | undefined {
  if (typeof question !== 'object' || question === null || !('since' in question)) return undefined
  const { since } = question
  if (since === null) return null
  return typeof since === 'number' && Number.isSafeInteger(since) && since >= 0 ? since : undefined
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? ''
}
