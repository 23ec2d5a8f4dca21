import { StoreError, type MailboxState } from '../store.ts'
import type { Database, Statement } from './driver.ts'
import { mailboxName, mailboxState, type Mailbox, type Mailboxes } from './mailboxes.ts'
import type { Mutations } from './mutations.ts'
import type { Transactions } from './transaction.ts'

/** What every account begins with, by its special use. RFC 6154 §2. */
const standard = [
  ['Sent', '\\Sent'],
  ['Drafts', '\\Drafts'],
  ['Trash', '\\Trash'],
  ['Junk', '\\Junk'],
  ['Archive', '\\Archive'],
] as const

/** Mailboxes made, renamed, removed and subscribed to. Each call is one transaction and at most one change. */
export class MailboxMutations {
  readonly #transactions: Transactions
  readonly #mailboxes: Mailboxes
  readonly #mutations: Mutations
  readonly #subscriptions: Statement
  readonly #subscribe: Statement
  readonly #unsubscribe: Statement
  readonly #isFurnished: Statement
  readonly #furnished: Statement

  constructor(db: Database, transactions: Transactions, mutations: Mutations) {
    this.#transactions = transactions
    this.#mailboxes = transactions.mailboxes
    this.#mutations = mutations
    this.#subscriptions = db.prepare('SELECT name FROM subscription WHERE account = ? ORDER BY name')
    this.#subscribe = db.prepare('INSERT OR IGNORE INTO subscription(account, name) VALUES(?, ?)')
    this.#unsubscribe = db.prepare('DELETE FROM subscription WHERE account = ? AND name = ?')
    this.#isFurnished = db.prepare('SELECT 1 FROM furnished WHERE account = ?')
    this.#furnished = db.prepare('INSERT INTO furnished(account) VALUES(?)')
  }

  /** Whether the account has what every account begins with. */
  isFurnished(account: string): boolean {
    return this.#isFurnished.get(account) !== undefined
  }

  /** Gives an account what it begins with; once. */
  furnish(account: string): void {
    if (this.isFurnished(account)) return
    this.#transactions.run(() => {
      const { change } = this.#transactions.counters
      this.#mailboxes.ensure(account, 'INBOX', change)
      this.#subscribe.run(account, 'INBOX')
      for (const [name, specialUse] of standard) {
        if (!this.#mailboxes.find(account, name)) this.#mailboxes.create(account, name, change, specialUse)
        this.#subscribe.run(account, name)
      }
      this.#furnished.run(account)
    })
  }

  of(account: string): readonly MailboxState[] {
    const subscribed = new Set(this.subscriptions(account))
    return this.#mailboxes.of(account).map((box) => mailboxState(box, subscribed.has(box.name)))
  }

  subscriptions(account: string): readonly string[] {
    return this.#subscriptions.all(account).map(({ name }) => String(name))
  }

  setSubscribed(account: string, name: string, subscribed: boolean): void {
    const clean = mailboxName(name)
    this.#transactions.run(() => (subscribed ? this.#subscribe : this.#unsubscribe).run(account, clean))
  }

  /** Parents are made too. @throws StoreError `exists`, `bad-name`. */
  create(account: string, name: string, specialUse?: string): MailboxState {
    const clean = mailboxName(name)
    return this.#transactions.run((changes) => {
      const number = this.#transactions.counters.nextChange()
      const levels = clean.split('/')
      for (let i = 1; i < levels.length; i++) this.#mailboxes.ensure(account, levels.slice(0, i).join('/'), number)
      const made = this.#mailboxes.create(account, clean, number, specialUse)
      changes.push({ kind: 'mailbox', number, account, mailbox: clean, mailboxId: made.id })
      return mailboxState(made, this.subscriptions(account).includes(clean))
    })
  }

  /** @throws StoreError `missing`, `bad-name`. */
  remove(account: string, name: string): void {
    const box = this.#named(account, mailboxName(name))
    if (box.name === 'INBOX') throw new StoreError('bad-name', 'INBOX cannot be removed')
    this.#mutations.expunge(box.id, this.#mutations.uidsOf(box))
    this.#transactions.run((changes) => {
      const number = this.#transactions.counters.nextChange()
      this.#mailboxes.remove(box)
      changes.push({ kind: 'mailbox', number, account, mailbox: box.name, mailboxId: box.id, gone: true })
    })
  }

  /** @throws StoreError `missing`, `exists`, `bad-name`. */
  rename(account: string, from: string, to: string): void {
    const box = this.#named(account, mailboxName(from))
    const name = mailboxName(to)
    if (this.#mailboxes.find(account, name)) throw new StoreError('exists', `Mailbox ${JSON.stringify(name)} exists`)
    if (box.name === 'INBOX') {
      const made = this.create(account, name)
      this.#mutations.move(box.id, this.#mutations.uidsOf(box), made.id)
      return
    }
    this.#transactions.run((changes) => {
      const number = this.#transactions.counters.nextChange()
      const old = box.name
      const levels = name.split('/')
      for (let i = 1; i < levels.length; i++) this.#mailboxes.ensure(account, levels.slice(0, i).join('/'), number)
      for (const each of this.#mailboxes.of(account)) {
        if (each !== box && !each.name.startsWith(`${old}/`)) continue
        this.#mailboxes.rename(each, name + each.name.slice(old.length))
        each.change = number
        changes.push({ kind: 'mailbox', number, account, mailbox: each.name, mailboxId: each.id })
      }
    })
  }

  #named(account: string, name: string): Mailbox {
    const box = this.#mailboxes.find(account, name)
    if (!box) throw new StoreError('missing', `There is no mailbox ${JSON.stringify(name)}`)
    return box
  }
}
