/**
 * The pages that are told of changes, over WebSockets that a gate let through. A client is listened to for two things,
 * that it speaks the protocol and which plugins it has; nothing that it says can call anything. LR-1.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { goesInLive, hear, hello, reload } from './protocol.ts'

export interface HubOptions {
  readonly clock: Clock
  /** Pages that have this plugin are ours. Default: none are. */
  readonly plugin?: string
  /** What a page of ours is told as soon as it is known to be one: paths for the plugin. Default: nothing. */
  readonly standing?: () => readonly string[]
  readonly limits?: Partial<HubLimits>
}

export interface HubLimits {
  /** Clients at a time; more are refused. Default 100. */
  readonly maxClients: number
  /** Octets of what a client may say at once. Default 16 KiB. */
  readonly maxInboundOctets: number
  /** Messages of a client in a second. Default 20. */
  readonly maxMessagesPerSecond: number
  /** Octets that may wait for a client that does not read. Default 1 MiB. */
  readonly maxWaitingOctets: number
  /** For a client to say hello. Default 5,000. */
  readonly helloTimeoutMs: number
}

const defaultLimits: HubLimits = {
  maxClients: 100,
  maxInboundOctets: 16 * 1024,
  maxMessagesPerSecond: 20,
  maxWaitingOctets: 2 ** 20,
  helloTimeoutMs: 5_000,
}

export interface Hub {
  /** Takes a WebSocket handshake. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Tells every page which files changed. Where one of them needs the whole page, that is all that is said. */
  changed(paths: readonly string[]): void
  /** Says something to the plugin of our own pages, as a path. */
  tell(path: string): void
  /** Pages connected that said hello. */
  readonly size: number
  close(): void
}

interface Client {
  readonly socket: WebSocket
  greeted: boolean
  ours: boolean
}

/** A hub without clients. */
export function liveReloadHub(options: HubOptions): Hub {
  const limits = { ...defaultLimits, ...options.limits }
  const clients = new Set<Client>()
  // Without compression, which would hold memory for each client.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxInboundOctets,
  })
  const send = ({ socket }: Client, text: string): void => {
    if (socket.bufferedAmount > limits.maxWaitingOctets) socket.terminate()
    else socket.send(text)
  }
  const enter = (socket: WebSocket): void => {
    const client: Client = { socket, greeted: false, ours: false }
    clients.add(client)
    const timer = setTimeout(() => socket.terminate(), limits.helloTimeoutMs)
    const tooMuch = rateLimit(options.clock, limits.maxMessagesPerSecond)
    // What breaks the protocol of WebSockets closes the socket, and that is all there is to do.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      clients.delete(client)
    })
    socket.on('message', (data, binary) => {
      if (binary || tooMuch()) return socket.terminate()
      const heard = hear(textOf(data))
      if (heard?.command === 'hello') {
        clearTimeout(timer)
        client.greeted = true
      } else if (heard?.command === 'info' && options.plugin !== undefined && heard.plugins.has(options.plugin)) {
        client.ours = true
        for (const path of options.standing?.() ?? []) send(client, reload(path))
      }
    })
    send(client, hello)
  }
  return {
    upgrade(request, socket, head) {
      if (clients.size >= limits.maxClients) return void socket.destroy()
      server.handleUpgrade(request, socket, head, enter)
    },
    changed(paths) {
      const page = paths.find((path) => !goesInLive(path))
      const texts = (page === undefined ? [...new Set(paths)] : [page]).map(reload)
      for (const client of clients) if (client.greeted) for (const text of texts) send(client, text)
    },
    tell(path) {
      for (const client of clients) if (client.ours) send(client, reload(path))
    },
    get size() {
      return [...clients].filter(({ greeted }) => greeted).length
    },
    close() {
      for (const { socket } of clients) socket.terminate()
      server.close()
    },
  }
}

/** @returns says whether the message that just came is one too many. */
function rateLimit(clock: Clock, perSecond: number): () => boolean {
  let since = clock.monotonic()
  let count = 0
  return () => {
    const now = clock.monotonic()
    if (now - since >= 1_000) {
      since = now
      count = 0
    }
    count++
    return count > perSecond
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString()
}
