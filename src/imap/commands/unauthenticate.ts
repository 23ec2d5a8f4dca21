import { command, noArguments } from '../command.ts'

/** UNAUTHENTICATE, RFC 8437: everything but TLS and compression is as after the greeting. */
export const unauthenticate = command({
  name: 'UNAUTHENTICATE',
  states: ['authenticated', 'selected'],
  parse: noArguments,
  run: () => ({ state: { kind: 'not-authenticated' } }),
})
