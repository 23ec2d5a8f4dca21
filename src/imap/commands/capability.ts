import { command, noArguments } from '../command.ts'

/** CAPABILITY, RFC 9051 §6.1.1. */
export const capability = command({
  name: 'CAPABILITY',
  states: ['not-authenticated', 'authenticated', 'selected'],
  parse: noArguments,
  run({ session }, _, respond) {
    respond.untagged(`CAPABILITY ${session.capabilities().join(' ')}`)
  },
})
