import type { Change, ChangesSince } from '../change.ts'
import { keyOf } from '../key.ts'
import type { EntryRef } from '../message.ts'
import type { Counters } from './counters.ts'
import type { Database, Row, Statement } from './driver.ts'
import { flagNames, keywordsFromColumn } from './flags.ts'
import { everyone, type Mailboxes } from './mailboxes.ts'
import { idsFromColumn, summaryColumns, summaryOf } from './rows.ts'

/**
 * The change feed, told again from any number on. It is read from the state: what arrived and is still there, flags as
 * they are now, and what was deleted; so a message that came and went between two questions is told only as gone, and
 * nothing has to be logged while mail comes in.
 */
export class Changes {
  readonly #counters: Counters
  readonly #mailboxes: Mailboxes
  readonly #meta: Statement
  readonly #arrived: Statement
  readonly #entries: Statement
  readonly #flags: Statement
  readonly #deleted: Statement
  readonly #expunged: Statement
  readonly #expungedOf: Statement

  constructor(db: Database, counters: Counters, mailboxes: Mailboxes) {
    this.#counters = counters
    this.#mailboxes = mailboxes
    this.#meta = db.prepare('SELECT value FROM meta WHERE name = ?')
    this.#arrived = db.prepare(
      `SELECT ${summaryColumns}, m.change AS at, m.filed FROM message m
       LEFT JOIN entry e ON e.number = m.number AND e.mailbox = ? WHERE m.change > ? ORDER BY m.change LIMIT ?`,
    )
    this.#entries = db.prepare('SELECT uid FROM entry WHERE mailbox = ? AND number = ?')
    this.#flags = db.prepare(
      'SELECT mailbox, number, uid, flags, keywords, flag_change AS at FROM entry WHERE flag_change > ? ORDER BY flag_change LIMIT ?',
    )
    this.#deleted = db.prepare(
      'SELECT change AS at, number FROM deleted WHERE change > ? ORDER BY change, number LIMIT ?',
    )
    this.#expunged = db.prepare(
      'SELECT change AS at, mailbox, low, number FROM expunged WHERE change > ? AND number <> 0 ORDER BY change LIMIT ?',
    )
    this.#expungedOf = db.prepare('SELECT low, high FROM expunged WHERE change > ? AND mailbox = ?')
  }

  /** As `Store.expungedSince`. */
  expungedSince(mailboxId: number, modSeq: number): readonly number[] | undefined {
    if (modSeq < this.#value('floor')) return undefined
    const uids = new Set<number>()
    for (const row of this.#expungedOf.all(modSeq, mailboxId)) {
      for (let uid = Number(row['low']); uid <= Number(row['high']); uid++) uids.add(uid)
    }
    // A range stands for what was there; nothing comes back under its UID.
    return [...uids].sort((a, b) => a - b)
  }

  /** At most about `limit` changes; changes of one number are never torn apart. */
  since(number: number, limit: number): ChangesSince {
    const latest = this.#counters.change
    if (number > latest || number < this.#value('floor')) return { changes: [], latest, reset: true, more: false }
    const emptied = this.#value('emptied')
    const start = Math.max(number, emptied)
    const rows = [
      this.#arrived.all(this.#inboxOfAll(), start, limit),
      this.#flags.all(start, limit),
      this.#deleted.all(start, limit),
      this.#expunged.all(start, limit),
    ]
    const until = Math.min(...rows.map((each) => (each.length < limit ? latest : Number(each.at(-1)?.['at']) - 1)))
    const [arrived = [], flags = [], deleted = [], expunged = []] = rows.map((each) =>
      each.filter(({ at }) => Number(at) <= until),
    )
    const told: Change[] = [
      ...(emptied > number ? [{ kind: 'deleted', number: emptied, keys: [], all: true } as const] : []),
      ...arrived.map((row) => this.#arrival(row)),
      ...byNumber(flags).map(
        ([at, of]) => ({ kind: 'flags', number: at, entries: of.map((row) => this.#flagged(row)) }) as const,
      ),
      ...byNumber(expunged).map(
        ([at, of]) => ({ kind: 'expunged', number: at, entries: of.map((row) => this.#gone(row)) }) as const,
      ),
      ...byNumber(deleted).map(
        ([at, of]) =>
          ({ kind: 'deleted', number: at, keys: of.map((row) => keyOf(Number(row['number']))), all: false }) as const,
      ),
    ]
    return {
      changes: told.sort((a, b) => a.number - b.number),
      latest: Math.max(until, start),
      reset: false,
      more: until < latest,
    }
  }

  #inboxOfAll(): number {
    return this.#mailboxes.find(everyone, 'INBOX')?.id ?? 0
  }

  #arrival(row: Row): Change {
    const number = Number(row['number'])
    const entries = idsFromColumn(row['filed']).flatMap((id) =>
      this.#entries.all(id, number).map(({ uid }) => this.#ref(id, Number(uid))),
    )
    return { kind: 'arrived', number: Number(row['at']), summary: summaryOf(row), entries }
  }

  #flagged(row: Row): EntryRef & { key: string; flags: readonly string[] } {
    const flags = flagNames({ bits: Number(row['flags']), keywords: keywordsFromColumn(row['keywords']) })
    return { ...this.#ref(Number(row['mailbox']), Number(row['uid'])), key: keyOf(Number(row['number'])), flags }
  }

  #gone(row: Row): EntryRef & { key: string } {
    return { ...this.#ref(Number(row['mailbox']), Number(row['low'])), key: keyOf(Number(row['number'])) }
  }

  #ref(mailboxId: number, uid: number): EntryRef {
    const box = this.#mailboxes.byId(mailboxId)
    return { account: box?.account ?? '', mailbox: box?.name ?? '', mailboxId, uid }
  }

  #value(name: string): number {
    return Number(this.#meta.get(name)?.['value'] ?? 0)
  }
}

function byNumber(rows: readonly Row[]): readonly (readonly [number, readonly Row[]])[] {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const at = Number(row['at'])
    const group = groups.get(at)
    if (group) group.push(row)
    else groups.set(at, [row])
  }
  return [...groups]
}
