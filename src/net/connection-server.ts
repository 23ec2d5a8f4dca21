/** Takes connections over for a protocol of lines: limits, TLS from the start, sessions that end with the server. */
import { randomBytes } from 'node:crypto'
import type net from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Log } from '../log.ts'
import { Connection } from './connection.ts'
import { HandshakeError } from './handshake.ts'
import { clientLimit, type ClientLimit } from './limits.ts'
import type { CertificateSource } from './tls.ts'

/** One session of the protocol. */
export interface ProtocolSession {
  /** Records a session that never began, because its TLS handshake failed. Never throws. */
  handshakeFailed(error: HandshakeError): void
  /** @returns when the connection is over. Never rejects. */
  run(): Promise<void>
  /** Says why and ends. */
  shutDown(): void
}

export interface ConnectionServerOptions {
  /** For the log. */
  readonly protocol: string
  /** TLS from the first octet on. RFC 8314 §3. */
  readonly implicitTls: boolean
  readonly certificate: CertificateSource
  readonly log: Log
  /** Connections at a time. Default 20,000 of this server. */
  readonly clients?: ClientLimit
  /** What one too many is told. */
  readonly tooMany: string
  begin(
    connection: Connection,
    about: { readonly id: string; readonly client: { readonly address: string; readonly port: number } },
  ): ProtocolSession
}

export interface ConnectionServer {
  /** Takes a connection over, to its end. */
  accept(socket: net.Socket): void
  /** Open connections. */
  readonly sessionCount: number
  /** Ends all sessions, and resolves when they are over. */
  stop(): Promise<void>
}

const defaultClients = 20_000
const limits = { idleMs: 30 * 60_000, stallMs: 5 * 60_000, handshakeMs: 10_000 }

export function connectionServer(options: ConnectionServerOptions): ConnectionServer {
  const { clients = clientLimit(defaultClients) } = options
  const sessions = new Map<ProtocolSession, Promise<void>>()
  let stopped = false
  const serve = async (socket: net.Socket): Promise<void> => {
    const client = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    const { implicitTls } = options
    // Before the connection is read: the client may have begun its handshake already.
    const secureContext = implicitTls ? await contextOf(options) : undefined
    const connection = new Connection(socket, { ...limits }, implicitTls ? 'tls' : 'plain')
    const session = options.begin(connection, { id: randomBytes(8).toString('hex'), client })
    const run = secureContext === undefined ? session.run() : runOverTls(session, connection, secureContext)
    sessions.set(session, run)
    if (stopped) session.shutDown()
    await run
    sessions.delete(session)
  }
  return {
    accept(socket) {
      socket.on('error', () => socket.destroy())
      const leave = clients.enter()
      // Over TLS it could not be said without a handshake, and nobody would read the client's end.
      if (leave === undefined) return void (options.implicitTls ? socket.destroy() : socket.end(options.tooMany))
      serve(socket)
        .catch((error: unknown) => {
          options.log.debug({ err: error }, `a connection for ${options.protocol} did not begin`)
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

/** Says it in the log where there is none. */
async function contextOf({
  certificate,
  protocol,
  log,
}: ConnectionServerOptions): Promise<SecureContext | HandshakeError> {
  try {
    return await certificate.secureContext()
  } catch (cause) {
    log.error({ err: cause }, `${protocol}: TLS is not available`)
    return new HandshakeError({ begun: false, timedOut: false, ours: true, cause })
  }
}

async function runOverTls(
  session: ProtocolSession,
  connection: Connection,
  secureContext: SecureContext | HandshakeError,
): Promise<void> {
  if (secureContext instanceof HandshakeError) return session.handshakeFailed(secureContext)
  try {
    await connection.beginTls(secureContext)
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error
    return session.handshakeFailed(error)
  }
  await session.run()
}

/** An IPv4 address that came over IPv6 as IPv4. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
