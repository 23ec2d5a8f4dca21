import { converse, decodeResponse } from '../../sasl/converse.ts'
import { mechanismsFor } from '../../sasl/mechanisms.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'
import { requirePrivacy } from '../privacy.ts'
import type { SessionContext } from '../state.ts'

/** Octets of one response. RFC 5034 §4 leaves it to us beyond 255. */
const maxResponse = 12_288

/** AUTH, RFC 5034; without an argument it lists the mechanisms, as clients have it from before CAPA. */
export const auth = command({
  name: 'AUTH',
  states: ['authorization'],
  secret: true,
  parse(argument) {
    const [name = '', initial, ...rest] = argument.split(' ')
    if (rest.length > 0) throw new Pop3Refusal('A mechanism and one response are expected')
    return { name: name.toUpperCase(), initial: initial === undefined ? undefined : decoded(initial) }
  },
  async run({ session }, { name, initial }) {
    const mechanisms = mechanismsFor(session.host.logins)
    if (name === '') return { text: 'Mechanisms follow', lines: mechanisms.map((each) => each.name) }
    requirePrivacy(session)
    const mechanism = mechanisms.find((each) => each.name === name)
    if (mechanism === undefined) throw new Pop3Refusal('This mechanism is not offered')
    if (initial !== undefined && !mechanism.clientFirst) throw new Pop3Refusal(`${name} has no initial response`)
    const { logins } = session.host
    const answer = await converse(mechanism, { logins, initial }, (challenge) => ask(session, challenge))
    return session.logIn(answer)
  },
})

/** @throws Pop3Refusal for what is not base64, and where the client cancels. */
async function ask(session: SessionContext, challenge: Buffer): Promise<Buffer> {
  session.askForMore(challenge.toString('base64'))
  const line = await session.readLine(maxResponse)
  if (line === undefined || line === '*') throw new Pop3Refusal('Cancelled')
  return decoded(line)
}

function decoded(base64: string): Buffer {
  const response = decodeResponse(base64)
  if (response === undefined) throw new Pop3Refusal('Not base64')
  return response
}
