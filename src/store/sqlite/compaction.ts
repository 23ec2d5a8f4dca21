import { crc32 } from 'node:zlib'
import type { Log } from '../../log.ts'
import type { Database, Row, Statement } from './driver.ts'
import { decodeLabel, type Label } from './label.ts'
import type { NumberedOctets, Segments } from './segments.ts'
import type { Transactions } from './transaction.ts'

/** Octets from which on the active segment is emptied as well. */
const worthSealing = 1024 * 1024

/**
 * Gives back the space of deleted messages: a segment in which no message lives is dropped; one of which less than half
 * lives is emptied into the active one, a slice at a time, so that deliveries never wait for it.
 */
export class Compaction {
  readonly #segments: Segments
  readonly #transactions: Transactions
  readonly #live: Statement
  readonly #slice: Statement
  readonly #move: Statement
  readonly #log: Log
  /** Segments with octets that are not what was received: they stay as they are. */
  readonly #damaged = new Set<number>()

  constructor(db: Database, segments: Segments, { transactions, log }: { transactions: Transactions; log: Log }) {
    this.#log = log
    this.#segments = segments
    this.#transactions = transactions
    this.#live = db.prepare('SELECT segment, sum(octets) AS octets, count(*) AS messages FROM message GROUP BY segment')
    this.#slice = db.prepare('SELECT number, arrived_at, offset, octets FROM message WHERE segment = ? LIMIT 200')
    this.#move = db.prepare('UPDATE message SET segment = ?, offset = ? WHERE number = ?')
  }

  /**
   * Drops what is dead. @returns the segments worth emptying, those with the least in them first.
   * @param thorough the disk is full: a segment is, as soon as what lives in it leaves some of the reserve to the database.
   */
  sweep({ thorough = false } = {}): readonly number[] {
    const most = thorough ? 5 / 8 : 1 / 2
    const { overhead } = this.#segments
    const live = new Map(
      this.#live
        .all()
        .map((row) => [Number(row['segment']), Number(row['octets']) + Number(row['messages']) * overhead]),
    )
    const sparse: (readonly [segment: number, alive: number])[] = []
    for (const { segment, octets, active } of this.#segments.list()) {
      const alive = live.get(segment)
      // A message may have no octets: it lives there all the same.
      if (alive === undefined) this.#segments.drop(segment)
      else if (this.#damaged.has(segment)) continue
      else if (alive >= octets * most || (active && octets < worthSealing)) continue
      else {
        if (active) this.#segments.seal()
        sparse.push([segment, alive])
      }
    }
    return sparse.sort(([, a], [, b]) => a - b).map(([segment]) => segment)
  }

  /** Moves some messages out of a segment. @returns whether any are left in it. */
  async step(segment: number): Promise<boolean> {
    const rows = this.#slice.all(segment)
    if (rows.length === 0) {
      this.#segments.drop(segment)
      return false
    }
    const messages = rows.map((row) => this.#read(segment, row))
    if (!messages.every((message) => message !== undefined)) {
      this.#damaged.add(segment)
      this.#log.error({ segment }, 'Octets in a file of octets/ are not what was received; it is left as it is')
      return false
    }
    const places = this.#segments.append(messages)
    await this.#segments.flush()
    this.#transactions.run(() => {
      places.forEach((place, i) => this.#move.run(place.segment, place.offset, Number(rows[i]?.['number'])))
    })
    return true
  }

  /** @returns undefined where the octets are not those that were written: they would come out as whole. */
  #read(segment: number, row: Row): NumberedOctets | undefined {
    const [number, offset, size] = [Number(row['number']), Number(row['offset']), Number(row['octets'])]
    const octets = this.#segments.read({ segment, offset }, 0, size)
    const checksum = crc32(octets)
    const label = this.#labelBefore(segment, offset)
    const isOther = label !== undefined && (label.number !== number || (label.checksum ?? checksum) !== checksum)
    if (octets.length !== size || isOther) return undefined
    return { number, at: Number(row['arrived_at']), octets, checksum }
  }

  /** Undefined in memory, and where an older program wrote it. */
  #labelBefore(segment: number, offset: number): Label | undefined {
    const { overhead } = this.#segments
    if (overhead === 0 || offset < overhead) return undefined
    return decodeLabel(this.#segments.read({ segment, offset: offset - overhead }, 0, overhead))
  }
}
