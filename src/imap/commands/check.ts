import { command, noArguments } from '../command.ts'

/** CHECK, RFC 3501 §6.4.1: everything is on disk already. */
export const check = command({
  name: 'CHECK',
  states: ['selected'],
  parse: noArguments,
  run: () => undefined,
})
