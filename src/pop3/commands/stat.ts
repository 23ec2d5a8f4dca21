import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'

/** STAT, RFC 1939 §5. */
export const stat = command({
  name: 'STAT',
  states: ['transaction'],
  parse: noArgument,
  run({ maildrop }) {
    const { messages } = maildrop
    return { text: `${messages.length} ${messages.reduce((sum, { octets }) => sum + octets, 0)}` }
  },
})
