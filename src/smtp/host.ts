import type { SMTPServer } from 'smtp-server'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { ClientLimit } from '../net/limits.ts'
import type { Users } from './auth.ts'
import type { SessionState } from './commands.ts'

/** What a session needs of its server. */
export interface SessionHost {
  readonly engine: SMTPServer
  /** Of the listener. */
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly users: Users
  readonly requireTls: boolean
  readonly clients: ClientLimit
  readonly handshakeTimeoutMs: number
  /** For people whose client fails at TLS: how to do without it, such as `send without TLS to port 1025`. */
  readonly withoutTls: string
  /** No new transactions: the server is about to stop. */
  readonly stopping: boolean
  readonly sessionOptions: Omit<SessionState, 'heloName' | 'transaction' | 'session'>
  newId(): string
  /** Resolves when `upgrade` can be called. @throws when there is no certificate. */
  prepareTls(): Promise<void>
  /** Called once, last of all. */
  sessionEnded(session: object): void
}
