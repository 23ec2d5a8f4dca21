import { mechanismsFor } from '../sasl/mechanisms.ts'
import type { ImapHost } from './state.ts'

/** What is offered before login; the rest is told by the login itself. RFC 9051 §7.2.2. */
const early = ['IMAP4rev1', 'IMAP4rev2', 'SASL-IR', 'LITERAL+', 'ID', 'ENABLE'] as const

/** Only what is whole. */
const afterLogin = [
  ...['IDLE', 'NAMESPACE', 'UNSELECT', 'UIDPLUS', 'MOVE', 'CHILDREN', 'LIST-EXTENDED', 'LIST-STATUS', 'SPECIAL-USE'],
  ...['CREATE-SPECIAL-USE', 'STATUS=SIZE', 'ESEARCH', 'SEARCHRES', 'WITHIN', 'CONDSTORE', 'QRESYNC', 'BINARY'],
  ...['MULTIAPPEND', 'UTF8=ACCEPT', 'COMPRESS=DEFLATE', 'SAVEDATE', 'OBJECTID', 'UNAUTHENTICATE'],
] as const

export interface CapabilityFacts {
  readonly host: ImapHost
  /** TLS is on. */
  readonly secure: boolean
  readonly authenticated: boolean
}

export function capabilitiesFor({ host, secure, authenticated }: CapabilityFacts): readonly string[] {
  if (authenticated) return [...early, ...afterLogin, `APPENDLIMIT=${host.appendLimit}`]
  const locked = host.requireTls && !secure
  return [
    ...early,
    ...(secure || !host.startTls ? [] : ['STARTTLS']),
    ...(locked ? ['LOGINDISABLED'] : mechanismsFor(host.logins).map(({ name }) => `AUTH=${name}`)),
  ]
}
