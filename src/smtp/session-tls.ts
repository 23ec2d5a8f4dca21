import type net from 'node:net'
import tls from 'node:tls'
import { agreementOf } from '../net/agreement.ts'
import {
  isTlsRecord,
  reportHandshake,
  reportLeftAfterHandshake,
  reportTlsToPlain,
  type HandshakeOutcome,
} from '../net/handshake.ts'
import type { TlsSession } from './envelope.ts'
import { handshakeError } from './failed-handshake.ts'
import type { SessionHost } from './host.ts'
import type { SmtpTranscript } from './transcript.ts'

/** What a session knows of its TLS: what was agreed on, and how it failed where it did. */
export class SessionTls {
  #agreement: TlsSession | undefined
  /** Octets that had been read when STARTTLS was answered. */
  #readBefore: number | undefined
  #error: unknown
  #spokenToPlain = false
  /** The handshake is over, and the client has said nothing since. */
  #silent = false

  /** Known from the first look at a socket with TLS on. */
  agreementOf(socket: net.Socket): TlsSession | undefined {
    if (socket instanceof tls.TLSSocket) this.#agreement ??= agreementOf(socket)
    return this.#agreement
  }

  /** STARTTLS was answered. */
  begin(socket: net.Socket): void {
    this.#readBefore = socket.bytesRead
  }

  /** An error of the socket, in the handshake or not. */
  fail(error: unknown): void {
    this.#error ??= error
  }

  /**
   * Looks at the first octets on a listener that begins in plain text.
   * @returns whether they are a TLS handshake: then nothing that comes can be read.
   */
  looksAt(octets: Uint8Array): boolean {
    this.#spokenToPlain = isTlsRecord(octets)
    return this.#spokenToPlain
  }

  /** TLS is on. */
  secured(): void {
    this.#readBefore = undefined
    this.#silent = true
  }

  /** The client has said something. */
  heard(): void {
    this.#silent = false
  }

  /** Tells where TLS was what ended the session. @returns undefined where it was not. */
  report(session: EndingSession, host: SessionHost, transcript: SmtpTranscript): HandshakeOutcome | undefined {
    const { id, remoteAddress, localPort, socket, timedOut } = session
    const place = { listener: host.name, port: localPort, plainWay: host.withoutTls }
    const report = { place, transcript, log: host.log, about: { session: id, client: remoteAddress } }
    if (this.#spokenToPlain) return reportTlsToPlain(report)
    if (this.#readBefore !== undefined) {
      const begun = socket.bytesRead > this.#readBefore
      return reportHandshake(handshakeError(this.#error, { begun, timedOut }), report)
    }
    return this.#silent && !timedOut ? reportLeftAfterHandshake(report) : undefined
  }
}

interface EndingSession {
  readonly id: string
  readonly remoteAddress: string
  readonly localPort: number
  readonly socket: net.Socket
  readonly timedOut: boolean
}
