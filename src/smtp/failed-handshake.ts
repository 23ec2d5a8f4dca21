import type net from 'node:net'
import type { Duplex } from 'node:stream'
import { HandshakeError, reportHandshake } from '../net/handshake.ts'
import { Transcript } from '../net/transcript.ts'
import type { SmtpSession } from './delivery.ts'
import type { SessionHost } from './host.ts'

/** A connection to a listener of TLS that may never become a session. */
export interface PendingHandshake {
  timedOut: boolean
  /** Keeps it as a session that brought nothing. Called once. @param cause what smtp-server made of it. */
  record(cause: unknown): void
  /** We have no certificate. */
  ours: boolean
}

/** @param socket while it is connected: later it has no addresses any more. */
export function failedHandshake(host: SessionHost, socket: net.Socket): PendingHandshake {
  const session: SmtpSession = {
    id: host.newId(),
    listener: host.name,
    client: { address: (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''), port: socket.remotePort ?? 0 },
    connectedAt: host.clock.now(),
    heloName: '',
  }
  const transcript = new Transcript(host.clock)
  const place = { listener: host.name, port: socket.localPort ?? 0, plainWay: host.withoutTls }
  return {
    timedOut: false,
    ours: false,
    record(cause) {
      const error = handshakeError(cause, { begun: socket.bytesRead > 0, timedOut: this.timedOut, ours: this.ours })
      const about = { session: session.id, client: session.client.address }
      const outcome = host.stopping ? 'shutdown' : reportHandshake(error, { place, transcript, log: host.log, about })
      const endedAt = host.clock.now()
      host.sessionOptions.delivery.closed(session, {
        endedAt,
        messages: 0,
        refusals: 0,
        outcome,
        transcript: String(transcript),
      })
    },
  }
}

/** smtp-server makes an error of its own where the client just closed: that is none of TLS. */
export function handshakeError(
  cause: unknown,
  about: { readonly begun: boolean; readonly timedOut: boolean; readonly ours?: boolean },
): HandshakeError {
  const closed = cause instanceof Error && 'code' in cause && cause.code === 'SocketError'
  return new HandshakeError({ ...about, cause: closed ? undefined : cause })
}

/**
 * Lets a handshake end when the client closes. Node tells that to readers alone, and before the handshake is over there
 * is none. Whoever reads later has to begin when `secure` is emitted.
 */
export function endWithClient(secured: Duplex): void {
  const end = (): void => void secured.destroy()
  secured.once('end', end)
  secured.once('secure', () => secured.off('end', end))
  secured.resume()
}
