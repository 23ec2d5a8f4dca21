import type { Clock } from '../../clock.ts'
import type { Change } from '../change.ts'
import { keyOf, numberOf } from '../key.ts'
import type { EntryRef, MessageKey } from '../message.ts'
import { StoreError, type CopiedEntries, type ExpungedEntries, type FlagChange, type StoredFlags } from '../store.ts'
import type { Addresses } from './addresses.ts'
import type { Database, Row, Statement } from './driver.ts'
import { deletedBit, flagEdit, flagNames, keywordsFromColumn, keywordsToColumn, sameFlags, seenBit } from './flags.ts'
import { everyone, type Mailbox, type Mailboxes } from './mailboxes.ts'
import { idsFromColumn, idsToColumn } from './rows.ts'
import type { Segments } from './segments.ts'
import type { Sessions } from './sessions.ts'
import type { Transactions } from './transaction.ts'

/** What changes or removes what is there. Each call is one transaction and at most one change. */
export interface MutationParts {
  readonly transactions: Transactions
  readonly mailboxes: Mailboxes
  readonly sessions: Sessions
  readonly addresses: Addresses
  readonly segments: Segments
  readonly clock: Clock
}

interface FoundEntry extends EntryRef {
  readonly key: MessageKey
  readonly number: number
  readonly bits: number
  readonly keywords: readonly string[]
  readonly modSeq: number
}

type FlaggedEntry = EntryRef & { readonly key: MessageKey; readonly flags: readonly string[] }

/** Deletions are told again to whom was away; beyond this many they are told to list anew. */
const keptDeletions = 100_000
const trimEvery = 1000

export class Mutations {
  readonly #parts: MutationParts
  readonly #byNumber: Statement
  readonly #byUid: Statement
  readonly #setFlags: Statement
  readonly #message: Statement
  readonly #removeMessage: Statement
  readonly #removeNotes: Statement
  readonly #removeEntry: Statement
  readonly #setFiled: Statement
  readonly #tombstone: Statement
  readonly #expunged: Statement
  readonly #copy: Statement
  readonly #setApart: Statement
  readonly #db: Database
  #sinceTrim = 0

