import type { Change } from '../change.ts'
import type { Counters } from './counters.ts'
import type { Database, Statement } from './driver.ts'
import type { Mailboxes } from './mailboxes.ts'

export interface TransactionParts {
  readonly counters: Counters
  readonly mailboxes: Mailboxes
  /** Something was gathered where nothing was. */
  readonly onOpen: () => void
  /** Changes that are durable, in order. */
  readonly onChanges: (changes: readonly Change[]) => void
  /** The database has everything that was gathered. */
  readonly onCommit: () => void
  /** A transaction was taken back: what others remember of it may not be in the file. */
  readonly onRollback: () => void
}

/**
 * Runs mutations: all of one or nothing of it, with counters and mailboxes that agree with the file whatever happens.
 *
 * `run` is durable when it returns. `gather` leaves the transaction open for more, for whoever has another way to make
 * it last; this thread sees what was gathered, and the next commit takes it along.
 */
export class Transactions {
  readonly counters: Counters
  readonly mailboxes: Mailboxes
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #rollback: Statement
  readonly #parts: TransactionParts
  #open = false
  #held = false

  constructor(db: Database, parts: TransactionParts) {
    this.counters = parts.counters
    this.mailboxes = parts.mailboxes
    this.#parts = parts
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#rollback = db.prepare('ROLLBACK')
  }

  /** Something was gathered and is not committed. */
  get open(): boolean {
    return this.#open
  }

  /** `body` adds what it changed. @throws what `body` or the commit throws; then nothing of it happened. */
  run<Result>(body: (changes: Change[]) => Result): Result {
    this.commit()
    const changes: Change[] = []
    const result = this.gather(() => body(changes))
    this.commit()
    this.announce(changes)
    return result
  }

  /** @throws what `body` throws; then nothing happened of what was gathered since the last commit. */
  gather<Result>(body: () => Result): Result {
    if (!this.#open) {
      this.#begin.run()
      this.#open = true
      this.#parts.onOpen()
    }
    try {
      return body()
    } catch (error) {
      this.rollback()
      throw error
    }
  }

  /** Makes durable what was gathered. @throws as `gather`. */
  commit(): void {
    if (!this.#open) return
    if (this.#held) throw new Error('Committed what is not to be committed yet')
    try {
      this.mailboxes.save()
      this.counters.save()
      this.#commit.run()
    } catch (error) {
      this.rollback()
      throw error
    }
    this.#open = false
    this.counters.committed()
    this.#parts.onCommit()
  }

  /** Nothing is committed before `until` has settled: the octets of what was gathered are on their way to the disk. */
  async hold(until: Promise<unknown>): Promise<void> {
    this.#held = true
    try {
      await until
    } finally {
      this.#held = false
    }
  }

  announce(changes: readonly Change[]): void {
    if (changes.length > 0) this.#parts.onChanges(changes)
  }

  /** Takes back what was gathered. */
  rollback(): void {
    try {
      this.#rollback.run()
    } catch {
      // SQLite has rolled back by itself already (SQLITE_FULL, SQLITE_IOERR): "no transaction is active".
    }
    this.#open = false
    this.counters.rolledBack()
    this.mailboxes.forget()
    this.#parts.onRollback()
  }
}
