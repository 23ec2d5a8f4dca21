import { optionalNumber } from '../arguments.ts'
import { command } from '../command.ts'

/** LIST, RFC 1939 §5. */
export const list = command({
  name: 'LIST',
  states: ['transaction'],
  parse: optionalNumber,
  run({ maildrop }, number) {
    if (number !== undefined) return { text: `${number} ${maildrop.message(number).octets}` }
    const { messages } = maildrop
    return {
      text: `${messages.length} messages`,
      lines: messages.map((message) => `${message.number} ${message.octets}`),
    }
  },
})
