import { encodeKeyword, isAscii } from './mailbox-name.ts'
import type { Extension } from './state.ts'
import type { Responses } from './responses.ts'
import type { Entry, View } from './view.ts'

/** One character is one octet. */
function written(flags: readonly string[]): string {
  const joined = flags.join(' ')
  return isAscii(joined) ? joined : flags.map(encodeKeyword).join(' ')
}

/** Flags of an entry as responses list them; `\Recent` is of this session alone. RFC 3501 §2.3.2, RFC 9051 §2.3.2. */
export function flagNames(entry: Entry, enabled: ReadonlySet<Extension>): string {
  const flags = written(entry.flags)
  if (!entry.recent || enabled.has('IMAP4REV2')) return flags
  return flags === '' ? '\\Recent' : `${flags} \\Recent`
}

/** An unsolicited FETCH of what changed. RFC 9051 §7.5.2; with UID and MODSEQ by RFC 7162 §3.2.4. */
export function flagResponse(entry: Entry, enabled: ReadonlySet<Extension>): string {
  const uid = enabled.has('QRESYNC') || enabled.has('IMAP4REV2') ? `UID ${entry.uid} ` : ''
  const modSeq = enabled.has('CONDSTORE') ? ` MODSEQ (${entry.modSeq})` : ''
  return `${entry.seqNum} FETCH (${uid}FLAGS (${flagNames(entry, enabled)})${modSeq})`
}

/** The flags that a mailbox has: those of the system, and every keyword. RFC 9051 §7.2.6. */
export const flagsOf = ({ mirror }: View): string =>
  `\\Answered \\Flagged \\Deleted \\Seen \\Draft ${written([...mirror.keywords])}`.trimEnd()

/** To be told before a keyword is first met in a FETCH response. */
export function tellKeywords(view: View, respond: Responses): void {
  if (view.keywordsTold === view.mirror.keywords.size) return
  view.keywordsTold = view.mirror.keywords.size
  const flags = flagsOf(view)
  respond.untagged(`FLAGS (${flags})`)
  respond.ok(view.readOnly ? 'PERMANENTFLAGS ()' : `PERMANENTFLAGS (${flags} \\*)`, 'Flags that stay')
}
