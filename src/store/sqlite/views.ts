import type { Clock } from '../../clock.ts'
import { numberOf } from '../key.ts'
import type { EntryRef, MessageKey, StoredMessage } from '../message.ts'
import type { AccountState, ListRequest, MessagePage } from '../store.ts'
import type { Addresses } from './addresses.ts'
import { blobOf, type Database, type Row, type Statement } from './driver.ts'
import { everyone, type Mailbox, type Mailboxes } from './mailboxes.ts'
import { defectsFromColumn, idsFromColumn, joinEnvelope, summaryColumns, summaryOf } from './rows.ts'
import type { Place } from './segments.ts'
import { both, condition, inAccount, tablesFor, type Resolved, type Sql } from './select.ts'
import type { Counters } from './counters.ts'

/** What is read: lists, one message, mailboxes. Changes nothing. */
export type ResolvedRequest = Omit<ListRequest, 'criteria'> & { readonly criteria?: Resolved }
export type ResolvedScope = { readonly account: string; readonly criteria?: Resolved }

export interface ViewParts {
  readonly mailboxes: Mailboxes
  readonly addresses: Addresses
  readonly counters: Counters
  readonly clock: Clock
}

/** A query compiled for each new text: libsql's memory grows with every `prepare`, so as many as this are kept. */
const keptStatements = 100

export class Views {
  readonly #db: Database
  readonly #parts: ViewParts
  readonly #statements = new Map<string, Statement>()

  constructor(db: Database, parts: ViewParts) {
    this.#db = db
    this.#parts = parts
  }

  list({ account, criteria, limit, before, since }: ResolvedRequest): MessagePage {
    const boxes = this.#parts.mailboxes.of(account)
    const later = since === undefined ? undefined : { text: 'e.number >= ?', values: [this.#firstAfter(since)] }
    const scope = both(this.#where(boxes, account, criteria), later)
    const cursor = before === undefined ? undefined : (numberOf(before) ?? 0)
    const page = both(scope, cursor === undefined ? undefined : { text: 'e.number < ?', values: [cursor] })
    const rows = this.#all({
      text: `SELECT ${summaryColumns} FROM entry e JOIN message m ON m.number = e.number WHERE ${page.text} ORDER BY e.number DESC LIMIT ?`,
      values: [...page.values, limit + 1],
    })
    const messages = rows.slice(0, limit).map(summaryOf)
    const plain = criteria === undefined && since === undefined
    return {
      messages,
      next: rows.length > limit ? messages.at(-1)?.key : undefined,
      total:
        plain && boxes.every((box) => !box.holdsCopies) && filled(boxes) <= 1
          ? sum(boxes, 'messages')
          : this.#count(scope),
      ...(plain ? { unread: sum(boxes, 'unread') } : {}),
      change: this.#parts.counters.change,
    }
  }

  /** The first message that arrived by a later change. Numbers and changes ascend together. */
  #firstAfter(change: number): number {
    const row = this.#one('SELECT number FROM message WHERE change > ? ORDER BY change LIMIT 1', change)
    return row === undefined ? Number.MAX_SAFE_INTEGER : Number(row['number'])
  }

  /** Newest first. */
  find({ account, criteria }: ResolvedScope): readonly number[] {
    const where = this.#where(this.#parts.mailboxes.of(account), account, criteria)
    const text = `SELECT e.number FROM ${tablesFor(where)} WHERE ${where.text} ORDER BY e.number DESC`
    return this.#all({ text, values: where.values }).map((row) => Number(row['number']))
  }

