/** SEARCH keys as data. RFC 9051 §6.4.4; RFC 5032 (WITHIN), RFC 7162 §3.1.5 (MODSEQ), RFC 8514 (SAVEDATE), RFC 8474 (OBJECTID). */
import type { CommandArguments, MessageSet } from './command-arguments.ts'
import { parseDate } from './date-time.ts'
import { decodeKeyword } from './mailbox-name.ts'

export type SearchKey =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly SearchKey[] }
  | { readonly kind: 'not'; readonly of: SearchKey }
  /** A flag or keyword, in lower case. */
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'recent' }
  | { readonly kind: 'set'; readonly set: MessageSet; readonly uid: boolean }
  /** `day` is the midnight (UTC) at which it begins, milliseconds since 1970. */
  | {
      readonly kind: 'date'
      readonly of: 'internal' | 'sent' | 'saved'
      readonly comparison: 'before' | 'on' | 'since'
      readonly day: number
    }
  | { readonly kind: 'octets'; readonly comparison: 'larger' | 'smaller'; readonly octets: number }
  | { readonly kind: 'age'; readonly comparison: 'older' | 'younger'; readonly seconds: number }
  | { readonly kind: 'modSeq'; readonly modSeq: number }
  | { readonly kind: 'emailId'; readonly id: string }
  /** Text is folded by `foldText`. An empty one asks whether there is such a field. */
  | { readonly kind: 'header'; readonly name: string; readonly text: string }
  | { readonly kind: 'text' | 'body'; readonly text: string }

/** Nesting of NOT, OR and parentheses; keys of one command. IMAP-2. */
const maxDepth = 100
const maxKeys = 10_000

/** How texts are compared: without case, in Unicode's normal form C. */
export const foldText = (text: string): string => text.normalize('NFC').toLowerCase()

/** Every key that is left, all of which have to hold. */
export function parseSearchKeys(args: CommandArguments): SearchKey {
  const reader = new KeyReader(args)
  const of = [reader.key(0)]
  while (args.take(' ')) of.push(reader.key(0))
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'and', of }
}

const flags = new Map([
  ...['ANSWERED', 'DELETED', 'DRAFT', 'FLAGGED', 'SEEN'].map((name) => [name, `\\${name.toLowerCase()}`] as const),
])
const fields = new Map(['BCC', 'CC', 'FROM', 'SUBJECT', 'TO'].map((name) => [name, name.toLowerCase()] as const))
type DateKey = Extract<SearchKey, { kind: 'date' }>
const dates = new Map<string, Pick<DateKey, 'of' | 'comparison'>>(
  (['before', 'on', 'since'] as const).flatMap((comparison) => [
    [comparison.toUpperCase(), { of: 'internal', comparison }],
    [`SENT${comparison.toUpperCase()}`, { of: 'sent', comparison }],
    [`SAVED${comparison.toUpperCase()}`, { of: 'saved', comparison }],
  ]),
)
const not = (of: SearchKey): SearchKey => ({ kind: 'not', of })

class KeyReader {
  readonly #args: CommandArguments
  #count = 0

  constructor(args: CommandArguments) {
    this.#args = args
  }

  key(depth: number): SearchKey {
    const args = this.#args
    if (depth > maxDepth) args.fail(`Keys are nested deeper than ${maxDepth}`)
    if (++this.#count > maxKeys) args.fail(`More than ${maxKeys} keys`)
    const next = args.peek()
    if (next === '(') {
      const of = args.list(() => this.key(depth + 1))
      return of.length === 0 ? args.fail('A key is expected') : { kind: 'and', of }
    }
    if (/[\d*$]/.test(next)) return { kind: 'set', set: args.sequenceSet(), uid: false }
    const word = args.word()
    return this.#plain(word) ?? this.#withText(word) ?? this.#withNumber(word) ?? this.#nested(word, depth)
  }

  #plain(word: string): SearchKey | undefined {
    const flag = flags.get(word)
    if (flag !== undefined) return { kind: 'flag', flag }
    const without = word.startsWith('UN') ? flags.get(word.slice(2)) : undefined
    if (without !== undefined) return not({ kind: 'flag', flag: without })
    switch (word) {
      case 'ALL':
      case 'SAVEDATESUPPORTED':
        return { kind: 'all' }
      case 'RECENT':
        return { kind: 'recent' }
      case 'OLD':
        return not({ kind: 'recent' })
      case 'NEW':
        return { kind: 'and', of: [{ kind: 'recent' }, not({ kind: 'flag', flag: '\\seen' })] }
      default:
        return undefined
    }
  }

