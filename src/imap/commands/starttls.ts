import { command, noArguments } from '../command.ts'
import { ImapBad, ImapNo } from '../error.ts'

/** STARTTLS, RFC 9051 §6.2.1. */
export const starttls = command({
  name: 'STARTTLS',
  states: ['not-authenticated'],
  parse: noArguments,
  async run({ session }) {
    if (!session.host.startTls) throw new ImapBad(`STARTTLS is off on this port; ${session.host.withoutTls}`)
    if (session.connection.tls !== undefined) throw new ImapBad('TLS is already active')
    // Made now, if need be, so that a NO can still be said.
    const secureContext = await session.host.certificate.secureContext().catch((cause: unknown) => {
      throw new ImapNo('TLS is not available now', 'UNAVAILABLE', { cause })
    })
    return { text: 'Begin TLS negotiation now', afterwards: () => session.startTls(secureContext) }
  },
})
