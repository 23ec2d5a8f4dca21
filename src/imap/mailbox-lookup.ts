import type { MailboxState, Store } from '../store/store.ts'
import { ImapNo } from './error.ts'

/** Of one account. IMAP-8. */
export const maxMailboxes = 10_000

/**
 * A mailbox name as the store has it: INBOX in capitals, in Unicode's normal form C (RFC 9051 §5.1).
 * @throws ImapNo CANNOT: empty levels, `.` and `..`, control characters, too long, too deep (IMAP-8).
 */
export function validMailboxName(name: string): string {
  const levels = name.normalize('NFC').split('/')
  if (/^inbox$/i.test(levels[0] ?? '')) levels[0] = 'INBOX'
  const clean = levels.join('/')
  const bad = levels.some((level) => level === '' || level === '.' || level === '..') || /\p{Cc}|[%*]/u.test(clean)
  if (bad || levels.length > 50 || Buffer.byteLength(clean) > 1000) {
    throw new ImapNo(
      'Not a name for a mailbox: 1 to 50 levels between /, none of them empty, . or .., no control characters, no * and %, at most 1,000 octets',
      'CANNOT',
    )
  }
  return clean
}

/** @param missing the response code for one that does not exist. @throws ImapNo. */
export async function findMailbox(
  store: Store,
  account: string,
  name: string,
  missing: 'NONEXISTENT' | 'TRYCREATE' = 'NONEXISTENT',
): Promise<MailboxState> {
  const wanted = validMailboxName(name)
  const found = (await store.mailboxes(account)).find((mailbox) => mailbox.name === wanted)
  if (found === undefined) throw new ImapNo('There is no such mailbox', missing)
  return found
}
