import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'

/** RSET, RFC 1939 §5. */
export const rset = command({
  name: 'RSET',
  states: ['transaction'],
  parse: noArgument,
  run({ maildrop }) {
    maildrop.reset()
    return { text: `${maildrop.messages.length} messages` }
  },
})
