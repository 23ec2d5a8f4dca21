import type { Authenticated } from '../sasl/logins.ts'
import { accountOf } from '../store/account.ts'
import type { Outcome } from './command.ts'
import { ImapNo } from './error.ts'
import type { SessionContext } from './state.ts'

/** @throws ImapNo PRIVACYREQUIRED where a password would cross the net in plain text and must not. IMAP-12. */
export function requirePrivacy({ host, connection }: SessionContext): void {
  if (host.requireTls && connection.tls === undefined) throw new ImapNo('Use STARTTLS first', 'PRIVACYREQUIRED')
}

/** The end of a login. @throws ImapNo AUTHENTICATIONFAILED, the later the more there were. */
export async function loggedIn(session: SessionContext, answer: Authenticated, mechanism: string): Promise<Outcome> {
  if ('refused' in answer) {
    await session.loginRefused(answer.tried)
    throw new ImapNo(answer.refused, 'AUTHENTICATIONFAILED')
  }
  session.loggedIn(answer.user, mechanism)
  return {
    state: { kind: 'authenticated', account: accountOf(answer.user) },
    code: `CAPABILITY ${session.capabilities(true).join(' ')}`,
    text: 'Logged in',
  }
}
