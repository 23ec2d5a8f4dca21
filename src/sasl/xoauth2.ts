/** XOAUTH2, as Google documents it: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol */
import { malformed, nothing, type Mechanism } from './exchange.ts'
import { logIn } from './logins.ts'

const form = /^user=([^\x01]{0,500})\x01auth=Bearer ([^\x01]*)\x01\x01$/i // eslint-disable-line no-control-regex -- the format's own separators
const refusal = Buffer.from('{"status":"401","schemes":"bearer","scope":"mail"}')

/** The token stands for the password. */
export const xoauth2: Mechanism = {
  name: 'XOAUTH2',
  clientFirst: true,
  needsPassword: false,
  *begin(logins) {
    const [, user, token] = form.exec((yield nothing).toString()) ?? []
    if (user === undefined || token === undefined) return malformed
    const answer = logIn(logins, user, token)
    // The client is told why, and answers with nothing.
    if ('refused' in answer) yield refusal
    return answer
  },
}
