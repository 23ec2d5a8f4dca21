/** The IMAP server: RFC 9051 and RFC 3501. One listener each. */
import { randomBytes } from 'node:crypto'
import type net from 'node:net'
import { clientLimit, type ClientLimit } from '../net/limits.ts'
import type { BoundAddress, BoundSockets } from '../net/listener.ts'
import type { ImapHost } from './state.ts'
import { Session } from './session.ts'
import { Connection } from './wire/connection.ts'

export interface ImapOptions extends ImapHost {
  /** Bound by `net/listener.ts`; the server takes them over and closes them when it stops. */
  readonly sockets: BoundSockets
  /** TLS from the first octet on (RFC 8314 §3.2), no STARTTLS. */
  readonly implicitTls: boolean
  /** Connections at a time. Default 20,000 of this listener. More get BYE. */
  readonly clients?: ClientLimit
}

export interface ImapServer {
  readonly name: string
  address(): BoundAddress
  /** Open connections. */
  readonly sessionCount: number
  /** Stops accepting at once, says BYE to everybody, and resolves when all sessions are over. */
  stop(): Promise<void>
}

const defaultClients = 20_000
const connectionLimits = { idleMs: 30 * 60_000, stallMs: 5 * 60_000, handshakeMs: 10_000 }

/** Begins to serve. */
export function startImap(options: ImapOptions): ImapServer {
  const clients = options.clients ?? clientLimit(defaultClients)
  const sessions = new Map<Session, Promise<void>>()
  const accept = async (socket: net.Socket): Promise<void> => {
    socket.on('error', () => socket.destroy())
    const client = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    const leave = clients.enter()
    if (leave === undefined) return void socket.end('* BYE [UNAVAILABLE] Too many connections\r\n')
    try {
      const connection = new Connection(socket, { ...connectionLimits })
      if (options.implicitTls) await connection.startTls(await options.certificate.secureContext())
      const session = new Session(options, connection, { id: randomBytes(8).toString('hex'), client })
      const run = session.run()
      sessions.set(session, run)
      await run
      sessions.delete(session)
    } catch (error) {
      options.log.debug({ err: error }, 'an IMAP connection did not begin')
      socket.destroy()
    } finally {
      leave()
    }
  }
  options.sockets.serve((socket) => void accept(socket))
  let stopped: Promise<unknown> | undefined
  return {
    name: options.name,
    address: () => options.sockets.addresses[0],
    get sessionCount() {
      return sessions.size
    },
    async stop() {
      stopped ??= Promise.all([
        options.sockets.close(),
        ...[...sessions].map(([session, run]) => (session.shutDown(), run)),
      ])
      await stopped
    },
  }
}

/** An IPv4 address that came over IPv6 as IPv4. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
