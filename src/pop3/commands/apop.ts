import { createHash } from 'node:crypto'
import { equal, logInByProof } from '../../sasl/logins.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'
import { requirePrivacy } from '../privacy.ts'

/** APOP, RFC 1939 §7. The digest is looked at where the password is known. */
export const apop = command({
  name: 'APOP',
  states: ['authorization'],
  secret: true,
  parse(argument) {
    const space = argument.lastIndexOf(' ')
    const digest = argument.slice(space + 1).toLowerCase()
    if (space < 0 || !/^[0-9a-f]{32}$/.test(digest)) throw new Pop3Refusal('A user name and a digest are expected')
    return { name: Buffer.from(argument.slice(0, space), 'latin1').toString(), digest }
  },
  run({ session }, { name, digest }) {
    requirePrivacy(session)
    const digestOf = (password: string): string =>
      createHash('md5')
        .update(session.timestamp + password)
        .digest('hex')
    return session.logIn(logInByProof(session.host.logins, name, (password) => equal(digestOf(password), digest)))
  },
})
