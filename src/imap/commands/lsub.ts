import { command } from '../command.ts'
import { matchesListPattern } from '../list-pattern.ts'
import { parentsOf } from '../listing.ts'
import { encodeMailboxName } from '../mailbox-name.ts'
import { mailboxString } from '../wire/writer.ts'

/** LSUB, RFC 3501 §6.3.9. */
export const lsub = command({
  name: 'LSUB',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    const reference = args.listPattern(args.astring())
    args.space()
    return reference + args.listPattern(args.listMailbox())
  },
  async run({ session, account }, pattern, respond) {
    const { store } = session.host
    const [subscriptions, mailboxes] = await Promise.all([store.subscriptions(account), store.mailboxes(account)])
    const existing = new Set(mailboxes.map(({ name }) => name))
    const names = new Map<string, '\\Noselect' | ''>()
    for (const name of subscriptions) {
      if (matchesListPattern(pattern, name)) names.set(name, existing.has(name) ? '' : '\\Noselect')
      // A pattern with % gives the level above what is subscribed to. RFC 3501 §6.3.9.
      if (!pattern.endsWith('%')) continue
      for (const parent of parentsOf(name)) {
        if (!names.has(parent) && matchesListPattern(pattern, parent)) names.set(parent, '\\Noselect')
      }
    }
    for (const [name, attribute] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      respond.untagged(`LSUB (${attribute}) "/" ${mailboxString(encodeMailboxName(name, session.utf8))}`)
    }
  },
})
