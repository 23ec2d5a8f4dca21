import type { SecureContext } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { CertificateSource } from '../net/tls.ts'
import type { Logins } from '../sasl/logins.ts'
import type { Store } from '../store/store.ts'
import type { Mirrors } from './mirror.ts'
import type { ResponseCache } from './response-cache.ts'
import type { TextSignatures } from './text-signatures.ts'
import type { View } from './view.ts'
import type { Connection } from '../net/connection.ts'

/** Where a session stands. RFC 9051 §3. */
export type State = NotAuthenticated | Authenticated | Selected | LoggedOut

export interface NotAuthenticated {
  readonly kind: 'not-authenticated'
}
export interface Authenticated {
  readonly kind: 'authenticated'
  readonly account: string
  readonly view?: undefined
}
export interface Selected {
  readonly kind: 'selected'
  readonly account: string
  /** Name of the mailbox, for people. */
  readonly mailbox: string
  readonly view: View
}
export interface LoggedOut {
  readonly kind: 'logged-out'
}

export type StateKind = State['kind']

/** What a client can switch on, by ENABLE (RFC 5161) or by its use (RFC 7162 §3.1). */
export type Extension = 'IMAP4REV2' | 'CONDSTORE' | 'QRESYNC' | 'UTF8=ACCEPT'

/** What all sessions of a server share. */
export interface ImapHost {
  /** Of the listener. */
  readonly name: 'imap' | 'imaps'
  readonly store: Store
  readonly mirrors: Mirrors
  readonly cache: ResponseCache
  /** Of the headers of messages, and of all their text. */
  readonly signatures: { readonly header: TextSignatures; readonly whole: TextSignatures }
  readonly logins: Logins
  readonly certificate: CertificateSource
  /** STARTTLS is offered. RFC 9051 §6.2.1. */
  readonly startTls: boolean
  /** For people whose client fails at TLS: how to do without it, such as `connect without TLS to port 1143`. */
  readonly withoutTls: string
  /** Logins only after TLS. RFC 9051 §6.2.1. */
  readonly requireTls: boolean
  /** Largest message that APPEND takes, octets. RFC 7889. */
  readonly appendLimit: number
  /** As ID gives it. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

/** What a command may know and do of its session. Only the session's loop changes its state. */
export interface SessionContext {
  readonly id: string
  readonly host: ImapHost
  readonly connection: Connection
  readonly enabled: ReadonlySet<Extension>
  enable(extension: Extension): void
  /** Whether mailbox names and strings may be UTF-8. RFC 9051 §5.1, RFC 6855. */
  readonly utf8: boolean
  /** As the state is now, or as it is after a login. RFC 9051 §6.1.1. */
  capabilities(authenticated?: boolean): readonly string[]
  readonly selected: boolean
  /** Enters a mailbox; none is selected. */
  select(state: Selected): void
  /** Leaves the selected mailbox. */
  deselect(): void
  /** TLS from here on; what the client sent before is thrown away. @throws when the handshake fails. */
  startTls(secureContext: SecureContext): Promise<void>
  /** DEFLATE from here on. */
  startDeflate(): void
  readonly compressed: boolean
  /** What APPEND keeps of the session with a message. */
  readonly client: { readonly address: string; readonly port: number }
  readonly connectedAt: number
  readonly user: string
  /** One line of the client that is no command: what follows a continuation. Undefined at the end. */
  readLine(maxOctets: number): Promise<string | undefined>
  /** Sends `+ text`. */
  askForMore(text: string): void
  /** Tells the client what is new in its mailbox. */
  tellNews(expungeAllowed: boolean): Promise<void>
  /** Who logged in, as they named themselves; for the record of the session. */
  loggedIn(user: string, mechanism: string): void
  /** Resolves when that may be said. @param user who they said they are, where that could be read. */
  loginRefused(user: string | undefined): Promise<void>
}
