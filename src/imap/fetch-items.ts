/** What a FETCH asks for. RFC 9051 §6.4.5, fetch-att. */
import {
  formatSection,
  parseBinarySection,
  parsePartial,
  parseSection,
  type PartialFetch,
  type Section,
} from './section.ts'
import type { Arguments } from './wire/arguments.ts'

/** What is known of an entry without its message. */
export type FactKind = 'FLAGS' | 'UID' | 'INTERNALDATE' | 'RFC822.SIZE' | 'MODSEQ' | 'EMAILID' | 'THREADID' | 'SAVEDATE'

export type FetchItem =
  | { readonly kind: FactKind }
  | { readonly kind: 'ENVELOPE' | 'BODY' | 'BODYSTRUCTURE' }
  | SectionItem
  | {
      readonly kind: 'BINARY'
      readonly name: string
      readonly section: Section
      readonly peek: boolean
      readonly partial: PartialFetch | undefined
    }
  | { readonly kind: 'BINARY.SIZE'; readonly name: string; readonly section: Section }

export interface SectionItem {
  readonly kind: 'section'
  /** As the response names it: `BODY[TEXT]`, `RFC822.HEADER`. */
  readonly name: string
  readonly section: Section
  /** Does not set `\Seen`. */
  readonly peek: boolean
  readonly partial: PartialFetch | undefined
}

const simple = [
  ...(['FLAGS', 'UID', 'INTERNALDATE', 'RFC822.SIZE', 'MODSEQ', 'EMAILID', 'THREADID', 'SAVEDATE'] as const),
  ...(['ENVELOPE', 'BODYSTRUCTURE'] as const),
] as const

const fast = [{ kind: 'FLAGS' }, { kind: 'INTERNALDATE' }, { kind: 'RFC822.SIZE' }] as const
const macros: ReadonlyMap<string, readonly FetchItem[]> = new Map<string, readonly FetchItem[]>([
  ['FAST', fast],
  ['ALL', [...fast, { kind: 'ENVELOPE' }]],
  ['FULL', [...fast, { kind: 'ENVELOPE' }, { kind: 'BODY' }]],
])

const whole = { path: [], names: [] } as const
/** What came before sections had names. RFC 3501 §6.4.5. */
const old: ReadonlyMap<string, FetchItem> = new Map<string, FetchItem>([
  ['RFC822', { kind: 'section', name: 'RFC822', section: { ...whole, what: 'all' }, peek: false, partial: undefined }],
  [
    'RFC822.HEADER',
    { kind: 'section', name: 'RFC822.HEADER', section: { ...whole, what: 'header' }, peek: true, partial: undefined },
  ],
  [
    'RFC822.TEXT',
    { kind: 'section', name: 'RFC822.TEXT', section: { ...whole, what: 'text' }, peek: false, partial: undefined },
  ],
])

/** Items of one command. IMAP-2. */
const maxItems = 1000

/** A macro, an item, or a list of items in parentheses. */
export function parseFetchItems(args: Arguments): readonly FetchItem[] {
  if (args.peek() !== '(') {
    const word = args.word()
    return macros.get(word) ?? [item(args, word)]
  }
  let count = 0
  const items = args.list(() => {
    if (++count > maxItems) args.fail(`More than ${maxItems} items`)
    return item(args, args.word())
  })
  if (items.length === 0) args.fail('An item is expected')
  return items
}

function item(args: Arguments, word: string): FetchItem {
  const plain = simple.find((name) => name === word)
  if (plain !== undefined) return { kind: plain }
  const known = old.get(word)
  if (known !== undefined) return known
  const peek = word.endsWith('.PEEK')
  const name = peek ? word.slice(0, -5) : word
  if (name === 'BODY' && args.peek() === '[') {
    const section = parseSection(args)
    const partial = parsePartial(args)
    return { kind: 'section', name: `BODY${formatSection(section, partial)}`, section, peek, partial }
  }
  if (word === 'BODY') return { kind: 'BODY' }
  if (name === 'BINARY') {
    const section = parseBinarySection(args)
    const partial = parsePartial(args)
    return { kind: 'BINARY', name: `BINARY${formatSection(section, partial)}`, section, peek, partial }
  }
  if (word === 'BINARY.SIZE') {
    const section = parseBinarySection(args)
    return { kind: 'BINARY.SIZE', name: `BINARY.SIZE${formatSection(section)}`, section }
  }
  return args.fail(`Item ${word.slice(0, 20)} is not known`)
}
