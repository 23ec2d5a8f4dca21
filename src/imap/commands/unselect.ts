import { command, noArguments } from '../command.ts'

/** UNSELECT, RFC 9051 §6.4.2: leaves the mailbox as it is. */
export const unselect = command({
  name: 'UNSELECT',
  states: ['selected'],
  parse: noArguments,
  run: ({ account }) => ({ state: { kind: 'authenticated', account } }),
})
