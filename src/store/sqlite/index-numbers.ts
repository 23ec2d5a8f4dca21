import { blobOf, type Database, type Statement } from './driver.ts'

/**
 * Which row of the index is which message. Rows are counted 1, 2, 3, … because FTS5 writes a row's number with every
 * word: message numbers, as large and as far apart as they are, would make the index a third larger.
 *
 * Rows are made in ascending order of message numbers. They are kept in blocks of 512, in memory and as one row of the
 * database each; a block of which nothing is left is forgotten.
 */
export class IndexNumbers {
  readonly #save: Statement
  readonly #drop: Statement
  readonly #load: Statement
  readonly #blocks = new Map<number, Block>()
  readonly #changed = new Set<Block>()
  #lastRow = 0
  #count = 0

  /** @param db has the table `numbers(block INTEGER PRIMARY KEY, list BLOB)`. */
  constructor(db: Database) {
    this.#save = db.prepare('INSERT OR REPLACE INTO numbers(block, list) VALUES(?, ?)')
    this.#drop = db.prepare('DELETE FROM numbers WHERE block = ?')
    this.#load = db.prepare('SELECT block, list FROM numbers ORDER BY block')
    this.load()
  }

  /** How many messages there are. */
  get count(): number {
    return this.#count
  }

  /** Takes everything from the database again, as after a transaction that failed. */
  load(): void {
    this.#blocks.clear()
    this.#changed.clear()
    this.#lastRow = 0
    this.#count = 0
    for (const { block, list } of this.#load.all()) {
      const octets = blobOf(list)
      const numbers = new Float64Array(blockRows)
      new Uint8Array(numbers.buffer).set(octets)
      const used = octets.byteLength / numbers.BYTES_PER_ELEMENT
      const live = numbers.subarray(0, used).reduce((sum, number) => sum + (number > 0 ? 1 : 0), 0)
      this.#blocks.set(Number(block), { id: Number(block), numbers, used, live })
      this.#lastRow = Number(block) * blockRows + used
      this.#count += live
    }
  }

  /** @param number larger than all before it. @returns its row. */
  add(number: number): number {
    const row = ++this.#lastRow
    const id = blockOf(row)
    let block = this.#blocks.get(id)
    if (block === undefined) {
      block = { id, numbers: new Float64Array(blockRows), used: 0, live: 0 }
      this.#blocks.set(id, block)
    }
    block.numbers[placeOf(row)] = number
    block.used++
    block.live++
    this.#count++
    this.#changed.add(block)
    return row
  }

  /** @returns the row it had; undefined when it is not there. */
  remove(number: number): number | undefined {
    const row = this.rowFrom(number)
    const block = this.#blocks.get(blockOf(row))
    if (block?.numbers[placeOf(row)] !== number) return undefined
    block.numbers[placeOf(row)] = -number
    block.live--
    this.#count--
    this.#changed.add(block)
    return row
  }

  /** The first row whose message has this number or a larger one; one past the last row when there is none. */
  rowFrom(number: number): number {
    const blocks = [...this.#blocks.values()]
    const block = blocks[lowerBound(blocks.length, (at) => lastNumber(blocks[at]) >= number)]
    if (block === undefined) return this.#lastRow + 1
    return block.id * blockRows + 1 + lowerBound(block.used, (at) => Math.abs(block.numbers[at] ?? 0) >= number)
  }

  /** The message of a row that the index gave. */
  numberOf(row: number): number {
    return this.#blocks.get(blockOf(row))?.numbers[placeOf(row)] ?? 0
  }

  /** All numbers, ascending. */
  all(): Float64Array {
    const all = new Float64Array(this.#count)
    let length = 0
    for (const { numbers, used } of this.#blocks.values()) {
      for (const number of numbers.subarray(0, used)) if (number > 0) all[length++] = number
    }
    return all
  }

  /** Writes what changed; part of the transaction that changed the index. */
  save(): void {
    for (const block of this.#changed) {
      if (block.live > 0 || block.id === blockOf(this.#lastRow)) {
        this.#save.run(block.id, new Uint8Array(block.numbers.buffer, 0, block.used * block.numbers.BYTES_PER_ELEMENT))
      } else {
        this.#blocks.delete(block.id)
        this.#drop.run(block.id)
      }
    }
    this.#changed.clear()
  }
}

const blockRows = 512

/** Numbers by row; that of a message which is gone is negative, so that the order stays. */
interface Block {
  readonly id: number
  readonly numbers: Float64Array
  used: number
  live: number
}

const blockOf = (row: number): number => Math.floor((row - 1) / blockRows)
const placeOf = (row: number): number => (row - 1) % blockRows
const lastNumber = (block: Block | undefined): number => Math.abs(block?.numbers[block.used - 1] ?? 0)

/** The first of 0 … length - 1 for which `reached` holds, from where on it holds for all; `length` when there is none. */
function lowerBound(length: number, reached: (at: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (reached(middle)) high = middle
    else low = middle + 1
  }
  return low
}
