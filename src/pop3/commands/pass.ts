import { logIn } from '../../sasl/logins.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'

/** PASS, RFC 1939 §7: all of the line, spaces too, is the password. */
export const pass = command({
  name: 'PASS',
  states: ['authorization'],
  secret: true,
  wholeLine: true,
  parse: (argument) => Buffer.from(argument, 'latin1').toString(),
  run({ session }, password) {
    const name = session.userName
    if (name === undefined) throw new Pop3Refusal('Send USER first')
    session.userName = undefined
    return session.logIn(logIn(session.host.logins, name, password))
  },
})
