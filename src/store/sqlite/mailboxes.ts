import type { Clock } from '../../clock.ts'
import { foldMailbox } from '../../query/fold.ts'
import { StoreError, type MailboxState } from '../store.ts'
import type { Database, Row, Statement } from './driver.ts'

/**
 * Accounts and mailboxes with their counters. What was read is kept (the most recent few thousand) and changed in
 * memory; `save` writes what changed, within the transaction of the caller, and `forget` drops it after a rollback.
 */
export interface Mailbox {
  readonly id: number
  readonly account: string
  name: string
  uidValidity: number
  uidNext: number
  /** Number of its newest change: HIGHESTMODSEQ. */
  change: number
  messages: number
  unread: number
  octets: number
  /** A message may have more than one entry in it. */
  holdsCopies: boolean
  readonly specialUse: string | undefined
  readonly objectId: string
}

export const everyone = 'all'
const kept = 4000
/** How far a clock may take UIDVALIDITY, in 2097: were it at its end, no mailbox could have a new one any more. REL-13. */
export const latestValidity = 0xf000_0000

export class Mailboxes {
  readonly #clock: Clock
  readonly #byId = new Map<number, Mailbox>()
  readonly #byName = new Map<string, Mailbox>()
  readonly #dirty = new Set<Mailbox>()
  readonly #accountId: Statement
  readonly #addAccount: Statement
  readonly #find: Statement
  readonly #load: Statement
  readonly #ofAccount: Statement
  readonly #add: Statement
  readonly #save: Statement
  readonly #remove: Statement
  readonly #highestValidity: Statement
  readonly #setValidity: Statement

