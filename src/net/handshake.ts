/** TLS handshakes that fail, and what to tell people of them. RFC 8446 §6.2 has the alerts. */

import type { Log } from '../log.ts'

/** Who was to be connected with, and what else there is. */
export interface TlsPlace {
  /** Name of the listener. */
  readonly listener: string
  readonly port: number
  /** How to do without TLS, such as `connect without TLS to port 1143`. */
  readonly plainWay: string
}

type Kind =
  | 'untrusted'
  | 'left'
  | 'left-after'
  | 'plain-text'
  | 'tls-to-plain'
  | 'no-common-version'
  | 'no-certificate'
  | 'silent'
  | 'probe'
  | 'broken'

/** A TLS handshake that did not come to its end. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError'
  /** Whether the client had sent anything. */
  readonly begun: boolean
  readonly timedOut: boolean
  /** We have no certificate: the client did nothing wrong. */
  readonly ours: boolean

  constructor(options: {
    readonly begun: boolean
    readonly timedOut: boolean
    readonly ours?: boolean
    readonly cause?: unknown
  }) {
    super('The TLS handshake failed', { cause: options.cause })
    this.begun = options.begun
    this.timedOut = options.timedOut
    this.ours = options.ours ?? false
  }
}

/** Where a failed handshake is told. */
export interface HandshakeReport {
  readonly place: TlsPlace
  readonly transcript: { remark(text: string): void }
  readonly log: Log
  /** For the log: the session and its client. */
  readonly about: object
}

/** How a session ended that failed at its handshake. */
export type HandshakeOutcome = 'tls-failed' | 'timeout' | 'dropped'

/** Says in the transcript and in the log why a handshake failed. A client that only tried the port is not logged. */
export function reportHandshake(
  error: HandshakeError,
  { place, transcript, log, about }: HandshakeReport,
): HandshakeOutcome {
  const kind = kindOf(error)
  const text = sentence(kind, place)
  transcript.remark(text)
  if (kind === 'probe') return 'dropped'
  log.warn({ ...about, err: error.cause }, text)
  return error.timedOut ? 'timeout' : 'tls-failed'
}

/** Says the same of a client that closed after the handshake without a word, as clients do that verify only then. */
export function reportLeftAfterHandshake(report: HandshakeReport): HandshakeOutcome {
  return reportKind('left-after', report)
}

/** Says that the client spoke TLS where plain text is spoken, the commonest setting that is wrong. */
export function reportTlsToPlain(report: HandshakeReport): HandshakeOutcome {
  return reportKind('tls-to-plain', report)
}

function reportKind(kind: Kind, { place, transcript, log, about }: HandshakeReport): HandshakeOutcome {
  const text = sentence(kind, place)
  transcript.remark(text)
  log.warn(about, text)
  return 'tls-failed'
}

/** Whether octets begin like a TLS handshake. RFC 8446 §5.1: a record of type 22, version 3.x. */
export function isTlsRecord(octets: Uint8Array): boolean {
  return octets[0] === 22 && octets[1] === 3
}

function kindOf({ begun, timedOut, ours, cause }: HandshakeError): Kind {
  if (ours) return 'no-certificate'
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|(?:UNSUPPORTED_)?CERTIFICATE|ACCESS_DENIED)/.test(code)) return 'untrusted'
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|RECORD_LENGTH/.test(code))
    return 'plain-text'
  if (/UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER|VERSION_TOO_LOW|PROTOCOL_VERSION|NO_SUITABLE/.test(code))
    return 'no-common-version'
  if (timedOut) return 'silent'
  if (!begun) return 'probe'
  // Some close or reset where others send an alert.
  return code === '' || code === 'ECONNRESET' || code === 'EPIPE' ? 'left' : 'broken'
}

function sentence(kind: Kind, place: TlsPlace): string {
  const where = `TLS failed on port ${place.port} (${place.listener}): `
  const waysOut =
    'Let the client trust the certificate (GET /api/certificate.pem; see README, “Trusting the certificate”), ' +
    `or ${place.plainWay}.`
  switch (kind) {
    case 'untrusted':
      return `${where}the client does not trust the certificate. ${waysOut}`
    case 'left':
      return `${where}the client closed the connection during the handshake; most likely it does not trust the certificate. ${waysOut}`
    case 'left-after':
      return `${where}the client closed the connection right after the handshake, without a command. Unless it only looked whether the port works, it does not trust the certificate. ${waysOut}`
    case 'tls-to-plain':
      return `${where}the client spoke TLS, and this port begins in plain text. Switch TLS off in the client, or let it connect to the port of ${place.listener === 'submission' ? 'smtps' : `${place.listener}s`}.`
    case 'no-certificate':
      return `${where}there is no certificate: it cannot be made or read. The log says why.`
    case 'plain-text':
      return `${where}the client did not speak TLS. Switch TLS on in the client, or ${place.plainWay}.`
    case 'no-common-version':
      return `${where}client and server have no TLS version or cipher in common; TLS 1.2 and 1.3 are offered. Update the client, or ${place.plainWay}.`
    case 'silent':
      return `${where}the client did not finish the handshake in time. If it waits for a greeting in plain text, switch TLS on in it, or ${place.plainWay}.`
    case 'probe':
      return `${where}the client closed the connection before it said anything.`
    case 'broken':
      return `${where}the client broke the handshake off. ${waysOut}`
  }
}
