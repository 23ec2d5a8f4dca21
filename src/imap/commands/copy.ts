import { command } from '../command.ts'
import { findMailbox } from '../mailbox-lookup.ts'
import { parseSetAndMailbox } from '../set-and-mailbox.ts'
import { uidsOf } from '../message-set.ts'
import { copyUid } from '../copy-uid.ts'

/** COPY, RFC 9051 §6.4.7, with COPYUID. */
export const copy = command({
  name: 'COPY',
  states: ['selected'],
  uid: true,
  parse: parseSetAndMailbox,
  async run({ session, account, view }, { set, name, uid }) {
    const { store } = session.host
    const uids = uidsOf(view, set, uid)
    const mailbox = await findMailbox(store, account, name, 'TRYCREATE')
    const copied = await store.copy(view.mirror.mailboxId, uids, mailbox.id)
    return { ...copyUid(mailbox, copied) }
  },
})
