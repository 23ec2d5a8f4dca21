import { command } from '../command.ts'
import { loggedIn, requirePrivacy } from '../logging-in.ts'
import { logIn } from '../../sasl/logins.ts'

/** LOGIN, RFC 9051 §6.2.3. */
export const login = command({
  name: 'LOGIN',
  states: ['not-authenticated'],
  parse(args) {
    const text = (): string => {
      args.space()
      return Buffer.from(args.astring(), 'latin1').toString()
    }
    return { user: text(), password: text() }
  },
  run({ session }, { user, password }) {
    requirePrivacy(session)
    return loggedIn(session, logIn(session.host.logins, user, password), 'LOGIN')
  },
})
