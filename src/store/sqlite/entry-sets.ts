import type { Database, SqlValue, Statement } from './driver.ts'
import { keywordsFromColumn, keywordsToColumn, type FlagSet } from './flags.ts'
import { idsFromColumn, idsToColumn } from './rows.ts'

/** An entry as it is in the database. */
export interface EntryRow extends FlagSet {
  readonly uid: number
  readonly number: number
  readonly modSeq: number
}

/** What has to be known of a message to enter it elsewhere, or to take it away. */
export interface MessageFacts {
  readonly number: number
  readonly octets: number
  readonly session: number
  /** Mailboxes it is entered in. */
  readonly filed: readonly number[]
  readonly addressed: readonly number[]
}

/**
 * Reads and changes many entries by one statement: lists go in and come out as JSON (https://www.sqlite.org/json1.html).
 * A call for each would take most of the time. Counters of mailboxes are the caller's.
 */
export class EntrySets {
  readonly #byUid: Statement
  readonly #byNumber: Statement
  readonly #messages: Statement
  readonly #setFlags: Statement
  readonly #copy: Statement
  readonly #remember: Statement
  readonly #remove: Statement
  readonly #setFiled: Statement
  readonly #forget: readonly Statement[]
  readonly #forgetAddresses: Statement
  readonly #tombstones: Statement

  constructor(db: Database) {
    const columns = `SELECT json_group_array(json_array(e.uid, e.number, e.flags, e.keywords,
      max(e.change, coalesce(e.flag_change, 0)))) AS list FROM json_each(?) AS given CROSS JOIN entry e`
    const given = '(SELECT value FROM json_each(?))'
    this.#byUid = db.prepare(`${columns} ON e.mailbox = ? AND e.uid = given.value`)
    this.#byNumber = db.prepare(`${columns} ON e.mailbox = ? AND e.number = given.value`)
    this.#messages = db.prepare(
      `SELECT json_group_array(json_array(m.number, m.octets, m.session, m.filed, m.addressed)) AS list
       FROM json_each(?) AS given CROSS JOIN message m ON m.number = given.value`,
    )
    this.#setFlags = db.prepare(
      `UPDATE entry SET flags = ?, keywords = ?, flag_change = ? WHERE mailbox = ? AND uid IN ${given}`,
    )
    this.#copy = db.prepare(
      `INSERT INTO entry(mailbox, number, uid, flags, keywords, change, internal_date, saved_at)
       SELECT ?, e.number, ? + given.key, e.flags, e.keywords, ?, e.internal_date, ?
       FROM json_each(?) AS given CROSS JOIN entry e ON e.mailbox = ? AND e.uid = given.value`,
    )
    this.#remember = db.prepare(
      `INSERT INTO expunged(mailbox, change, low, high, number)
       SELECT e.mailbox, ?, e.uid, e.uid, e.number FROM entry e WHERE e.mailbox = ? AND e.uid IN ${given}`,
    )
    this.#remove = db.prepare(`DELETE FROM entry WHERE mailbox = ? AND uid IN ${given}`)
    this.#setFiled = db.prepare(`UPDATE message SET filed = ? WHERE number IN ${given}`)
    this.#forget = ['message', 'note'].map((table) => db.prepare(`DELETE FROM ${table} WHERE number IN ${given}`))
    this.#forgetAddresses = db.prepare(
      `DELETE FROM message_address WHERE (address, number) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
    )
    this.#tombstones = db.prepare('INSERT INTO deleted(change, number) SELECT ?, value FROM json_each(?)')
  }

  /** In the order given, each once. Those that are not there are left out. */
  byUid(mailboxId: number, uids: readonly number[]): readonly EntryRow[] {
    return listOf(this.#byUid, json(new Set(uids)), mailboxId).map(entryOf)
  }

  /** Every entry that the mailbox has of these messages. */
  byNumber(mailboxId: number, numbers: readonly number[]): readonly EntryRow[] {
    return listOf(this.#byNumber, json(new Set(numbers)), mailboxId).map(entryOf)
  }

  /** Each once. Those that are not there are left out. */
  messages(numbers: readonly number[]): readonly MessageFacts[] {
    return listOf(this.#messages, json(new Set(numbers))).map(factsOf)
  }

  setFlags(mailboxId: number, uids: readonly number[], { flags, change }: { flags: FlagSet; change: number }): void {
    this.#setFlags.run(flags.bits, keywordsToColumn(flags.keywords), change, mailboxId, json(uids))
  }

  /** Enters what is there under these UIDs once more, in their order. @param as its UIDs begin with `firstUid`. */
  copy(
    mailboxId: number,
    uids: readonly number[],
    as: { readonly mailboxId: number; readonly firstUid: number; readonly change: number; readonly savedAt: number },
  ): void {
    this.#copy.run(as.mailboxId, as.firstUid, as.change, as.savedAt, json(uids), mailboxId)
  }

  /** Takes entries away, and remembers that they were there. */
  remove(mailboxId: number, uids: readonly number[], change: number): void {
    this.#remember.run(change, mailboxId, json(uids))
    this.#remove.run(mailboxId, json(uids))
  }

  /** Says in which mailboxes messages are entered. Most of them are in the same ones. */
  setFiled(messages: readonly MessageFacts[], filed: (message: MessageFacts) => readonly number[]): void {
    const numbersOf = new Map<string, number[]>()
    for (const message of messages) {
      const column = idsToColumn(filed(message))
      const numbers = numbersOf.get(column)
      if (numbers) numbers.push(message.number)
      else numbersOf.set(column, [message.number])
    }
    for (const [column, numbers] of numbersOf) this.#setFiled.run(column, json(numbers))
  }

  /** Takes messages away that are entered nowhere. */
  forget(messages: readonly MessageFacts[], change: number): void {
    const numbers = json(messages.map(({ number }) => number))
    this.#forgetAddresses.run(json(messages.flatMap(({ addressed, number }) => addressed.map((id) => [id, number]))))
    for (const statement of this.#forget) statement.run(numbers)
    this.#tombstones.run(change, numbers)
  }
}

const json = (values: Iterable<unknown>): string => JSON.stringify([...values])

const listOf = (statement: Statement, ...values: readonly SqlValue[]): readonly (readonly unknown[])[] =>
  JSON.parse(String(statement.get(...values)?.['list'])) as unknown[][]

const entryOf = ([uid, number, bits, keywords, modSeq]: readonly unknown[]): EntryRow => ({
  uid: Number(uid),
  number: Number(number),
  bits: Number(bits),
  keywords: keywordsFromColumn(keywords),
  modSeq: Number(modSeq),
})

const factsOf = ([number, octets, session, filed, addressed]: readonly unknown[]): MessageFacts => ({
  number: Number(number),
  octets: Number(octets),
  session: Number(session),
  filed: idsFromColumn(filed),
  addressed: idsFromColumn(addressed),
})
