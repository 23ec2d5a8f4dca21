import type { Clock } from '../../clock.ts'
import type { Change } from '../change.ts'
import { keyOf, numberOf } from '../key.ts'
import type { EntryRef, MessageKey } from '../message.ts'
import { StoreError, type CopiedEntries, type ExpungedEntries, type FlagChange, type StoredFlags } from '../store.ts'
import type { Addresses } from './addresses.ts'
import type { Database, Statement } from './driver.ts'
import { EntrySets, type EntryRow, type MessageFacts } from './entry-sets.ts'
import { deletedBit, flagEdit, flagNames, sameFlags, seenBit, type FlagSet } from './flags.ts'
import { everyone, type Mailbox, type Mailboxes } from './mailboxes.ts'
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

type FoundEntry = EntryRef & EntryRow & { readonly key: MessageKey }
type FlaggedEntry = EntryRef & { readonly key: MessageKey; readonly flags: readonly string[] }

/** Deletions are told again to whom was away; beyond this many they are told to list anew. */
const keptDeletions = 100_000
const trimEvery = 1000

export class Mutations {
  readonly #parts: MutationParts
  readonly #sets: EntrySets
  readonly #setApart: Statement
  readonly #db: Database
  #sinceTrim = 0

  constructor(db: Database, parts: MutationParts) {
    this.#db = db
    this.#parts = parts
    this.#sets = new EntrySets(db)
    this.#setApart = db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('apart', 1)")
  }

  /** Flags on every entry that the account has of these messages. @returns how many messages that are. */
  flagMessages(account: string, numbers: readonly number[], change: FlagChange): number {
    const found = this.#parts.mailboxes
      .of(account)
      .flatMap((box) => this.#sets.byNumber(box.id, numbers).map((row) => entryIn(box, row)))
    this.#flag(found, change)
    return new Set(found.map(({ number }) => number)).size
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
    const { transactions } = this.#parts
    const messages = this.#sets.messages(numbers)
    if (messages.length === 0) return 0
    return transactions.run((changes) => {
      const number = transactions.counters.nextChange()
      const octets = new Map(messages.map((message) => [message.number, message.octets]))
      for (const id of new Set(messages.flatMap(({ filed }) => filed))) {
        const there = messages.filter(({ filed }) => filed.includes(id)).map((message) => message.number)
        this.#removeFrom(this.#box(id), this.#sets.byNumber(id, there), { octets, change: number })
      }
      this.#forget(messages, number)
      this.#trim(messages.length)
      changes.push({ kind: 'deleted', number, keys: messages.map((message) => keyOf(message.number)), all: false })
      return messages.length
    })
  }

  /** Every message, and every octet. Mailboxes, UIDs and counters stay. */
  deleteAll(): number {
    const { transactions, mailboxes, segments } = this.#parts
    const count = transactions.run((changes) => {
      const messages = Number(this.#db.prepare('SELECT count(*) AS n FROM message').get()?.['n'])
      const number = transactions.counters.nextChange()
      const emptied = this.#db.prepare('INSERT INTO expunged(mailbox, change, low, high, number) VALUES(?, ?, 1, ?, 0)')
      for (const { id } of this.#db.prepare('SELECT id FROM mailbox WHERE messages > 0').all()) {
        const box = this.#box(Number(id))
        emptied.run(box.id, number, box.uidNext - 1)
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
      const added = this.#copyTo(to, { from, entries }, number)
      changes.push({ kind: 'flags', number, entries: added })
      // A number of its own: what is told again later is told in the same order.
      if (leaving) changes.push(...this.#expunge(from, entries, transactions.counters.nextChange()))
      return { from: entries.map(({ uid }) => uid), to: added.map(({ uid }) => uid) }
    })
  }

  #copyTo(
    to: Mailbox,
    { from, entries }: { from: Mailbox; entries: readonly FoundEntry[] },
    number: number,
  ): readonly FlaggedEntry[] {
    const { mailboxes, clock } = this.#parts
    const messages = this.#sets.messages(entries.map((entry) => entry.number))
    const octets = new Map(messages.map((message) => [message.number, message.octets]))
    const firstUid = to.uidNext
    const uids = entries.map(({ uid }) => uid)
    this.#sets.copy(from.id, uids, { mailboxId: to.id, firstUid, change: number, savedAt: clock.now() })
    this.#sets.setFiled(messages, ({ filed }) => [...new Set([...filed, to.id])])
    to.change = number
    to.holdsCopies = true
    to.uidNext += entries.length
    to.messages += entries.length
    to.unread += unreadIn(entries)
    to.octets += octetsOf(entries, octets)
    mailboxes.touch(to)
    return entries.map((entry, i) => ({
      ...refOf(entryIn(to, { ...entry, uid: firstUid + i })),
      flags: flagNames(entry),
    }))
  }

  /** @returns the changes that it is. */
  #expunge(box: Mailbox, entries: readonly FoundEntry[], number: number): readonly Change[] {
    const messages = this.#sets.messages(entries.map((entry) => entry.number))
    const octets = new Map(messages.map((message) => [message.number, message.octets]))
    this.#removeFrom(box, entries, { octets, change: number })
    const numbers = messages.map((message) => message.number)
    const copies = box.holdsCopies ? this.#sets.byNumber(box.id, numbers) : []
    const stillThere = new Set(copies.map((entry) => entry.number))
    const left = messages.filter((message) => !stillThere.has(message.number))
    const elsewhere = left.filter(({ filed }) => filed.some((id) => id !== box.id))
    const orphans = left.filter(({ filed }) => filed.every((id) => id === box.id))
    this.#sets.setFiled(elsewhere, ({ filed }) => filed.filter((id) => id !== box.id))
    if (elsewhere.length > 0 && box.account === everyone) this.#setApart.run()
    this.#forget(orphans, number)
    this.#trim(entries.length)
    const expunged = { kind: 'expunged', number, entries: entries.map(refOf) } as const
    return orphans.length === 0
      ? [expunged]
      : [expunged, { kind: 'deleted', number, keys: orphans.map((message) => keyOf(message.number)), all: false }]
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
      for (const { mailboxId, flags, uids } of alike(edited)) {
        this.#sets.setFlags(mailboxId, uids, { flags, change: number })
      }
      for (const { entry, after } of edited) {
        const box = this.#box(entry.mailboxId)
        box.unread += (entry.bits & seenBit) - (after.bits & seenBit)
        box.change = number
        mailboxes.touch(box)
      }
      changes.push({
        kind: 'flags',
        number,
        entries: edited.map(({ entry, after }) => ({ ...refOf(entry), flags: flagNames(after) })),
      })
      return number
    })
  }