  #withText(word: string): SearchKey | undefined {
    const field = fields.get(word)
    if (field !== undefined) return { kind: 'header', name: field, text: this.#text() }
    switch (word) {
      case 'TEXT':
        return { kind: 'text', text: this.#text() }
      case 'BODY':
        return { kind: 'body', text: this.#text() }
      case 'HEADER': {
        this.#args.space()
        const name = this.#args.astring().toLowerCase()
        return { kind: 'header', name, text: this.#text() }
      }
      case 'KEYWORD':
        return { kind: 'flag', flag: this.#keyword() }
      case 'UNKEYWORD':
        return not({ kind: 'flag', flag: this.#keyword() })
      case 'EMAILID':
        this.#args.space()
        return { kind: 'emailId', id: this.#args.atom() }
      case 'THREADID':
        this.#args.space()
        this.#args.atom()
        return { kind: 'none' }
      default:
        return undefined
    }
  }

  #withNumber(word: string): SearchKey | undefined {
    const args = this.#args
    const date = dates.get(word)
    if (date !== undefined) {
      args.space()
      const day = parseDate(args.astring())
      return day === undefined ? args.fail('A date such as 1-Jan-2026 is expected') : { kind: 'date', ...date, day }
    }
    switch (word) {
      case 'LARGER':
      case 'SMALLER':
        args.space()
        return { kind: 'octets', comparison: word === 'LARGER' ? 'larger' : 'smaller', octets: args.number64() }
      case 'OLDER':
      case 'YOUNGER':
        args.space()
        return { kind: 'age', comparison: word === 'OLDER' ? 'older' : 'younger', seconds: args.nzNumber() }
      case 'MODSEQ':
        return this.#modSeq()
      case 'UID':
        args.space()
        return { kind: 'set', set: args.sequenceSet(), uid: true }
      default:
        return undefined
    }
  }

  #nested(word: string, depth: number): SearchKey {
    const args = this.#args
    if (word === 'NOT') {
      args.space()
      return not(this.key(depth + 1))
    }
    if (word !== 'OR') return args.fail(`Key ${word.slice(0, 20)} is not known`)
    args.space()
    const first = this.key(depth + 1)
    args.space()
    return { kind: 'or', of: [first, this.key(depth + 1)] }
  }

  // search-modsequence = "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer       RFC 7162 §7
  #modSeq(): SearchKey {
    const args = this.#args
    args.space()
    if (args.peek() === '"') {
      // There is one MODSEQ for all flags of an entry; that of one flag is not kept apart. RFC 7162 §3.1.5.
      args.string()
      args.space()
      if (!['priv', 'shared', 'all'].some((type) => args.take(type))) args.fail('priv, shared or all is expected')
      args.space()
    }
    return { kind: 'modSeq', modSeq: args.number64() }
  }

  #text(): string {
    this.#args.space()
    return foldText(Buffer.from(this.#args.astring(), 'latin1').toString())
  }

  #keyword(): string {
    this.#args.space()
    return decodeKeyword(this.#args.atom()).toLowerCase()
  }
}

/** Whether a key, or one within it, is of this kind. */
export function mentions(key: SearchKey, kind: SearchKey['kind']): boolean {
  if (key.kind === kind) return true
  if (key.kind === 'not') return mentions(key.of, kind)
  return (key.kind === 'and' || key.kind === 'or') && key.of.some((each) => mentions(each, kind))
}
