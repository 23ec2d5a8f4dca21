import type { MailboxState } from '../store/store.ts'
import type { ImapHost } from './state.ts'
import type { Arguments } from './wire/arguments.ts'

/** What STATUS gives of a mailbox. RFC 9051 §6.3.11, RFC 3501 §6.3.10 and the extensions named in `status.ts`. */
const statusItems = [
  ...(['MESSAGES', 'RECENT', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN', 'DELETED', 'SIZE', 'HIGHESTMODSEQ'] as const),
  ...(['APPENDLIMIT', 'MAILBOXID', 'DELETED-STORAGE'] as const),
] as const
export type StatusItem = (typeof statusItems)[number]

/** status-att list in parentheses. */
export function parseStatusItems(args: Arguments): readonly StatusItem[] {
  const items = args.list(() => {
    const word = args.word()
    return statusItems.find((item) => item === word) ?? args.fail(`Status item ${word.slice(0, 20)} is not known`)
  })
  if (items.length === 0) args.fail('A status item is expected')
  return [...new Set(items)]
}

export async function statusText(
  mailbox: MailboxState,
  items: readonly StatusItem[],
  { store, mirrors, appendLimit }: ImapHost,
): Promise<string> {
  const deleted = items.some((item) => item.startsWith('DELETED'))
    ? await deletedIn(mailbox, store)
    : { count: 0, octets: 0 }
  const recent = items.includes('RECENT') ? await mirrors.recentIn(mailbox) : 0
  const values: Readonly<Record<StatusItem, string | number>> = {
    MESSAGES: mailbox.messages,
    RECENT: recent,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.uidValidity,
    UNSEEN: mailbox.unread,
    DELETED: deleted.count,
    'DELETED-STORAGE': Math.ceil(deleted.octets / 1024),
    SIZE: mailbox.octets,
    HIGHESTMODSEQ: Math.max(1, mailbox.highestModSeq),
    APPENDLIMIT: appendLimit,
    MAILBOXID: `(${mailbox.objectId})`,
  }
  return items.map((item) => `${item} ${values[item]}`).join(' ')
}

async function deletedIn({ id }: MailboxState, store: ImapHost['store']): Promise<{ count: number; octets: number }> {
  const { flags, octets } = await store.entries(id)
  let count = 0
  let sum = 0
  flags.forEach((each, i) => {
    if (!each.includes('\\Deleted')) return
    count++
    sum += octets[i] ?? 0
  })
  return { count, octets: sum }
}
