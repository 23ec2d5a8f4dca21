import { optionalNumber } from '../arguments.ts'
import { command } from '../command.ts'

/** UIDL, RFC 1939 §7. */
export const uidl = command({
  name: 'UIDL',
  states: ['transaction'],
  parse: optionalNumber,
  run({ maildrop }, number) {
    if (number !== undefined) return { text: `${number} ${maildrop.message(number).key}` }
    return {
      text: 'Unique ids follow',
      lines: maildrop.messages.map((message) => `${message.number} ${message.key}`),
    }
  },
})
