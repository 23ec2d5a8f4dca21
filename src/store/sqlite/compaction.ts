import { crc32 } from 'node:zlib'
import type { Database, Statement } from './driver.ts'
import type { Segments } from './segments.ts'
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

  constructor(db: Database, segments: Segments, transactions: Transactions) {
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
    const places = this.#segments.append(
      rows.map((row) => {
        const octets = this.#segments.read({ segment, offset: Number(row['offset']) }, 0, Number(row['octets']))
        return { number: Number(row['number']), at: Number(row['arrived_at']), octets, checksum: crc32(octets) }
      }),
    )
    await this.#segments.flush()
    this.#transactions.run(() => {
      places.forEach((place, i) => this.#move.run(place.segment, place.offset, Number(rows[i]?.['number'])))
    })
    return true
  }
}
