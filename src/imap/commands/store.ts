import { command } from '../command.ts'
import type { CommandArguments, MessageSet } from '../command-arguments.ts'
import { ImapNo } from '../error.ts'
import { flagNames, tellKeywords } from '../flag-response.ts'
import { seqNumsOf } from '../message-set.ts'
import { formatNumbers } from '../number-set.ts'
import type { Responses } from '../responses.ts'
import type { SessionContext } from '../state.ts'
import type { View } from '../view.ts'

const kinds = { '': 'replace', '+': 'add', '-': 'remove' } as const

interface Parsed {
  readonly set: MessageSet
  readonly uid: boolean
  readonly unchangedSince: number | undefined
  readonly kind: 'replace' | 'add' | 'remove'
  readonly silent: boolean
  readonly flags: readonly string[]
}

/** STORE, RFC 9051 §6.4.6; UNCHANGEDSINCE, RFC 7162 §3.1.3. */
export const store = command({
  name: 'STORE',
  states: ['selected'],
  uid: true,
  expungeAllowed: (uid) => uid,
  parse,
  async run({ session, view }, parsed, respond) {
    if (view.readOnly) throw new ImapNo('The mailbox is open read-only', 'READ-ONLY')
    const { uid, unchangedSince, kind, flags } = parsed
    if (unchangedSince !== undefined) session.enable('CONDSTORE')
    const seqNums = seqNumsOf(view, parsed.set, uid)
    const uids = seqNums.map((seqNum) => view.uidOf(seqNum))
    const { store: kept } = session.host
    const { modSeq, modified } = await kept.storeFlags(view.mirror.mailboxId, uids, { [kind]: flags }, unchangedSince)
    view.told(uids, modSeq ?? 0)
    const refused = new Set(modified)
    const stored = seqNums.filter((seqNum) => !refused.has(view.uidOf(seqNum)))
    const missing = await tellStored(stored, { session, view, parsed, respond })
    if (modified.length > 0) {
      const numbers = uid ? modified : modified.map((each) => view.seqNumOf(each))
      return { code: `MODIFIED ${formatNumbers(numbers)}`, text: 'Conditional STORE failed for some' }
    }
    if (missing && !uid) throw new ImapNo('Some of the messages are gone', 'EXPUNGEISSUED')
    return undefined
  },
})

interface Telling {
  readonly session: SessionContext
  readonly view: View
  readonly parsed: Parsed
  readonly respond: Responses
}

/** The flags as they are now. @returns whether a message is gone. */
async function tellStored(seqNums: readonly number[], telling: Telling): Promise<boolean> {
  const { session, view, parsed, respond } = telling
  const condstore = session.enabled.has('CONDSTORE')
  const withUid = parsed.uid || session.enabled.has('IMAP4REV2')
  if (!parsed.silent) tellKeywords(view, respond)
  let missing = false
  for (const seqNum of seqNums) {
    const entry = view.entry(seqNum)
    missing ||= entry === undefined
    if (entry === undefined || (parsed.silent && !condstore)) continue
    const parts = [
      ...(withUid ? [`UID ${entry.uid}`] : []),
      ...(parsed.silent ? [] : [`FLAGS (${flagNames(entry, session.enabled)})`]),
      ...(condstore ? [`MODSEQ (${entry.modSeq})`] : []),
    ]
    respond.untagged(`${seqNum} FETCH (${parts.join(' ')})`)
    if (seqNum % 1000 === 0) await respond.ready()
  }
  return missing
}

// store = "STORE" SP sequence-set [store-modifiers] SP store-att-flags       RFC 4466 §3, RFC 7162 §7
function parse(args: CommandArguments): Parsed {
  args.space()
  const set = args.sequenceSet()
  args.space()
  let unchangedSince: number | undefined
  if (args.take('(')) {
    args.expect('UNCHANGEDSINCE ')
    unchangedSince = args.number64()
    args.expect(') ')
  }
  const { kind, silent } = parseKind(args)
  args.space()
  const flags = parseFlags(args)
  if (flags.some((flag) => flag.toLowerCase() === '\\recent')) args.fail('\\Recent cannot be changed')
  return { set, uid: args.uid, unchangedSince, kind, silent, flags }
}

// store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP …
function parseKind(args: CommandArguments): Pick<Parsed, 'kind' | 'silent'> {
  const sign = args.take('+') ? '+' : args.take('-') ? '-' : ''
  const word = args.word()
  if (word !== 'FLAGS' && word !== 'FLAGS.SILENT') args.fail('FLAGS, +FLAGS or -FLAGS is expected')
  return { kind: kinds[sign], silent: word !== 'FLAGS' }
}

function parseFlags(args: CommandArguments): readonly string[] {
  if (args.peek() === '(') return args.flagList()
  const flags = [args.flag()]
  while (args.take(' ')) flags.push(args.flag())
  return flags
}