  #removeFrom(box: Mailbox, entries: readonly EntryRow[], { octets, change }: { octets: Sizes; change: number }): void {
    const uids = entries.map(({ uid }) => uid)
    this.#sets.remove(box.id, uids, change)
    box.messages -= entries.length
    box.unread -= unreadIn(entries)
    box.octets -= octetsOf(entries, octets)
    box.change = change
    this.#parts.mailboxes.touch(box)
  }

  /** Takes messages away that are entered nowhere any more. */
  #forget(messages: readonly MessageFacts[], change: number): void {
    if (messages.length === 0) return
    this.#sets.forget(messages, change)
    const perSession = new Map<number, number>()
    for (const { session } of messages) perSession.set(session, (perSession.get(session) ?? 0) + 1)
    for (const [session, count] of perSession) this.#parts.sessions.removed(session, count)
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
    return this.#sets.byUid(box.id, uids).map((row) => entryIn(box, row))
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

/** Octets by message. */
type Sizes = ReadonlyMap<number, number>

const unreadIn = (entries: readonly EntryRow[]): number => entries.filter(({ bits }) => !(bits & seenBit)).length

const octetsOf = (entries: readonly EntryRow[], octets: Sizes): number =>
  entries.reduce((sum, { number }) => sum + (octets.get(number) ?? 0), 0)

interface Edited {
  readonly entry: FoundEntry
  readonly after: FlagSet
}

/** Those of one mailbox that get the same flags, together. */
function alike(edited: readonly Edited[]): Iterable<{ mailboxId: number; flags: FlagSet; uids: number[] }> {
  const groups = new Map<string, { mailboxId: number; flags: FlagSet; uids: number[] }>()
  for (const { entry, after } of edited) {
    const name = [entry.mailboxId, after.bits, ...after.keywords].join(' ')
    const group = groups.get(name)
    if (group) group.uids.push(entry.uid)
    else groups.set(name, { mailboxId: entry.mailboxId, flags: after, uids: [entry.uid] })
  }
  return groups.values()
}

const refOf = ({ account, mailbox, mailboxId, uid, key }: FoundEntry): EntryRef & { readonly key: MessageKey } => ({
  account,
  mailbox,
  mailboxId,
  uid,
  key,
})

const entryIn = (box: Mailbox, row: EntryRow): FoundEntry => ({
  ...row,
  account: box.account,
  mailbox: box.name,
  mailboxId: box.id,
  key: keyOf(row.number),
})
