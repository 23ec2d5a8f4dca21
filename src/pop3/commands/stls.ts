import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'

/** STLS, RFC 2595 §4. */
export const stls = command({
  name: 'STLS',
  states: ['authorization'],
  parse: noArgument,
  async run({ session }) {
    if (!session.host.startTls) throw new Pop3Refusal(`STLS is off on this port; ${session.host.withoutTls}`)
    if (session.connection.tls !== undefined) throw new Pop3Refusal('TLS is already active')
    // Made now, if need be, so that an -ERR can still be said.
    const secureContext = await session.host.certificate.secureContext().catch((cause: unknown) => {
      throw new Pop3Refusal('TLS is not available now', 'SYS/TEMP', { cause })
    })
    return { text: 'Begin TLS negotiation', afterwards: () => session.startTls(secureContext) }
  },
})
