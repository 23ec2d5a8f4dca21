import { command } from '../command.ts'
import { ImapNo } from '../error.ts'
import { validMailboxName } from '../mailbox-lookup.ts'

/** RENAME, RFC 9051 §6.3.6. Mailboxes below it go along; of INBOX it moves the messages. */
export const rename = command({
  name: 'RENAME',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    const from = validMailboxName(args.mailbox())
    args.space()
    const to = args.mailbox()
    return { from, to: validMailboxName(to.endsWith('/') ? to.slice(0, -1) : to) }
  },
  async run({ session, account }, { from, to }) {
    if (to.startsWith(`${from}/`) && from !== 'INBOX') {
      throw new ImapNo('A mailbox cannot be moved below itself', 'CANNOT')
    }
    await session.host.store.renameMailbox(account, from, to)
  },
})
