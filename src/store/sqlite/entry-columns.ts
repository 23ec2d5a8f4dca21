import { keysOf } from '../key.ts'
import type { EntryColumns } from '../store.ts'
import type { Database, Row, Statement } from './driver.ts'
import { flagNames, keywordsFromColumn } from './flags.ts'

/** The entries of a mailbox as they cross threads: buffers change hands, and equal flags are told once. */
export interface PackedEntries {
  readonly columns: Omit<EntryColumns, 'keys' | 'flags'>
  readonly numbers: Float64Array
  /** For each entry its place in `flagSets`. */
  readonly flagsAt: Uint32Array
  readonly flagSets: readonly (readonly string[])[]
}

/**
 * Reads the entries of mailboxes. SQLite writes each column into one string, and one row comes back: rows of JavaScript
 * would take ten times as long.
 */
export class EntryReader {
  readonly #all: Statement
  readonly #from: Statement
  readonly #keywords: Statement

  constructor(db: Database) {
    const packed = `SELECT count(*) AS n, count(e.keywords) AS keyworded, group_concat(e.uid) AS uids,
        group_concat(e.number) AS numbers, group_concat(m.octets) AS octets, group_concat(e.flags) AS flags,
        group_concat(max(e.change, coalesce(e.flag_change, 0))) AS mod_seqs,
        group_concat(coalesce(e.internal_date, m.arrived_at)) AS internal_dates,
        group_concat(coalesce(e.saved_at, m.arrived_at)) AS saved_at
      FROM entry e JOIN message m ON m.number = e.number WHERE e.mailbox = ?`
    this.#all = db.prepare(packed)
    this.#from = db.prepare(`${packed} AND e.uid >= ?`)
    this.#keywords = db.prepare(
      'SELECT uid, flags, keywords FROM entry WHERE mailbox = ? AND uid >= ? AND keywords IS NOT NULL',
    )
  }

  read(mailboxId: number, fromUid: number): PackedEntries {
    const row = fromUid <= 1 ? this.#all.get(mailboxId) : this.#from.get(mailboxId, fromUid)
    const keyworded = Number(row?.['keyworded'] ?? 0) > 0 ? this.#keywords.all(mailboxId, fromUid) : []
    return pack(row ?? {}, keyworded)
  }
}

function pack(row: Row, keyworded: readonly Row[]): PackedEntries {
  const count = Number(row['n'] ?? 0)
  const read = (name: string): Float64Array => numbersIn(String(row[name] ?? ''), count)
  const order = ascending(read('uids'))
  const column = (name: string): Float64Array => {
    const values = read(name)
    return order === undefined ? values : Float64Array.from(order, (at) => values[at] ?? 0)
  }
  const uids = Uint32Array.from(column('uids'))
  const sets = new FlagSets()
  const flagsAt = Uint32Array.from(column('flags'), (bits) => sets.place(bits, null))
  const places = new Map(keyworded.length === 0 ? [] : Array.from(uids, (uid, i) => [uid, i]))
  for (const { uid, flags, keywords } of keyworded) {
    const at = places.get(Number(uid))
    if (at !== undefined) flagsAt[at] = sets.place(Number(flags), String(keywords))
  }
  return {
    columns: {
      uids,
      octets: column('octets'),
      modSeqs: column('mod_seqs'),
      internalDates: column('internal_dates'),
      savedAt: column('saved_at'),
    },
    numbers: column('numbers'),
    flagsAt,
    flagSets: sets.all,
  }
}

/**
 * The order that makes them ascend; undefined where they do. Entries come by arrival: the order of their UIDs but where
 * there are copies.
 */
function ascending(uids: Float64Array): Uint32Array | undefined {
  if (uids.every((uid, i) => i === 0 || uid > (uids[i - 1] ?? 0))) return undefined
  return Uint32Array.from(uids, (_, i) => i).sort((a, b) => (uids[a] ?? 0) - (uids[b] ?? 0))
}

const comma = 44
const minus = 45
const zero = 48

/** The whole numbers of a list `1,-2,3`. */
function numbersIn(list: string, count: number): Float64Array {
  const numbers = new Float64Array(count)
  for (let at = 0, i = 0; i < count; i++) {
    const negative = list.charCodeAt(at) === minus
    if (negative) at++
    let value = 0
    for (; at < list.length && list.charCodeAt(at) !== comma; at++) value = value * 10 + list.charCodeAt(at) - zero
    numbers[i] = negative ? -value : value
    at++
  }
  return numbers
}

/** Equal sets of flags by one place. */
class FlagSets {
  readonly all: (readonly string[])[] = []
  readonly #ofBits: number[] = []
  readonly #ofKeywords = new Map<string, number>()

  /** @param keywords as in the column. */
  place(bits: number, keywords: string | null): number {
    const known = keywords === null ? this.#ofBits[bits] : this.#ofKeywords.get(`${bits} ${keywords}`)
    if (known !== undefined) return known
    const place = this.all.push(flagNames({ bits, keywords: keywordsFromColumn(keywords) })) - 1
    if (keywords === null) this.#ofBits[bits] = place
    else this.#ofKeywords.set(`${bits} ${keywords}`, place)
    return place
  }
}

/** Every buffer, to be moved to the caller. */
export const buffersOf = ({ columns, numbers, flagsAt }: PackedEntries): ArrayBuffer[] =>
  [...Object.values(columns), numbers, flagsAt].map(({ buffer }) => buffer as ArrayBuffer)

/** In the caller's thread. */
export const unpackEntries = ({ columns, numbers, flagsAt, flagSets }: PackedEntries): EntryColumns => ({
  ...columns,
  keys: keysOf(numbers),
  flags: Array.from(flagsAt, (place) => flagSets[place] ?? []),
})
