/** LOGIN, draft-murchison-sasl-login-00: obsolete, and what many programs use. */
import type { Mechanism } from './exchange.ts'
import { logIn } from './logins.ts'

export const login: Mechanism = {
  name: 'LOGIN',
  // Clients that send the user name along are understood.
  clientFirst: true,
  needsPassword: false,
  *begin(logins) {
    const user = yield Buffer.from('Username:')
    const password = yield Buffer.from('Password:')
    return logIn(logins, user.toString(), password.toString())
  },
}
