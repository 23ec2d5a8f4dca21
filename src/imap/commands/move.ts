import { command } from '../command.ts'
import { copyUid } from '../copy-uid.ts'
import { ImapNo } from '../error.ts'
import { findMailbox } from '../mailbox-lookup.ts'
import { uidsOf } from '../message-set.ts'
import { parseSetAndMailbox } from '../set-and-mailbox.ts'

/** MOVE, RFC 9051 §6.4.8. The loop tells the EXPUNGEs, after COPYUID. */
export const move = command({
  name: 'MOVE',
  states: ['selected'],
  uid: true,
  parse: parseSetAndMailbox,
  async run({ session, account, view }, { set, name, uid }, respond) {
    if (view.readOnly) throw new ImapNo('The mailbox is open read-only', 'READ-ONLY')
    const { store } = session.host
    const uids = uidsOf(view, set, uid)
    const mailbox = await findMailbox(store, account, name, 'TRYCREATE')
    const moved = await store.move(view.mirror.mailboxId, uids, mailbox.id)
    const { code } = copyUid(mailbox, moved)
    if (code !== undefined) respond.ok(code, 'Moved')
  },
})
