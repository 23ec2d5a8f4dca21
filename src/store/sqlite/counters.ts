import type { Clock } from '../../clock.ts'
import { nextNumber } from '../key.ts'
import type { Database, Statement } from './driver.ts'

/**
 * The two ascending counters of the store: message numbers and change numbers. Saved with every transaction that used
 * them, so that neither goes back, whatever was deleted before a restart.
 */
export class Counters {
  readonly #clock: Clock
  readonly #save: Statement
  #number: number
  #change: number
  #savedNumber: number
  #savedChange: number

  constructor(db: Database, clock: Clock) {
    this.#clock = clock
    const read = db.prepare('SELECT value FROM meta WHERE name = ?')
    this.#save = db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)')
    this.#number = this.#savedNumber = Number(read.get('number')?.['value'] ?? 0)
    this.#change = this.#savedChange = Number(read.get('change')?.['value'] ?? 0)
  }

  /** The highest that a message was given. */
  get number(): number {
    return this.#number
  }

  /** Number of the newest change. */
  get change(): number {
    return this.#change
  }

  nextNumber(): number {
    return (this.#number = nextNumber(this.#number, this.#clock.now()))
  }

  nextChange(): number {
    return ++this.#change
  }

  /** These were given out before a crash. */
  reached(number: number, change: number): void {
    this.#number = Math.max(this.#number, number)
    this.#change = change
  }

  /** Those above this one were shown to nobody. */
  returned(change: number): void {
    this.#change = change
  }

  /** Within the transaction. */
  save(): void {
    if (this.#number !== this.#savedNumber) this.#save.run('number', this.#number)
    if (this.#change !== this.#savedChange) this.#save.run('change', this.#change)
  }

  /** After it was committed. */
  committed(): void {
    this.#savedNumber = this.#number
    this.#savedChange = this.#change
  }

  /** After it was rolled back. Change numbers are as the file has them; message numbers are not used again. */
  rolledBack(): void {
    this.#change = this.#savedChange
  }
}
