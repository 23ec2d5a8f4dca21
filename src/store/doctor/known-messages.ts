import { flagNames, keywordsFromColumn } from '../sqlite/flags.ts'
import type { Database, Row } from '../sqlite/driver.ts'
import { joinEnvelope } from '../sqlite/rows.ts'
import type { Place } from '../sqlite/segments.ts'
import type { Arrival, Filing } from '../store.ts'

/** What a database knows of messages, as far as it can be read: a damaged one loses only what stands on damaged pages. */
export interface KnownMessage {
  readonly number: number
  readonly at: number
  readonly octets: number
  readonly place: Place
}

const pageRows = 500

/** Messages by ascending number, up to the first that cannot be read. @returns whether that were all. */
export function knownMessages(db: Database, each: (message: KnownMessage) => void): boolean {
  const page = attempt(() =>
    db.prepare(
      `SELECT number, arrived_at, octets, segment, offset FROM message WHERE number > ? ORDER BY number LIMIT ${pageRows}`,
    ),
  )
  for (let rows = attempt(() => page?.all(0)); rows !== undefined;) {
    for (const row of rows) {
      const place = { segment: Number(row['segment']), offset: Number(row['offset']) }
      each({ number: Number(row['number']), at: Number(row['arrived_at']), octets: Number(row['octets']), place })
    }
    const last = Number(rows.at(-1)?.['number'])
    if (rows.length < pageRows) return true
    rows = attempt(() => page?.all(last))
  }
  return false
}

/** Numbers of messages that were deleted, as far as that is kept. */
export function deletedNumbers(db: Database): ReadonlySet<number> {
  const rows = attempt(() => db.prepare('SELECT number FROM deleted').all()) ?? []
  return new Set(rows.map(({ number }) => Number(number)))
}

/** The arrival of a message as it was filed last: its mailboxes and flags as they are now. Undefined where it cannot be read. */
export function knownArrival(db: Database, number: number): Arrival | undefined {
  const row = attempt(() => db.prepare(`${arrivalSql} WHERE m.number = ?`).get(number))
  if (!row) return undefined
  return attempt(() => {
    const circumstances = String(row['circumstances'] ?? row['of_session'])
    const filing = attempt(() => filingOf(db, number, String(row['filed']))) ?? []
    return {
      envelope: joinEnvelope(String(row['transaction_']), circumstances),
      sessionId: String(row['session_id']),
      prologue: String(row['prologue']),
      conversation: String(row['conversation']),
      filing,
      ...(filing.length > 0 && !filing.some(({ account }) => account === 'all') ? { alone: true as const } : {}),
    }
  })
}

const arrivalSql = `SELECT m.transaction_, m.circumstances, m.conversation, m.filed, s.id AS session_id, s.prologue,
  s.circumstances AS of_session FROM message m JOIN session s ON s.number = m.session`

const entrySql = `SELECT e.number, a.name AS account, b.name AS mailbox, e.flags, e.keywords, e.internal_date FROM entry e
  JOIN mailbox b ON b.id = e.mailbox JOIN account a ON a.id = b.account`

/** `filed`: ids of mailboxes, as the column has them. */
function filingOf(db: Database, number: number, filed: string): Filing[] {
  const entries = db.prepare(`${entrySql} WHERE e.mailbox = ? AND e.number = ?`)
  return filed
    .split(',')
    .filter((id) => id !== '')
    .flatMap((id) => entries.all(Number(id), number))
    .map(filingOfRow)
}

function filingOfRow(row: Row): Filing {
  return {
    account: String(row['account']),
    mailbox: String(row['mailbox']),
    flags: flagNames({ bits: Number(row['flags']), keywords: keywordsFromColumn(row['keywords']) }),
    ...(row['internal_date'] === null ? {} : { internalDate: Number(row['internal_date']) }),
  }
}

/** Where messages are filed, by number, as far as it can be read: for those whose own row cannot. */
export function knownFiling(db: Database): ReadonlyMap<number, readonly Filing[]> {
  const filing = new Map<number, Filing[]>()
  const boxes = attempt(() => db.prepare('SELECT id FROM mailbox ORDER BY id').all()) ?? []
  for (const { id } of boxes) {
    const rows = attempt(() => db.prepare(`${entrySql} WHERE e.mailbox = ?`).all(Number(id))) ?? []
    for (const row of rows) {
      const known = filing.get(Number(row['number']))
      if (known) known.push(filingOfRow(row))
      else filing.set(Number(row['number']), [filingOfRow(row)])
    }
  }
  return filing
}

/** Undefined where it throws: part of the database is damaged. */
export function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
