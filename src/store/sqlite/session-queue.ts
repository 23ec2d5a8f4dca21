import type { Log } from '../../log.ts'
import { StoreError, type SessionRecord } from '../store.ts'
import type { Sessions } from './sessions.ts'
import type { Transactions } from './transaction.ts'

/** How long a session that has ended waits to be written with others. */
const gatherMs = 100

/**
 * Sessions that have ended, on their way into the file: many together, and committed with the next messages. What a
 * crash takes of them is no message.
 */
export class SessionQueue {
  readonly #sessions: Sessions
  readonly #transactions: Transactions
  readonly #log: Log
  readonly #hasRoom: () => boolean
  #waiting: SessionRecord[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(sessions: Sessions, parts: { transactions: Transactions; log: Log; hasRoom: () => boolean }) {
    this.#sessions = sessions
    this.#transactions = parts.transactions
    this.#log = parts.log
    this.#hasRoom = parts.hasRoom
  }

  add(session: SessionRecord): void {
    this.#waiting.push(session)
    this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref()
  }

  /** Before sessions are read, and at the end. Never throws: on a full disk they are lost, and that is logged. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    try {
      if (!this.#hasRoom()) throw new StoreError('full', 'The disk is full')
      this.#transactions.gather(() => {
        for (const session of waiting) this.#sessions.record(session)
      })
    } catch (error) {
      this.#log.warn({ sessions: waiting.length, error: String(error) }, 'Sessions could not be kept')
    }
  }
}
