import { command } from '../command.ts'
import { validMailboxName } from '../mailbox-lookup.ts'

/** SUBSCRIBE, RFC 9051 §6.3.7. The mailbox need not exist. */
export const subscribe = command({
  name: 'SUBSCRIBE',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    return validMailboxName(args.mailbox())
  },
  async run({ session, account }, name) {
    await session.host.store.setSubscribed(account, name, true)
  },
})
