import { command, noArguments } from '../command.ts'

/** NOOP, RFC 9051 §6.1.2: the loop tells the news. */
export const noop = command({
  name: 'NOOP',
  states: ['not-authenticated', 'authenticated', 'selected'],
  parse: noArguments,
  run: () => undefined,
})
