import type { Extension } from './state.ts'
import type { Entry } from './view.ts'

/** Flags of an entry as responses list them; `\Recent` is of this session alone. RFC 3501 §2.3.2, RFC 9051 §2.3.2. */
export function flagNames(entry: Entry, enabled: ReadonlySet<Extension>): string {
  const flags = entry.flags.join(' ')
  if (!entry.recent || enabled.has('IMAP4REV2')) return flags
  return flags === '' ? '\\Recent' : `${flags} \\Recent`
}

/** An unsolicited FETCH of what changed. RFC 9051 §7.5.2; with UID and MODSEQ by RFC 7162 §3.2.4. */
export function flagResponse(entry: Entry, enabled: ReadonlySet<Extension>): string {
  const uid = enabled.has('QRESYNC') || enabled.has('IMAP4REV2') ? `UID ${entry.uid} ` : ''
  const modSeq = enabled.has('CONDSTORE') ? ` MODSEQ (${entry.modSeq})` : ''
  return `${entry.seqNum} FETCH (${uid}FLAGS (${flagNames(entry, enabled)})${modSeq})`
}
