import { messageNumber } from '../arguments.ts'
import { command } from '../command.ts'
import { openMessage } from '../opened-message.ts'

/** RETR, RFC 1939 §5. */
export const retr = command({
  name: 'RETR',
  states: ['transaction'],
  parse: messageNumber,
  async run({ session, maildrop }, number) {
    const message = maildrop.message(number)
    const octets = await openMessage(maildrop, message, session.utf8)
    return { text: `${message.octets} octets`, octets }
  },
})
