import { Pop3Refusal } from './error.ts'
import type { SessionContext } from './state.ts'

/** @throws Pop3Refusal where nobody may log in before TLS. */
export function requirePrivacy({ host, connection }: SessionContext): void {
  if (host.requireTls && connection.tls === undefined) throw new Pop3Refusal('Use STLS first', 'AUTH')
}