  constructor(db: Database, parts: MutationParts) {
    const entryColumns =
      'SELECT uid, number, flags, keywords, max(change, coalesce(flag_change, 0)) AS mod_seq FROM entry WHERE mailbox = ?'
    this.#db = db
    this.#parts = parts
    this.#setApart = db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('apart', 1)")
    this.#byNumber = db.prepare(`${entryColumns} AND number = ?`)
    this.#byUid = db.prepare(`${entryColumns} AND uid = ?`)
    this.#setFlags = db.prepare(
      'UPDATE entry SET flags = ?, keywords = ?, flag_change = ? WHERE mailbox = ? AND number = ? AND uid = ?',
    )
    this.#message = db.prepare('SELECT octets, session, filed, addressed FROM message WHERE number = ?')
    this.#removeMessage = db.prepare('DELETE FROM message WHERE number = ?')
    this.#removeNotes = db.prepare('DELETE FROM note WHERE number = ?')
    this.#removeEntry = db.prepare('DELETE FROM entry WHERE mailbox = ? AND number = ? AND uid = ?')
    this.#setFiled = db.prepare('UPDATE message SET filed = ? WHERE number = ?')
    this.#tombstone = db.prepare('INSERT INTO deleted(change, number) VALUES(?, ?)')
    this.#expunged = db.prepare('INSERT INTO expunged(mailbox, change, low, high, number) VALUES(?, ?, ?, ?, ?)')
    this.#copy = db.prepare(
      `INSERT INTO entry(mailbox, number, uid, flags, keywords, change, internal_date, saved_at)
       SELECT ?, number, ?, flags, keywords, ?, internal_date, ? FROM entry WHERE mailbox = ? AND uid = ?`,
    )
  }

  /** Flags on every entry that the account has of these messages. @returns how many messages that are. */
  flagMessages(account: string, numbers: readonly number[], change: FlagChange): number {
    const boxes = this.#parts.mailboxes.of(account)
    let messages = 0
    const found = numbers.flatMap((number) => {
      const entries = boxes.flatMap((box) => this.#byNumber.all(box.id, number).map((row) => entryOf(box, row)))
      if (entries.length > 0) messages++
      return entries
    })
    this.#flag(found, change)
    return messages
  }

  /** As `Store.storeFlags`. */
  flagEntries(mailboxId: number, uids: readonly number[], change: FlagChange, unchangedSince = Infinity): StoredFlags {
    const found = this.#entries(this.#box(mailboxId), uids)
    const untouched = found.filter(({ modSeq }) => modSeq <= unchangedSince)
    const modified = found.filter(({ modSeq }) => modSeq > unchangedSince).map(({ uid }) => uid)
    return { modSeq: this.#flag(untouched, change), modified }
  }

  /** @returns how many there were. */
  deleteMessages(numbers: readonly number[]): number {
    const { transactions, sessions } = this.#parts
    return transactions.run((changes) => {
      const gone: number[] = []
      const number = transactions.counters.change + 1
      const perSession = new Map<number, number>()
      for (const each of numbers) {
        const row = this.#message.get(each)
        if (!row) continue
        this.#takeOut(each, row, number)
        const session = Number(row['session'])
        perSession.set(session, (perSession.get(session) ?? 0) + 1)
        gone.push(each)
      }
      if (gone.length === 0) return 0
      transactions.counters.nextChange()
      for (const [session, count] of perSession) sessions.removed(session, count)
      this.#trim(gone.length)
      changes.push({ kind: 'deleted', number, keys: gone.map(keyOf), all: false })
      return gone.length
    })
  }

  /** Every message, and every octet. Mailboxes, UIDs and counters stay. */
  deleteAll(): number {
    const { transactions, mailboxes, segments } = this.#parts
    const count = transactions.run((changes) => {
      const messages = Number(this.#db.prepare('SELECT count(*) AS n FROM message').get()?.['n'])
      const number = transactions.counters.nextChange()
      for (const { id } of this.#db.prepare('SELECT id FROM mailbox WHERE messages > 0').all()) {
        const box = this.#box(Number(id))
        this.#expunged.run(box.id, number, 1, box.uidNext - 1, 0)
        Object.assign(box, { messages: 0, unread: 0, octets: 0, change: number })
        mailboxes.touch(box)
      }
      this.#db.exec(
        "DELETE FROM meta WHERE name = 'apart'; DELETE FROM message; DELETE FROM entry; DELETE FROM message_address; DELETE FROM address; DELETE FROM deleted; DELETE FROM note",
      )
      this.#db.exec('UPDATE session SET live = 0 WHERE live > 0')
      this.#db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('emptied', ?)").run(number)
      changes.push({ kind: 'deleted', number, keys: [], all: true })
      return messages
    })
    this.#parts.addresses.forget()
    this.#parts.sessions.prune()
    for (const { segment } of segments.list()) segments.drop(segment)
    return count
  }

  /** As `Store.expunge`. */
  expunge(mailboxId: number, uids: readonly number[], only?: 'deleted'): ExpungedEntries {
    const { transactions } = this.#parts
    const box = this.#box(mailboxId)
    const found = this.#entries(box, uids)
    const entries = only === undefined ? found : found.filter(({ bits }) => (bits & deletedBit) !== 0)
    if (entries.length === 0) return { modSeq: undefined, uids: [] }
    return transactions.run((changes) => {
      const number = transactions.counters.nextChange()
      changes.push(...this.#expunge(box, entries, number))
      return { modSeq: number, uids: entries.map(({ uid }) => uid) }
    })
  }

  /** As `Store.copy`. */
  copy(mailboxId: number, uids: readonly number[], toMailboxId: number): CopiedEntries {
    return this.#transfer(mailboxId, uids, toMailboxId, false)
  }

  /** As `Store.move`. */
  move(mailboxId: number, uids: readonly number[], toMailboxId: number): CopiedEntries {
    return this.#transfer(mailboxId, uids, toMailboxId, true)
  }

  /** Every UID of a mailbox, ascending. */
  uidsOf(box: Mailbox): readonly number[] {
    return this.#db
      .prepare('SELECT uid FROM entry WHERE mailbox = ? ORDER BY uid')
      .all(box.id)
      .map(({ uid }) => Number(uid))
  }

  #transfer(mailboxId: number, uids: readonly number[], toMailboxId: number, leaving: boolean): CopiedEntries {
    const { transactions } = this.#parts
    const from = this.#box(mailboxId)
    const to = this.#box(toMailboxId)
    const entries = this.#entries(from, uids)
    if (entries.length === 0) return { from: [], to: [] }
    return transactions.run((changes) => {
      const number = transactions.counters.nextChange()
      const added = this.#copyTo(to, entries, number)
      changes.push({ kind: 'flags', number, entries: added })
      // A number of its own: what is told again later is told in the same order.
      if (leaving) changes.push(...this.#expunge(from, entries, transactions.counters.nextChange()))
      return { from: entries.map(({ uid }) => uid), to: added.map(({ uid }) => uid) }
    })
  }

  #copyTo(to: Mailbox, entries: readonly FoundEntry[], number: number): readonly FlaggedEntry[] {
    const { mailboxes, clock } = this.#parts
    to.change = number
    to.holdsCopies = true
    mailboxes.touch(to)
    const savedAt = clock.now()
    return entries.map((entry) => {
      const row = this.#message.get(entry.number)
      const uid = to.uidNext++
      this.#copy.run(to.id, uid, number, savedAt, entry.mailboxId, entry.uid)
      this.#setFiled.run(idsToColumn(new Set([...idsFromColumn(row?.['filed']), to.id])), entry.number)
      to.messages++
      to.octets += Number(row?.['octets'] ?? 0)
      if (!(entry.bits & seenBit)) to.unread++
      const { account, name: mailbox, id } = to
      return { account, mailbox, mailboxId: id, uid, key: entry.key, flags: flagNames(entry) }
    })
  }

  /** @returns the changes that it is. */
  #expunge(box: Mailbox, entries: readonly FoundEntry[], number: number): readonly Change[] {
    const { sessions } = this.#parts
    const orphans: number[] = []
    for (const entry of entries) {
      const row = this.#message.get(entry.number)
      if (!row) continue
      this.#removeFrom(box, entry, Number(row['octets']), number)
      if (box.holdsCopies && this.#byNumber.get(box.id, entry.number)) continue
      const left = idsFromColumn(row['filed']).filter((id) => id !== box.id)
      if (left.length > 0) {
        this.#setFiled.run(idsToColumn(left), entry.number)
        if (box.account === everyone) this.#setApart.run()
        continue
      }
      this.#takeOut(entry.number, { ...row, filed: '' }, number)
      sessions.removed(Number(row['session']), 1)
      orphans.push(entry.number)
    }
    this.#trim(entries.length)
    const gone = entries.map(({ account, mailbox, mailboxId, uid, key }) => ({ account, mailbox, mailboxId, uid, key }))
    const expunged = { kind: 'expunged', number, entries: gone } as const
    return orphans.length === 0
      ? [expunged]
      : [expunged, { kind: 'deleted', number, keys: orphans.map(keyOf), all: false }]
  }

  #flag(entries: readonly FoundEntry[], change: FlagChange): number | undefined {
    const { transactions, mailboxes } = this.#parts
    const edit = flagEdit(change)
    const edited = entries
      .map((entry) => ({ entry, after: edit(entry) }))
      .filter(({ entry, after }) => !sameFlags(entry, after))
    if (edited.length === 0) return undefined
    return transactions.run((changes) => {
      const number = transactions.counters.nextChange()
      for (const { entry, after } of edited) {
        this.#setFlags.run(
          after.bits,
          keywordsToColumn(after.keywords),
          number,
          entry.mailboxId,
          entry.number,
          entry.uid,
        )
        const box = this.#box(entry.mailboxId)
        box.unread += (entry.bits & seenBit) - (after.bits & seenBit)
        box.change = number
        mailboxes.touch(box)
      }
      changes.push({
        kind: 'flags',
        number,
        entries: edited.map(({ entry, after }) => ({ ...refOf(entry), key: entry.key, flags: flagNames(after) })),
      })
      return number
    })
  }

  /** Takes a message out of everything but its session's count. */
  #takeOut(number: number, row: Row, change: number): void {
    for (const id of idsFromColumn(row['filed'])) {
      const box = this.#box(id)
      for (const each of this.#byNumber.all(id, number))
        this.#removeFrom(box, entryOf(box, each), Number(row['octets']), change)
    }
    this.#parts.addresses.leave(number, idsFromColumn(row['addressed']))
    this.#removeMessage.run(number)
    this.#removeNotes.run(number)
    this.#tombstone.run(change, number)
  }

  #removeFrom(box: Mailbox, entry: FoundEntry, octets: number, change: number): void {
    this.#removeEntry.run(box.id, entry.number, entry.uid)
    this.#expunged.run(box.id, change, entry.uid, entry.uid, entry.number)
    box.messages--
    box.octets -= octets
    if (!(entry.bits & seenBit)) box.unread--
    box.change = change
    this.#parts.mailboxes.touch(box)
  }

  #trim(deletions: number): void {
    this.#sinceTrim += deletions
    if (this.#sinceTrim < trimEvery) return
    this.#sinceTrim = 0
    for (const table of ['deleted', 'expunged']) {
      const cut = this.#db
        .prepare(`SELECT change FROM ${table} ORDER BY change DESC LIMIT 1 OFFSET ?`)
        .get(keptDeletions)?.['change']
      if (cut === undefined) continue
      this.#db.prepare(`DELETE FROM ${table} WHERE change <= ?`).run(Number(cut))
      this.#db
        .prepare(
          "INSERT OR REPLACE INTO meta(name, value) VALUES('floor', max(?, coalesce((SELECT value FROM meta WHERE name = 'floor'), 0)))",
        )
        .run(Number(cut))
    }
  }

  #entries(box: Mailbox, uids: readonly number[]): readonly FoundEntry[] {
    return uids.flatMap((uid) => {
      const row = this.#byUid.get(box.id, uid)
      return row ? [entryOf(box, row)] : []
    })
  }

  #box(id: number): Mailbox {
    const box = this.#parts.mailboxes.byId(id)
    if (!box) throw new StoreError('missing', 'There is no such mailbox')
    return box
  }
}

/** Numbers of keys; what is no key is left out. */
export const numbersOf = (keys: readonly MessageKey[]): readonly number[] =>
  keys.map(numberOf).filter((number) => number !== undefined)

const refOf = ({ account, mailbox, mailboxId, uid }: EntryRef): EntryRef => ({ account, mailbox, mailboxId, uid })

const entryOf = (box: Mailbox, row: Row): FoundEntry => ({
  account: box.account,
  mailbox: box.name,
  mailboxId: box.id,
  uid: Number(row['uid']),
  number: Number(row['number']),
  key: keyOf(Number(row['number'])),
  bits: Number(row['flags']),
  keywords: keywordsFromColumn(row['keywords']),
  modSeq: Number(row['mod_seq']),
})
