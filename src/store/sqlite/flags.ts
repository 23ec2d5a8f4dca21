import { StoreError, type FlagChange } from '../store.ts'

/**
 * Flags as they lie in the database: the system flags of RFC 9051 §2.3.2 as bits, keywords as a JSON array or null.
 */
export const seenBit = 1
const answeredBit = 2
export const flaggedBit = 4
export const deletedBit = 8
const draftBit = 16

const systemFlags: readonly (readonly [string, number])[] = [
  ['\\Seen', seenBit],
  ['\\Answered', answeredBit],
  ['\\Flagged', flaggedBit],
  ['\\Deleted', deletedBit],
  ['\\Draft', draftBit],
]
const bits = new Map(systemFlags.map(([name, bit]) => [name.toLowerCase(), bit]))

export interface FlagSet {
  readonly bits: number
  readonly keywords: readonly string[]
}

/**
 * Of US-ASCII what an atom is made of, RFC 9051 §9, and everything else that is seen: IMAP has it encoded. 64 characters and
 * 100 of them are enough for anybody.
 */
const keyword = /^(?:[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]|(?![\p{C}\p{Z}])[^\x00-\x7f]){1,64}$/u // eslint-disable-line no-control-regex -- US-ASCII
const maxKeywords = 100

/** @throws StoreError `bad-name` for what is neither a system flag nor a keyword. */
export function flagSet(names: readonly string[]): FlagSet {
  let sum = 0
  const keywords = new Map<string, string>()
  for (const name of names) {
    const bit = bits.get(name.toLowerCase())
    if (bit !== undefined) sum |= bit
    else if (keyword.test(name)) keywords.set(name.toLowerCase(), name)
    else
      throw new StoreError(
        'bad-name',
        `Not a flag or keyword: ${JSON.stringify(name.slice(0, 80))}. A keyword is 1 to 64 characters without spaces, ( ) { % * " \\ ]`,
      )
  }
  if (keywords.size > maxKeywords) throw new StoreError('bad-name', `More than ${maxKeywords} keywords`)
  return { bits: sum, keywords: [...keywords.values()] }
}

export function flagNames(set: FlagSet): readonly string[] {
  return [...systemFlags.filter(([, bit]) => set.bits & bit).map(([name]) => name), ...set.keywords]
}

export const keywordsFromColumn = (column: unknown): readonly string[] =>
  typeof column === 'string' ? (JSON.parse(column) as string[]) : []
export const keywordsToColumn = (keywords: readonly string[]): string | null =>
  keywords.length === 0 ? null : JSON.stringify(keywords)

/** What a change asks for, read once for many entries. @throws StoreError `bad-name`. */
export function flagEdit(change: FlagChange): (before: FlagSet) => FlagSet {
  if (change.replace) {
    const after = flagSet(change.replace)
    return () => after
  }
  const add = flagSet(change.add ?? [])
  const remove = flagSet(change.remove ?? [])
  const gone = new Set(remove.keywords.map((name) => name.toLowerCase()))
  return (before) => {
    const kept = before.keywords.filter((name) => !gone.has(name.toLowerCase()))
    const known = new Set(kept.map((name) => name.toLowerCase()))
    const keywords = [...kept, ...add.keywords.filter((name) => !known.has(name.toLowerCase()))]
    if (keywords.length > maxKeywords) throw new StoreError('bad-name', `More than ${maxKeywords} keywords`)
    return { bits: (before.bits | add.bits) & ~remove.bits, keywords }
  }
}

export const sameFlags = (a: FlagSet, b: FlagSet): boolean =>
  a.bits === b.bits && a.keywords.length === b.keywords.length && a.keywords.every((name, i) => name === b.keywords[i])
