import { command } from '../command.ts'
import { ImapNo } from '../error.ts'
import { findMailbox, validMailboxName } from '../mailbox-lookup.ts'

/** DELETE, RFC 9051 §6.3.5. Mailboxes below it stay. */
export const deleteMailbox = command({
  name: 'DELETE',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    return validMailboxName(args.mailbox())
  },
  async run({ session, account, view }, name) {
    if (name === 'INBOX') throw new ImapNo('INBOX cannot be removed', 'CANNOT')
    const { store } = session.host
    const { id } = await findMailbox(store, account, name)
    // The client knows that it goes, and need not be told by BYE.
    const selected = view?.mirror.mailboxId === id
    if (selected) session.deselect()
    await store.deleteMailbox(account, name)
  },
})
