/** CRAM-MD5, RFC 2195. */
import { createHmac, randomBytes } from 'node:crypto'
import { malformed, type Mechanism } from './exchange.ts'
import { equal, logInByProof } from './logins.ts'

export const cramMd5: Mechanism = {
  name: 'CRAM-MD5',
  clientFirst: false,
  needsPassword: false,
  *begin(logins) {
    const challenge = `<${randomBytes(12).toString('hex')}@stuntmail>`
    const response = (yield Buffer.from(challenge)).toString()
    const space = response.lastIndexOf(' ')
    const digest = response.slice(space + 1)
    if (space < 0 || !/^[0-9a-f]{32}$/i.test(digest)) return malformed
    return logInByProof(logins, response.slice(0, space), (password) =>
      equal(createHmac('md5', password).update(challenge).digest('hex'), digest.toLowerCase()),
    )
  },
}
