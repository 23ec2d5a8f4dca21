import type { CopiedEntries, MailboxState } from '../store/store.ts'
import { formatNumbers } from './number-set.ts'

/** The response code COPYUID; none where nothing was copied. RFC 9051 §7.1. */
export function copyUid({ uidValidity }: MailboxState, { from, to }: CopiedEntries): { readonly code?: string } {
  return from.length === 0 ? {} : { code: `COPYUID ${uidValidity} ${formatNumbers(from)} ${formatNumbers(to)}` }
}
