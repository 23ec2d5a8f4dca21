import { command } from '../command.ts'
import { validMailboxName } from '../mailbox-lookup.ts'

/** UNSUBSCRIBE, RFC 9051 §6.3.8. */
export const unsubscribe = command({
  name: 'UNSUBSCRIBE',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    return validMailboxName(args.mailbox())
  },
  async run({ session, account }, name) {
    await session.host.store.setSubscribed(account, name, false)
  },
})
