import { createHash } from 'node:crypto'
import { blobOf, type Database } from './driver.ts'
import type { Segments } from './segments.ts'

/** Finds what cannot be. @throws Error with the first contradiction. */
export function assertConsistent(db: Database, segments: Segments): void {
  const none = (what: string, sql: string): void => {
    const row = db.prepare(sql).get()
    if (row) throw new Error(`${what}: ${JSON.stringify(row)}`)
  }
  const check = db.prepare('PRAGMA quick_check').get()
  if (!check || !Object.values(check).includes('ok')) throw new Error(`quick_check: ${JSON.stringify(check)}`)
  none(
    'entry of no message',
    'SELECT e.* FROM entry e LEFT JOIN message m ON m.number = e.number WHERE m.number IS NULL LIMIT 1',
  )
  none(
    'note of no message',
    'SELECT n.* FROM note n LEFT JOIN message m ON m.number = n.number WHERE m.number IS NULL LIMIT 1',
  )
  none(
    'entry of no mailbox',
    'SELECT e.* FROM entry e LEFT JOIN mailbox b ON b.id = e.mailbox WHERE b.id IS NULL LIMIT 1',
  )
  none(
    'message in no mailbox',
    'SELECT number FROM message m WHERE NOT EXISTS (SELECT 1 FROM mailbox b JOIN entry e ON e.mailbox = b.id AND e.number = m.number) LIMIT 1',
  )
  none(
    'UID not below UIDNEXT',
    'SELECT e.mailbox, e.uid FROM entry e JOIN mailbox b ON b.id = e.mailbox WHERE e.uid >= b.uid_next LIMIT 1',
  )
  none(
    'counters of a mailbox',
    `SELECT b.id, b.messages, b.unread, b.octets FROM mailbox b LEFT JOIN (
       SELECT e.mailbox, count(*) AS n, sum((e.flags & 1) = 0) AS u, sum(m.octets) AS o
       FROM entry e JOIN message m ON m.number = e.number GROUP BY e.mailbox) c ON c.mailbox = b.id
     WHERE b.messages <> coalesce(c.n, 0) OR b.unread <> coalesce(c.u, 0) OR b.octets <> coalesce(c.o, 0) LIMIT 1`,
  )
  none(
    'change above the counter',
    "SELECT max(change) AS c FROM message HAVING c > (SELECT value FROM meta WHERE name = 'change')",
  )
  none(
    'address of no message',
    'SELECT a.* FROM message_address a LEFT JOIN message m ON m.number = a.number WHERE m.number IS NULL LIMIT 1',
  )
  none(
    'messages of a session',
    'SELECT s.number, s.live FROM session s LEFT JOIN (SELECT session, count(*) AS n FROM message GROUP BY session) c ON c.session = s.number WHERE s.live <> coalesce(c.n, 0) LIMIT 1',
  )
  assertOctets(db, segments)
}

function assertOctets(db: Database, segments: Segments): void {
  const page = db.prepare(
    'SELECT number, segment, offset, octets, sha256 FROM message WHERE number > ? ORDER BY number LIMIT 1000',
  )
  for (let rows = page.all(0); rows.length > 0; rows = page.all(Number(rows.at(-1)?.['number']))) {
    for (const row of rows) {
      const octets = Number(row['octets'])
      const hash = createHash('sha256')
      for (let start = 0; start < octets; start += 1 << 20) {
        const place = { segment: Number(row['segment']), offset: Number(row['offset']) }
        hash.update(segments.read(place, start, Math.min(start + (1 << 20), octets)))
      }
      if (!hash.digest().equals(blobOf(row['sha256'])))
        throw new Error(`octets of message ${String(row['number'])} changed`)
    }
  }
}
