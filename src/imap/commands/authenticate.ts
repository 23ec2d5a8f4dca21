import { command } from '../command.ts'
import { ImapBad, ImapNo } from '../error.ts'
import { loggedIn, requirePrivacy } from '../logging-in.ts'
import type { SessionContext } from '../state.ts'
import { nothing, type Mechanism } from '../../sasl/exchange.ts'
import type { Authenticated } from '../../sasl/logins.ts'
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
    return { name, initial: initial === '=' ? nothing : initial === undefined ? undefined : decoded(initial) }
  },
  async run({ session }, { name, initial }) {
    requirePrivacy(session)
    const mechanism = mechanismsFor(session.host.logins).find((each) => each.name === name)
    if (mechanism === undefined) throw new ImapNo('This mechanism is not offered', 'CANNOT')
    if (initial !== undefined && !mechanism.clientFirst) throw new ImapBad(`${name} has no initial response`)
    return loggedIn(session, await exchange(session, mechanism, initial), name)
  },
})

async function exchange(
  session: SessionContext,
  mechanism: Mechanism,
  initial: Buffer | undefined,
): Promise<Authenticated> {
  const steps = mechanism.begin(session.host.logins)
  let step = steps.next()
  let response = initial
  while (step.done !== true) {
    if (response === undefined) {
      session.askForMore(step.value.toString('base64'))
      response = await readResponse(session)
    }
    step = steps.next(response)
    response = undefined
  }
  return step.value
}

async function readResponse(session: SessionContext): Promise<Buffer> {
  const line = await session.readLine(maxResponse)
  if (line === undefined || line === '*') throw new ImapBad('Cancelled')
  return decoded(line)
}

// base64 = *(4base64-char) [base64-terminal]                    RFC 9051 §9
function decoded(base64: string): Buffer {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw new ImapBad('The response is not base64')
  return Buffer.from(base64, 'base64')
}
