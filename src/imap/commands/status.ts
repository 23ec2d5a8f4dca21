import { command } from '../command.ts'
import { findMailbox } from '../mailbox-lookup.ts'
import { encodeMailboxName } from '../mailbox-name.ts'
import { parseStatusItems, statusText } from '../status-items.ts'
import { mailboxString } from '../wire/writer.ts'

/** STATUS, RFC 9051 §6.3.11; SIZE, RFC 8438; MAILBOXID, RFC 8474; APPENDLIMIT, RFC 7889; HIGHESTMODSEQ, RFC 7162. */
export const status = command({
  name: 'STATUS',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    const name = args.mailbox()
    args.space()
    return { name, items: parseStatusItems(args) }
  },
  async run({ session, account }, { name, items }, respond) {
    const mailbox = await findMailbox(session.host.store, account, name)
    if (items.includes('HIGHESTMODSEQ')) session.enable('CONDSTORE')
    const shown = mailboxString(encodeMailboxName(mailbox.name, session.utf8))
    respond.untagged(`STATUS ${shown} (${await statusText(mailbox, items, session.host)})`)
  },
})
