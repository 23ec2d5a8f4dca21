import { command } from '../command.ts'
import type { CommandArguments } from '../command-arguments.ts'
import { ImapNo } from '../error.ts'
import { formatNumbers } from '../number-set.ts'
import { mentions, parseSearchKeys, type SearchKey } from '../search-key.ts'
import { searchMailbox, type Found } from '../search-mailbox.ts'
import type { View } from '../view.ts'
import { string } from '../wire/writer.ts'

const options = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const
type ReturnOption = (typeof options)[number]

interface Parsed {
  readonly tag: string
  readonly uid: boolean
  /** Undefined: as RFC 3501 answers. */
  readonly give: ReadonlySet<ReturnOption> | undefined
  readonly key: SearchKey
}

/** SEARCH, RFC 9051 §6.4.4; RETURN, RFC 4731; SAVE, RFC 5182; MODSEQ, RFC 7162 §3.1.5. */
export const search = command({
  name: 'SEARCH',
  states: ['selected'],
  uid: true,
  expungeAllowed: (uid) => uid,
  parse,
  async run({ session, view }, { tag, uid, give, key }, respond) {
    const byModSeq = mentions(key, 'modSeq')
    if (byModSeq) session.enable('CONDSTORE')
    if (give?.has('SAVE') === true) view.saved = []
    const found = await searchMailbox({ session, view }, key)
    if (give === undefined && !session.enabled.has('IMAP4REV2')) {
      const numbers = found.map((each) => (uid ? each.uid : each.seqNum))
      const modSeq = byModSeq && found.length > 0 ? ` (MODSEQ ${highest(found)})` : ''
      respond.untagged(['SEARCH', ...numbers].join(' ') + modSeq)
      return
    }
    const wanted = give ?? new Set<ReturnOption>(['ALL'])
    if (wanted.has('SAVE')) save(view, found, wanted)
    if ([...wanted].every((option) => option === 'SAVE')) return
    respond.untagged(extended(found, { tag, uid, wanted, byModSeq }))
  },
})

// search = "SEARCH" [search-return-opts] SP search-program
function parse(args: CommandArguments): Parsed {
  let give: Set<ReturnOption> | undefined
  args.space()
  if (args.take('RETURN (')) {
    give = new Set()
    while (!args.take(')')) {
      if (give.size > 0) args.space()
      const word = args.word()
      give.add(
        options.find((option) => option === word) ?? args.fail(`Return option ${word.slice(0, 20)} is not known`),
      )
    }
    if (give.size === 0) give.add('ALL')
    args.space()
  }
  if (args.take('CHARSET ')) {
    const charset = args.astring().toUpperCase()
    if (charset !== 'UTF-8' && charset !== 'US-ASCII') {
      throw new ImapNo('The character set is not known', 'BADCHARSET (US-ASCII UTF-8)')
    }
    args.space()
  }
  return { tag: args.tag, uid: args.uid, give, key: parseSearchKeys(args) }
}

/** RFC 5182 §2.4: what is saved is what was asked for. */
function save(view: View, found: readonly Found[], wanted: ReadonlySet<ReturnOption>): void {
  const all = wanted.has('ALL') || wanted.has('COUNT') || !(wanted.has('MIN') || wanted.has('MAX'))
  const some = [...(wanted.has('MIN') ? found.slice(0, 1) : []), ...(wanted.has('MAX') ? found.slice(-1) : [])]
  view.saved = [...new Set((all ? found : some).map(({ uid }) => uid))]
}

// esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)      RFC 4466 §2.6.2
function extended(
  found: readonly Found[],
  { tag, uid, wanted, byModSeq }: { tag: string; uid: boolean; wanted: ReadonlySet<ReturnOption>; byModSeq: boolean },
): string {
  const number = (each: Found | undefined): number => (uid ? each?.uid : each?.seqNum) ?? 0
  const pieces = [`ESEARCH (TAG ${string(tag)})`]
  if (uid) pieces.push('UID')
  if (found.length > 0) {
    if (wanted.has('MIN')) pieces.push(`MIN ${number(found[0])}`)
    if (wanted.has('MAX')) pieces.push(`MAX ${number(found.at(-1))}`)
    if (wanted.has('ALL')) pieces.push(`ALL ${formatNumbers(found.map(number))}`)
  }
  if (wanted.has('COUNT')) pieces.push(`COUNT ${found.length}`)
  if (byModSeq && found.length > 0) pieces.push(`MODSEQ ${highest(found)}`)
  return pieces.join(' ')
}

const highest = (found: readonly Found[]): number => found.reduce((most, { modSeq }) => Math.max(most, modSeq), 0)
