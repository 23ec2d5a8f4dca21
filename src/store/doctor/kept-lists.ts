import type { Database } from '../sqlite/driver.ts'
import type { Mailboxes } from '../sqlite/mailboxes.ts'
import { attempt } from './known-messages.ts'

/** Mailboxes, empty ones too, and subscriptions, as far as they can be read. Within a transaction. */
export function copyMailboxes(from: Database, to: Database, mailboxes: Mailboxes, change: number): void {
  const boxes = attempt(() =>
    from
      .prepare(
        'SELECT a.name AS account, b.name, b.special_use FROM mailbox b JOIN account a ON a.id = b.account ORDER BY b.id',
      )
      .all(),
  )
  for (const row of boxes ?? []) {
    const [account, name, use] = [String(row['account']), String(row['name']), row['special_use']]
    if (mailboxes.find(account, name)) continue
    mailboxes.create(account, name, change, typeof use === 'string' ? use : undefined)
  }
  copyTable(from, to, 'subscription', ['account', 'name'])
  copyTable(from, to, 'furnished', ['account'])
}

/** What was kept with messages that are in the new database. */
export function copyNotes(from: Database, to: Database): void {
  copyTable(from, to, 'note', ['number', 'name', 'text'])
  to.exec('DELETE FROM note WHERE number NOT IN (SELECT number FROM message)')
}

function copyTable(from: Database, to: Database, table: string, columns: readonly string[]): void {
  const rows = attempt(() => from.prepare(`SELECT ${columns.join()} FROM ${table}`).all()) ?? []
  const insert = to.prepare(
    `INSERT OR IGNORE INTO ${table}(${columns.join()}) VALUES(${columns.map(() => '?').join()})`,
  )
  for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null))
}
