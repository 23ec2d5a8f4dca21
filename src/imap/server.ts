/** The IMAP server: RFC 9051 and RFC 3501. One listener each. */
import { connectionServer, type ConnectionServer } from '../net/connection-server.ts'
import type { ClientLimit } from '../net/limits.ts'
import { Session } from './session.ts'
import type { ImapHost } from './state.ts'

export interface ImapOptions extends ImapHost {
  /** TLS from the first octet on (RFC 8314 §3.2), no STARTTLS. */
  readonly implicitTls: boolean
  /** Connections at a time. Default 20,000 of this listener. More get BYE. */
  readonly clients?: ClientLimit
}

export function imapServer(options: ImapOptions): ConnectionServer {
  return connectionServer({
    ...options,
    protocol: 'IMAP',
    tooMany: '* BYE [UNAVAILABLE] Too many connections\r\n',
    begin: (connection, about) => new Session(options, connection, about),
  })
}
