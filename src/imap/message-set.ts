import type { MessageSet } from './command-arguments.ts'
import { ImapBad } from './error.ts'
import type { View } from './view.ts'

/**
 * Sequence numbers of the messages that a command names, ascending. UIDs of no message are passed over (RFC 9051
 * §6.4.9). @throws ImapBad for a sequence number of no message.
 */
export function seqNumsOf(view: View, set: MessageSet, byUid: boolean): readonly number[] {
  if (set === '$') return view.saved.map((uid) => view.seqNumOf(uid)).filter((seqNum) => seqNum > 0)
  if (!byUid && !view.covers(set)) throw new ImapBad(`There are ${view.count} messages; the set goes beyond them`)
  return view.select(set, byUid)
}

/** The same as UIDs. */
export function uidsOf(view: View, set: MessageSet, byUid: boolean): readonly number[] {
  return seqNumsOf(view, set, byUid).map((seqNum) => view.uidOf(seqNum))
}
