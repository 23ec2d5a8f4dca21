import { command } from '../command.ts'
import { requirePrivacy } from '../privacy.ts'

/** USER, RFC 1939 §7. Whether there is such a user is said after PASS. */
export const user = command({
  name: 'USER',
  states: ['authorization'],
  wholeLine: true,
  parse: (argument) => Buffer.from(argument, 'latin1').toString(),
  run({ session }, name) {
    requirePrivacy(session)
    session.userName = name
    return { text: 'Send PASS' }
  },
})
