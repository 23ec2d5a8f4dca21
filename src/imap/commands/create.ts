import { command } from '../command.ts'
import { ImapNo } from '../error.ts'
import { maxMailboxes, validMailboxName } from '../mailbox-lookup.ts'

const uses = new Map(
  ['\\All', '\\Archive', '\\Drafts', '\\Flagged', '\\Junk', '\\Sent', '\\Trash'].map((use) => [use.toLowerCase(), use]),
)
/** Those would stand for what mailboxes here cannot be. */
const virtual = new Set(['\\All', '\\Flagged'])

/** CREATE, RFC 9051 §6.3.4, with USE, RFC 6154 §3. */
export const create = command({
  name: 'CREATE',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    const name = args.mailbox()
    let use: readonly string[] = []
    if (!args.ended) {
      args.space()
      args.expect('(USE ')
      use = args.flagList()
      args.expect(')')
    }
    // A delimiter at the end says that there will be children, which any mailbox here may have.
    return { name: validMailboxName(name.endsWith('/') ? name.slice(0, -1) : name), use }
  },
  async run({ session, account }, { name, use }) {
    const { store } = session.host
    const [wanted, ...others] = use.map((each) => uses.get(each.toLowerCase()))
    if (use.length > 0 && (wanted === undefined || others.length > 0 || virtual.has(wanted))) {
      throw new ImapNo('A mailbox here may have one use: \\Archive, \\Drafts, \\Junk, \\Sent or \\Trash', 'USEATTR')
    }
    if ((await store.mailboxes(account)).length >= maxMailboxes) {
      throw new ImapNo(`There are ${maxMailboxes} mailboxes already`, 'LIMIT')
    }
    const { objectId } = await store.createMailbox(account, name, wanted === undefined ? {} : { specialUse: wanted })
    return { code: `MAILBOXID (${objectId})` }
  },
})
