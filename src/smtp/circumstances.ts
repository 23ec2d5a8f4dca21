import type { SmtpSession } from './delivery.ts'
import type { SmtpEnvelope } from './envelope.ts'

/** What of a session goes into an envelope. */
export function circumstances(session: SmtpSession): Pick<SmtpEnvelope, Exclude<keyof SmtpSession, 'id'>> {
  const { listener, client, connectedAt, heloName, tls: tlsSession, authUser, authMechanism } = session
  return {
    ...{ listener, client, connectedAt, heloName },
    ...(tlsSession && { tls: tlsSession }),
    ...(authUser !== undefined && { authUser }),
    ...(authMechanism !== undefined && { authMechanism }),
  }
}
