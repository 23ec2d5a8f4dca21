import { command } from '../command.ts'
import { ImapNo } from '../error.ts'
import { uidsOf } from '../message-set.ts'

/** EXPUNGE, RFC 9051 §6.4.3; UID EXPUNGE, §6.4.9. The loop tells what is gone. */
export const expunge = command({
  name: 'EXPUNGE',
  states: ['selected'],
  uid: true,
  // uid-expunge = "UID" SP "EXPUNGE" SP sequence-set             RFC 9051 §9
  parse(args) {
    if (!args.uid) return undefined
    args.space()
    return args.sequenceSet()
  },
  async run({ session, view }, set) {
    if (view.readOnly) throw new ImapNo('The mailbox is open read-only', 'READ-ONLY')
    const marked = view.deletedUids()
    const wanted = set === undefined ? undefined : new Set(uidsOf(view, set, true))
    const uids = wanted === undefined ? marked : marked.filter((uid) => wanted.has(uid))
    const { modSeq } = await session.host.store.expunge(view.mirror.mailboxId, uids, 'deleted')
    const tellModSeq = modSeq !== undefined && session.enabled.has('QRESYNC')
    return tellModSeq ? { code: `HIGHESTMODSEQ ${modSeq}` } : {}
  },
})
