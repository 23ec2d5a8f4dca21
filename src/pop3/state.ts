import type { SecureContext } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Connection } from '../net/connection.ts'
import type { CertificateSource } from '../net/tls.ts'
import type { Authenticated, Logins } from '../sasl/logins.ts'
import type { Store } from '../store/store.ts'
import type { Maildrop, Maildrops } from './maildrop.ts'

/** Where a session stands. RFC 1939 §3. */
export type State =
  | { readonly kind: 'authorization' }
  | { readonly kind: 'transaction'; readonly maildrop: Maildrop }
  | { readonly kind: 'over' }

export type StateKind = State['kind']

/** What all sessions of a server share. */
export interface Pop3Host {
  /** Of the listener. */
  readonly name: 'pop3' | 'pop3s'
  readonly store: Store
  readonly maildrops: Maildrops
  readonly logins: Logins
  readonly certificate: CertificateSource
  /** STLS is offered. RFC 2595 §4. */
  readonly startTls: boolean
  /** For people whose client fails at TLS: how to do without it, such as `connect without TLS to port 1143`. */
  readonly withoutTls: string
  /** Logins only after TLS. */
  readonly requireTls: boolean
  /** As CAPA gives it. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

/** What a command may know and do of its session. Only the session's loop changes its state. */
export interface SessionContext {
  readonly host: Pop3Host
  readonly connection: Connection
  /** Of the greeting, with its angle brackets. RFC 1939 §7, APOP. */
  readonly timestamp: string
  /** What USER said last. */
  userName: string | undefined
  /** UTF-8 mode. RFC 6856 §2.1. */
  utf8: boolean
  /** One line of the client that is no command. Undefined at the end. */
  readLine(maxOctets: number): Promise<string | undefined>
  /** Sends `+ text`. */
  askForMore(text: string): void
  /** TLS from here on; the session ends where the handshake fails. */
  startTls(secureContext: SecureContext): Promise<void>
  /** The end of a login. @throws Pop3Refusal AUTH, IN-USE. */
  logIn(answer: Authenticated): Promise<Outcome>
}

/** How a command ends well; the loop writes the +OK. */
export interface Outcome {
  /** After +OK. One character is one octet. */
  readonly text?: string
  /** The lines of a multi-line response, not stuffed, without the final dot. */
  readonly lines?: readonly string[]
  /** A multi-line response that is streamed: octets, whatever their lines. */
  readonly octets?: AsyncIterable<Uint8Array>
  readonly state?: State
  /** Done after the response is out: what changes the connection. */
  readonly afterwards?: () => Promise<void>
}
