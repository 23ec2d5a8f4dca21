import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'

/** UTF8, RFC 6856 §2. */
export const utf8 = command({
  name: 'UTF8',
  states: ['authorization'],
  parse: noArgument,
  run({ session }) {
    session.utf8 = true
    return { text: 'UTF-8 mode' }
  },
})
