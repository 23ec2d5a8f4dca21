import { command, noArguments } from '../command.ts'

/** NAMESPACE, RFC 9051 §6.3.10: one personal namespace. */
export const namespace = command({
  name: 'NAMESPACE',
  states: ['authenticated', 'selected'],
  parse: noArguments,
  run(_, _arguments, respond) {
    respond.untagged('NAMESPACE (("" "/")) NIL NIL')
  },
})
