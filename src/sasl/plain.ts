/** PLAIN, RFC 4616. */
import { malformed, nothing, type Mechanism } from './exchange.ts'
import { logIn } from './logins.ts'

// message = [authzid] UTF8NUL authcid UTF8NUL passwd                RFC 4616 §2
export const plain: Mechanism = {
  name: 'PLAIN',
  clientFirst: true,
  needsPassword: false,
  *begin(logins) {
    const pieces = (yield nothing).toString().split('\0')
    const [authorizationId = '', authenticationId = '', password = ''] = pieces
    if (pieces.length !== 3) return malformed
    // Some clients put the user name into the first place alone.
    const user = authenticationId === '' ? authorizationId : authenticationId
    const answer = logIn(logins, user, password)
    // To act for somebody else is nobody's right.
    if ('user' in answer && authorizationId !== '' && authorizationId !== user) {
      return { refused: 'Nobody may log in as somebody else', tried: user }
    }
    return answer
  },
}
