import { command } from '../command.ts'
import { ImapBad, ImapNo } from '../error.ts'
import { loggedIn, requirePrivacy } from '../logging-in.ts'
import type { SessionContext } from '../state.ts'
import { converse, decodeResponse } from '../../sasl/converse.ts'
import { mechanismsFor } from '../../sasl/mechanisms.ts'

/** Octets of one response. RFC 9051 leaves it open; RFC 4954 §4 has the same for SMTP. */
const maxResponse = 12_288

/** AUTHENTICATE, RFC 9051 §6.2.2, with an initial response (RFC 4959). */
export const authenticate = command({
  name: 'AUTHENTICATE',
  states: ['not-authenticated'],
  parse(args) {
    args.space()
    const name = args.atom().toUpperCase()
    const initial = args.take(' ') ? args.rest() : undefined
    return { name, initial: initial === undefined ? undefined : decoded(initial) }
  },
  async run({ session }, { name, initial }) {
    requirePrivacy(session)
    const mechanism = mechanismsFor(session.host.logins).find((each) => each.name === name)
    if (mechanism === undefined) throw new ImapNo('This mechanism is not offered', 'CANNOT')
    if (initial !== undefined && !mechanism.clientFirst) throw new ImapBad(`${name} has no initial response`)
    const { logins } = session.host
    const answer = await converse(mechanism, { logins, initial }, (challenge) => ask(session, challenge))
    return loggedIn(session, answer, name)
  },
})

/** @throws ImapBad for what is not base64, and where the client cancels. */
async function ask(session: SessionContext, challenge: Buffer): Promise<Buffer> {
  session.askForMore(challenge.toString('base64'))
  const line = await session.readLine(maxResponse)
  if (line === undefined || line === '*') throw new ImapBad('Cancelled')
  return decoded(line)
}

// base64 = *(4base64-char) [base64-terminal]                    RFC 9051 §9
function decoded(base64: string): Buffer {
  const response = decodeResponse(base64)
  if (response === undefined) throw new ImapBad('The response is not base64')
  return response
}
