import { messageNumber } from '../arguments.ts'
import { command } from '../command.ts'

/** DELE, RFC 1939 §5: marks; QUIT removes. */
export const dele = command({
  name: 'DELE',
  states: ['transaction'],
  parse: messageNumber,
  run({ maildrop }, number) {
    maildrop.mark(maildrop.message(number))
    return { text: `Message ${number} is marked as deleted` }
  },
})
