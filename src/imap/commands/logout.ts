import { command, noArguments } from '../command.ts'

/** LOGOUT, RFC 9051 §6.1.3. */
export const logout = command({
  name: 'LOGOUT',
  states: ['not-authenticated', 'authenticated', 'selected'],
  parse: noArguments,
  run(_, _arguments, respond) {
    respond.untagged('BYE Logging out')
    return { state: { kind: 'logged-out' } }
  },
})