  constructor(db: Database, clock: Clock) {
    this.#clock = clock
    const columns = `SELECT b.*, a.name AS account_name FROM mailbox b JOIN account a ON a.id = b.account`
    this.#accountId = db.prepare('SELECT id FROM account WHERE name = ?')
    this.#addAccount = db.prepare('INSERT INTO account(name) VALUES(?)')
    this.#find = db.prepare(`${columns} WHERE a.name = ? AND b.name = ?`)
    this.#load = db.prepare(`${columns} WHERE b.id = ?`)
    this.#ofAccount = db.prepare(`${columns} WHERE a.name = ? ORDER BY b.id`)
    this.#add = db.prepare(
      'INSERT INTO mailbox(account, name, uid_validity, uid_next, change, messages, unread, octets, subscribed, copies, special_use) VALUES(?, ?, ?, 1, ?, 0, 0, 0, 0, 0, ?)',
    )
    this.#save = db.prepare(
      'UPDATE mailbox SET name = ?, uid_validity = ?, uid_next = ?, change = ?, messages = ?, unread = ?, octets = ?, copies = ? WHERE id = ?',
    )
    this.#remove = db.prepare('DELETE FROM mailbox WHERE id = ?')
    this.#highestValidity = db.prepare("SELECT value FROM meta WHERE name = 'uidvalidity'")
    this.#setValidity = db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('uidvalidity', ?)")
  }

  /** The mailbox of that name; made when missing. */
  ensure(account: string, name: string, change: number): Mailbox {
    return this.find(account, name) ?? this.#create(account, name, change)
  }

  find(account: string, name: string): Mailbox | undefined {
    const known = this.#byName.get(`${account}\n${name}`)
    if (known) return known
    const row = this.#find.get(account, name)
    return row && this.#keep(row)
  }

  byId(id: number): Mailbox | undefined {
    const known = this.#byId.get(id)
    if (known) return known
    const row = this.#load.get(id)
    return row && this.#keep(row)
  }

  /** Every mailbox of an account, oldest first; INBOX is the first. Empty where the account is not known. */
  of(account: string): readonly Mailbox[] {
    return this.#ofAccount.all(account).map((row) => this.#byId.get(Number(row['id'])) ?? this.#keep(row))
  }

  /** @throws StoreError `exists`. */
  create(account: string, name: string, change: number, specialUse?: string): Mailbox {
    if (this.find(account, name)) throw new StoreError('exists', `Mailbox ${JSON.stringify(name)} exists`)
    return this.#create(account, name, change, specialUse)
  }

  remove(mailbox: Mailbox): void {
    this.#remove.run(mailbox.id)
    this.#byId.delete(mailbox.id)
    this.#byName.delete(`${mailbox.account}\n${mailbox.name}`)
    this.#dirty.delete(mailbox)
  }

  rename(mailbox: Mailbox, name: string): void {
    this.#byName.delete(`${mailbox.account}\n${mailbox.name}`)
    mailbox.name = name
    this.#byName.set(`${mailbox.account}\n${name}`, mailbox)
    this.touch(mailbox)
  }

  /** Says that a mailbox was changed. */
  touch(mailbox: Mailbox): void {
    this.#dirty.add(mailbox)
  }

  save(): void {
    for (const box of this.#dirty) {
      this.#save.run(
        box.name,
        box.uidValidity,
        box.uidNext,
        box.change,
        box.messages,
        box.unread,
        box.octets,
        Number(box.holdsCopies),
        box.id,
      )
    }
    this.#dirty.clear()
    if (this.#byId.size > kept) this.forget()
  }

  forget(): void {
    this.#byId.clear()
    this.#byName.clear()
    this.#dirty.clear()
  }

  #create(account: string, name: string, change: number, specialUse?: string): Mailbox {
    if (this.#accountId.get(account) === undefined) this.#addAccount.run(account)
    const accountId = Number(this.#accountId.get(account)?.['id'])
    if (name !== 'INBOX' && !this.find(account, 'INBOX')) this.#create(account, 'INBOX', change)
    this.#add.run(accountId, name, this.#nextValidity(), change, specialUse ?? null)
    const row = this.#find.get(account, name)
    if (!row) throw new Error('The new mailbox is not there')
    return this.#keep(row)
  }

  /** Seconds since 1970, or one more than the last that was given: never the same twice, never less. RFC 9051 §2.3.1.1. */
  #nextValidity(): number {
    const last = Number(this.#highestValidity.get()?.['value'] ?? 0)
    const byClock = Math.min(Math.floor(this.#clock.now() / 1000), latestValidity)
    const next = Math.min(Math.max(last + 1, byClock), 0xffff_ffff)
    this.#setValidity.run(next)
    return next
  }

  #keep(row: Row): Mailbox {
    const mailbox: Mailbox = {
      id: Number(row['id']),
      account: String(row['account_name']),
      name: String(row['name']),
      uidValidity: Number(row['uid_validity']),
      uidNext: Number(row['uid_next']),
      change: Number(row['change']),
      messages: Number(row['messages']),
      unread: Number(row['unread']),
      octets: Number(row['octets']),
      holdsCopies: row['copies'] === 1,
      // A UIDVALIDITY is given once, ids of rows are given again.
      objectId: `M${Number(row['uid_validity'])}`,
      specialUse: typeof row['special_use'] === 'string' ? row['special_use'] : undefined,
    }
    this.#byId.set(mailbox.id, mailbox)
    this.#byName.set(`${mailbox.account}\n${mailbox.name}`, mailbox)
    return mailbox
  }
}

export const mailboxState = (box: Mailbox, subscribed: boolean): MailboxState => ({
  id: box.id,
  objectId: box.objectId,
  account: box.account,
  name: box.name,
  uidValidity: box.uidValidity,
  uidNext: box.uidNext,
  highestModSeq: box.change,
  messages: box.messages,
  unread: box.unread,
  octets: box.octets,
  subscribed,
  specialUse: box.specialUse,
})

/**
 * A mailbox name as it is kept: INBOX in capitals, NFC, levels between `/`. @throws StoreError `bad-name` (IMAP-8):
 * empty levels, control characters, more than 1,000 octets or 50 levels.
 */
export function mailboxName(name: string): string {
  if (name === 'INBOX') return name
  const clean = foldMailbox(name)
  const levels = clean.split('/')
  const bad = levels.some((level) => level === '' || level === '.' || level === '..') || /\p{Cc}/u.test(clean)
  if (bad || levels.length > 50 || Buffer.byteLength(clean) > 1000) {
    throw new StoreError('bad-name', `Not a mailbox name: ${JSON.stringify(name.slice(0, 80))}`)
  }
  return clean
}
