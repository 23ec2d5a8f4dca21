import { command } from '../command.ts'
import type { CommandArguments, MessageSet } from '../command-arguments.ts'
import { ImapNo } from '../error.ts'
import { tellKeywords } from '../flag-response.ts'
import { parseFetchItems, type FetchItem } from '../fetch-items.ts'
import { FetchResponder } from '../fetch-responder.ts'
import { seqNumsOf } from '../message-set.ts'
import { formatNumbers } from '../number-set.ts'
import type { SessionContext } from '../state.ts'
import type { View } from '../view.ts'

interface Parsed {
  readonly set: MessageSet
  readonly uid: boolean
  readonly items: readonly FetchItem[]
  readonly changedSince: number | undefined
  readonly vanished: boolean
}

/** FETCH, RFC 9051 §6.4.5; CHANGEDSINCE and VANISHED, RFC 7162 §3.1.4, §3.2.6. */
export const fetch = command({
  name: 'FETCH',
  states: ['selected'],
  uid: true,
  expungeAllowed: (uid) => uid,
  parse,
  async run({ session, view }, { set, uid, items, changedSince, vanished }, respond) {
    if (changedSince !== undefined || items.some(({ kind }) => kind === 'MODSEQ')) session.enable('CONDSTORE')
    if (vanished) {
      if (!session.enabled.has('QRESYNC')) throw new ImapNo('ENABLE QRESYNC first', 'CLIENTBUG')
      const gone = await vanishedUids({ session, view }, set, changedSince ?? 0)
      if (gone.length > 0) respond.untagged(`VANISHED (EARLIER) ${formatNumbers(gone)}`)
    }
    const named = seqNumsOf(view, set, uid)
    const seqNums =
      changedSince === undefined ? named : named.filter((seqNum) => (view.entry(seqNum)?.modSeq ?? 0) > changedSince)
    tellKeywords(view, respond)
    const responder = new FetchResponder({ session, view, respond }, { items, uid, modSeq: changedSince !== undefined })
    const missing = await responder.run(seqNums)
    if (missing && !uid) throw new ImapNo('Some of the messages are gone', 'EXPUNGEISSUED')
  },
})

// fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers]
function parse(args: CommandArguments): Parsed {
  args.space()
  const set = args.sequenceSet()
  args.space()
  const items = parseFetchItems(args)
  return { set, uid: args.uid, items, ...parseModifiers(args) }
}

// fetch-modifiers = SP "(" fetch-modifier *(SP fetch-modifier) ")"                  RFC 4466 §3, RFC 7162 §7
function parseModifiers(args: CommandArguments): Pick<Parsed, 'changedSince' | 'vanished'> {
  if (args.ended) return { changedSince: undefined, vanished: false }
  args.space()
  const modifiers = new Map<string, number>()
  args.list(() => {
    const modifier = args.word()
    if (modifier === 'CHANGEDSINCE') {
      args.space()
      modifiers.set(modifier, args.number64())
    } else if (modifier === 'VANISHED' && args.uid) modifiers.set(modifier, 0)
    else args.fail(`Modifier ${modifier.slice(0, 20)} is not known here`)
  })
  const changedSince = modifiers.get('CHANGEDSINCE')
  const vanished = modifiers.has('VANISHED')
  if (vanished && changedSince === undefined) args.fail('VANISHED needs CHANGEDSINCE')
  return { changedSince, vanished }
}

async function vanishedUids(
  { session, view }: { session: SessionContext; view: View },
  set: MessageSet,
  changedSince: number,
): Promise<readonly number[]> {
  const expunged = await session.host.store.expungedSince(view.mirror.mailboxId, changedSince)
  const star = view.mirror.uidNext - 1
  if (set === '$') return []
  if (expunged !== undefined) return expunged.filter((uid) => set.has(uid, star))
  // The history is cut: whatever the client asks for and is not here may have gone since. RFC 7162 §3.2.6.
  const gone: number[] = []
  for (const [low, high] of set.ranges(star)) {
    for (let uid = low; uid <= Math.min(high, star); uid++) if (view.seqNumOf(uid) === 0) gone.push(uid)
  }
  return gone
}
