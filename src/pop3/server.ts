/** The POP3 server: RFC 1939. One listener each. */
import { connectionServer, type ConnectionServer } from '../net/connection-server.ts'
import { Session } from './session.ts'
import type { Pop3Host } from './state.ts'

export interface Pop3Options extends Pop3Host {
  /** TLS from the first octet on (RFC 8314 §3.2), no STLS. */
  readonly implicitTls: boolean
}

export function pop3Server(options: Pop3Options): ConnectionServer {
  return connectionServer({
    ...options,
    protocol: 'POP3',
    tooMany: '-ERR [SYS/TEMP] Too many connections\r\n',
    begin: (connection, about) => new Session(options, connection, about),
  })
}
