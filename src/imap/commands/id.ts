import { command } from '../command.ts'

/** ID, RFC 2971. What the client says of itself is in the record of the session. */
export const id = command({
  name: 'ID',
  states: ['not-authenticated', 'authenticated', 'selected'],
  // id-params-list = "(" *(string SP nstring) ")" / nil               RFC 2971 §3.3, at most 30 pairs
  parse(args) {
    args.space()
    if (args.peek() !== '(') return void args.expect('NIL')
    let index = 0
    const items = args.list(() => (index++ % 2 === 0 ? args.string() : args.nstring()))
    if (items.length % 2 !== 0 || items.length > 60) args.fail('Pairs of field and value are expected, at most 30')
  },
  run({ session }, _, respond) {
    respond.untagged(`ID ("name" "Stuntmail" "version" "${session.host.version}")`)
  },
})
