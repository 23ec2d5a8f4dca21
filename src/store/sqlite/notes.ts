import { numberOf } from '../key.ts'
import type { MessageKey } from '../message.ts'
import type { Database, Statement } from './driver.ts'
import type { Transactions } from './transaction.ts'

/** What others keep with messages. No change is told of it. */
export class Notes {
  readonly #transactions: Transactions
  readonly #message: Statement
  readonly #get: Statement
  readonly #put: Statement
  readonly #remove: Statement

  constructor(db: Database, transactions: Transactions) {
    this.#transactions = transactions
    this.#message = db.prepare('SELECT 1 FROM message WHERE number = ?')
    this.#get = db.prepare('SELECT text FROM note WHERE number = ? AND name = ?')
    this.#put = db.prepare('INSERT OR REPLACE INTO note(number, name, text) VALUES(?, ?, ?)')
    this.#remove = db.prepare('DELETE FROM note WHERE number = ? AND name = ?')
  }

  get(key: MessageKey, name: string): string | undefined {
    const text = this.#get.get(numberOf(key) ?? 0, name)?.['text']
    return typeof text === 'string' ? text : undefined
  }

  /** @returns whether there is such a message. */
  set(key: MessageKey, name: string, text: string | undefined): boolean {
    const number = numberOf(key) ?? 0
    return this.#transactions.run(() => {
      if (this.#message.get(number) === undefined) return false
      if (text === undefined) this.#remove.run(number, name)
      else this.#put.run(number, name, text)
      return true
    })
  }
}
