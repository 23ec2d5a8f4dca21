/** OAUTHBEARER, RFC 7628. */
import { malformed, nothing, type Mechanism } from './exchange.ts'
import { logIn } from './logins.ts'

// client-resp = gs2-header kvsep *kvpair kvsep                     RFC 7628 §3.1; gs2-header: RFC 5801 §4
const form = /^[ny],(?:a=([^,\x01]{1,500}))?,\x01((?:[a-z]+=[^\x01]*\x01)*)\x01$/i // eslint-disable-line no-control-regex -- the standard's own separators
const token = /(?:^|\x01)auth=Bearer ([^\x01]*)\x01/i // eslint-disable-line no-control-regex -- the same
const refusal = Buffer.from('{"status":"invalid_token","scope":"mail"}')

/** The token stands for the password. */
export const oauthBearer: Mechanism = {
  name: 'OAUTHBEARER',
  clientFirst: true,
  needsPassword: false,
  *begin(logins) {
    const [, name = '', pairs = ''] = form.exec((yield nothing).toString()) ?? []
    const [, password] = token.exec(pairs) ?? []
    if (name === '' || password === undefined) return malformed
    // saslname, RFC 5801 §4
    const answer = logIn(logins, name.replaceAll('=2C', ',').replaceAll('=3D', '='), password)
    // RFC 7628 §3.2.2: the client is told why, and answers with one octet.
    if ('refused' in answer) yield refusal
    return answer
  },
}
