import type { Database } from './driver.ts'

/** How long nothing is committed before the write-ahead log is written back. */
const idleMs = 250

/**
 * Writes the write-ahead log back into the database, and empties it, when commits pause. SQLite does so by itself only
 * when the log has grown large (`wal_autocheckpoint`): while mail pours in, the same pages change over and over, and
 * each is written back once instead of every few hundred messages.
 */
export class Checkpoints {
  readonly #db: Database
  readonly #busy: () => boolean
  readonly #done: () => void
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #committed = 0
  #seen = 0

  /** `busy`: a transaction is open; `done`: after each that was written. */
  constructor(
    db: Database,
    { busy, done, failed }: { busy: () => boolean; done: () => void; failed: (error: unknown) => void },
  ) {
    this.#db = db
    this.#busy = busy
    this.#done = done
    this.#failed = failed
  }

  /** After each commit; costs next to nothing. */
  committed(): void {
    this.#committed++
    this.#timer ??= setTimeout(() => this.#look(), idleMs).unref()
  }

  /** Where no transaction is open: empties the log, whose space is others' then. @returns whether it could. */
  now(): boolean {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      return true
    } catch {
      return false
    }
  }

  /** libsql leaves the log where it is: emptied, a copy of the database alone is whole. */
  close(): void {
    clearTimeout(this.#timer)
    this.now()
  }

  #look(): void {
    this.#timer = undefined
    if (this.#committed !== this.#seen || this.#busy()) {
      this.#seen = this.#committed
      this.#timer = setTimeout(() => this.#look(), idleMs).unref()
      return
    }
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#done()
    } catch (error) {
      this.#failed(error) // a full disk: the log stays, and nothing is lost
    }
  }
}
