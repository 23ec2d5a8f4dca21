/** The IMAP server: RFC 9051 and RFC 3501. One listener each. */
import { randomBytes } from 'node:crypto'
import type net from 'node:net'
import { clientLimit, type ClientLimit } from '../net/limits.ts'
import type { ImapHost } from './state.ts'
import { Session } from './session.ts'
import { Connection } from './wire/connection.ts'

export interface ImapOptions extends ImapHost {
  /** TLS from the first octet on (RFC 8314 §3.2), no STARTTLS. */
  readonly implicitTls: boolean
  /** Connections at a time. Default 20,000 of this listener. More get BYE. */
  readonly clients?: ClientLimit
}

export interface ImapServer {
  /** Takes a connection over, to its end. */
  accept(socket: net.Socket): void
  /** Open connections. */
  readonly sessionCount: number
  /** Says BYE to everybody, and resolves when all sessions are over. Takes no more. */
  stop(): Promise<void>
}

const defaultClients = 20_000
const connectionLimits = { idleMs: 30 * 60_000, stallMs: 5 * 60_000, handshakeMs: 10_000 }

export function imapServer(options: ImapOptions): ImapServer {
  const clients = options.clients ?? clientLimit(defaultClients)
  const sessions = new Map<Session, Promise<void>>()
  let stopped = false
  const serve = async (socket: net.Socket): Promise<void> => {
    const client = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    const connection = new Connection(socket, { ...connectionLimits })
    if (options.implicitTls) await connection.startTls(await options.certificate.secureContext())
    const session = new Session(options, connection, { id: randomBytes(8).toString('hex'), client })
    const run = session.run()
    sessions.set(session, run)
    if (stopped) session.shutDown()
    await run
    sessions.delete(session)
  }
  return {
    accept(socket) {
      socket.on('error', () => socket.destroy())
      const leave = clients.enter()
      if (leave === undefined) return void socket.end('* BYE [UNAVAILABLE] Too many connections\r\n')
      serve(socket)
        .catch((error: unknown) => {
          options.log.debug({ err: error }, 'an IMAP connection did not begin')
          socket.destroy()
        })
        .finally(leave)
    },
    get sessionCount() {
      return sessions.size
    },
    async stop() {
      stopped = true
      for (const session of sessions.keys()) session.shutDown()
      await Promise.all(sessions.values())
    },
  }
}

/** An IPv4 address that came over IPv6 as IPv4. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
