import type { Change } from '../change.ts'
import type { Counters } from './counters.ts'
import type { Database, Statement } from './driver.ts'
import type { Mailboxes } from './mailboxes.ts'

/**
 * Runs mutations: all of one or nothing of it, with counters and mailboxes that agree with the file whatever happens.
 * `onCommit` gets the changes of each transaction, in order, once they are durable.
 */
export class Transactions {
  readonly counters: Counters
  readonly mailboxes: Mailboxes
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #rollback: Statement
  readonly #onCommit: (changes: readonly Change[]) => void

  constructor(
    db: Database,
    parts: { counters: Counters; mailboxes: Mailboxes; onCommit: (changes: readonly Change[]) => void },
  ) {
    this.counters = parts.counters
    this.mailboxes = parts.mailboxes
    this.#onCommit = parts.onCommit
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#rollback = db.prepare('ROLLBACK')
  }

  /** `body` adds what it changed. @throws what `body` or the commit throws; then nothing happened. */
  run<Result>(body: (changes: Change[]) => Result): Result {
    const changes: Change[] = []
    this.#begin.run()
    let result: Result
    try {
      result = body(changes)
      this.mailboxes.save()
      this.counters.save()
      this.#commit.run()
    } catch (error) {
      this.#undo()
      throw error
    }
    this.counters.committed()
    if (changes.length > 0) this.#onCommit(changes)
    return result
  }

  #undo(): void {
    try {
      this.#rollback.run()
    } catch {
      // SQLite has rolled back by itself already (SQLITE_FULL, SQLITE_IOERR): "no transaction is active".
    }
    this.counters.rolledBack()
    this.mailboxes.forget()
  }
}