  /** Of all messages, ascending. */
  numbers(): readonly number[] {
    return this.#all({ text: 'SELECT number FROM message ORDER BY number', values: [] }).map((row) =>
      Number(row['number']),
    )
  }

  count(): number {
    return Number(this.#all({ text: 'SELECT count(*) AS n FROM message', values: [] })[0]?.['n'])
  }

  /** Whether the account has every message there is, once: then nothing has to be looked up to know that it has one. */
  holdsAll(account: string): boolean {
    const boxes = this.#parts.mailboxes.of(account).filter(({ messages }) => messages > 0)
    const [apart] = this.#all({ text: "SELECT 1 FROM meta WHERE name = 'apart'", values: [] })
    return account === everyone && boxes.length === 1 && boxes[0]?.holdsCopies === false && !apart
  }

  get(account: string, key: MessageKey): StoredMessage | undefined {
    const number = numberOf(key)
    const boxes = this.#parts.mailboxes.of(account)
    if (number === undefined || boxes.length === 0) return undefined
    const { text, values } = inAccount(boxes)
    const [row] = this.#all({
      text: `SELECT ${summaryColumns}, m.sha256, m.circumstances, m.defects, m.filed, s.id AS session_id, s.circumstances AS shared
             FROM entry e JOIN message m ON m.number = e.number JOIN session s ON s.number = m.session
             WHERE ${text} AND e.number = ?`,
      values: [...values, number],
    })
    if (!row) return undefined
    return {
      summary: summaryOf(row),
      sha256: Buffer.from(blobOf(row['sha256'])).toString('hex'),
      envelope: joinEnvelope(String(row['transaction_']), String(row['circumstances'] ?? row['shared'])),
      sessionId: String(row['session_id']),
      defects: defectsFromColumn(row['defects']),
      entries: this.#entriesOf(number, row),
    }
  }

  place(key: MessageKey): (Place & { readonly octets: number }) | undefined {
    const row = this.#one('SELECT segment, offset, octets FROM message WHERE number = ?', numberOf(key) ?? -1)
    return row && { segment: Number(row['segment']), offset: Number(row['offset']), octets: Number(row['octets']) }
  }

  conversation(key: MessageKey): string | undefined {
    const row = this.#one(
      'SELECT s.prologue, m.conversation FROM message m JOIN session s ON s.number = m.session WHERE m.number = ?',
      numberOf(key) ?? -1,
    )
    return row && [row['prologue'], row['conversation']].filter((part) => part !== '').join('\n')
  }

  accounts(): readonly AccountState[] {
    const rows = this.#all({
      text: `SELECT a.name, sum(b.messages) AS messages, sum(b.unread) AS unread
             FROM account a JOIN mailbox b ON b.account = a.id GROUP BY a.id ORDER BY a.id`,
      values: [],
    })
    return rows.map((row) => ({
      name: String(row['name']),
      messages: Number(row['messages']),
      unread: Number(row['unread']),
    }))
  }

  #entriesOf(number: number, row: Row): readonly EntryRef[] {
    return idsFromColumn(row['filed']).flatMap((id) => {
      const box = this.#parts.mailboxes.byId(id)
      if (!box) return []
      const rows = this.#all({ text: 'SELECT uid FROM entry WHERE mailbox = ? AND number = ?', values: [id, number] })
      return rows.map(({ uid }) => ({ account: box.account, mailbox: box.name, mailboxId: id, uid: Number(uid) }))
    })
  }

  #where(boxes: readonly Mailbox[], account: string, criteria: Resolved | undefined): Sql {
    const parts = { ...this.#parts, now: this.#parts.clock.now() }
    return both(inAccount(boxes), criteria && condition(criteria, account, parts))
  }

  #count(where: Sql): number {
    const text = `SELECT count(*) AS n FROM ${tablesFor(where)} WHERE ${where.text}`
    return Number(this.#all({ text, values: where.values })[0]?.['n'])
  }

  #one(text: string, number: number): Row | undefined {
    return this.#all({ text, values: [number] })[0]
  }

  #all({ text, values }: Sql): readonly Row[] {
    let statement = this.#statements.get(text)
    if (!statement) {
      if (this.#statements.size >= keptStatements) this.#statements.clear()
      statement = this.#db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement.all(...values)
  }
}

const sum = (boxes: readonly Mailbox[], what: 'messages' | 'unread'): number =>
  boxes.reduce((total, box) => total + box[what], 0)
const filled = (boxes: readonly Mailbox[]): number => boxes.filter(({ messages }) => messages > 0).length
