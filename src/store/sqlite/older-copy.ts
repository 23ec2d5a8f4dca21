import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from './driver.ts'
import type { GivenOut } from './epoch.ts'
import { decodeLabel, labelOctets } from './label.ts'
import { latestValidity } from './mailboxes.ts'
import type { Segments } from './segments.ts'

/**
 * A copy of `store.db` that was put back: what was given out after it was made must not be given out again. Every mailbox
 * gets a new UIDVALIDITY, and numbers go on above all that is known. What it does not know stays on the disk: files with
 * such octets, and the journal, which would be filed by numbers that are not its own.
 */

/** Changes that may have been given out since the file `epoch` was written. */
const margin = 1_000_000
const foreignName = 'foreign'

/** `now`: milliseconds since 1970. */
export function renumber(db: Database, givenOut: GivenOut, now: number): void {
  const set = db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)')
  const revalidate = db.prepare('UPDATE mailbox SET uid_validity = ? WHERE id = ?')
  const boxes = db.prepare('SELECT id FROM mailbox ORDER BY id').all()
  let validity = Math.max(givenOut.uidValidity, Math.min(Math.floor(now / 1000), latestValidity))
  db.exec('BEGIN IMMEDIATE')
  for (const { id } of boxes) revalidate.run(++validity, Number(id))
  set.run('uidvalidity', validity)
  set.run('number', givenOut.number)
  set.run('change', givenOut.change + margin)
  set.run('floor', givenOut.change + margin)
  // An index may know more than this copy does.
  db.exec("DELETE FROM meta WHERE name = 'identity'; COMMIT")
}

/** Puts the journal aside. @returns its new name; undefined where there was none. */
export function setJournalAside(directory: string, now: number): string | undefined {
  if (!existsSync(join(directory, 'journal'))) return undefined
  const name = `journal-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`
  renameSync(join(directory, 'journal'), join(directory, name))
  return name
}

/** Files of octets in which a message lives that the database does not know. They are kept as they are from now on. */
export function keepForeign(db: Database, segments: Segments): readonly number[] {
  const known = new Map(
    db
      .prepare('SELECT segment, sum(octets) + count(*) * ? AS octets FROM message GROUP BY segment')
      .all(labelOctets)
      .map((row) => [Number(row['segment']), Number(row['octets'])]),
  )
  const foreign = segments.list().filter(({ segment, octets }) => octets > (known.get(segment) ?? 0))
  const numbers = [...new Set([...foreignSegments(db), ...foreign.map(({ segment }) => segment)])]
  writeForeign(db, numbers)
  return numbers
}

export function writeForeign(db: Database, segments: readonly number[]): void {
  db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)').run(foreignName, segments.join())
}

/** As `keepForeign` left them. */
export function foreignSegments(db: Database): readonly number[] {
  const value = db.prepare('SELECT value FROM meta WHERE name = ?').get(foreignName)?.['value']
  return typeof value === 'string' && value !== '' ? value.split(',').map(Number) : []
}

/** Messages whose octets are not where they were: they were moved or deleted after the copy was made. */
export function withoutOctets(db: Database, segments: Segments): readonly number[] {
  const rows = db.prepare('SELECT number, segment, offset, octets FROM message').all()
  return rows.flatMap((row) => {
    const number = Number(row['number'])
    const place = { segment: Number(row['segment']), offset: Number(row['offset']) }
    if (!segments.holds(place, Number(row['octets']))) return [number]
    // None stands before those that an older program wrote.
    const label = place.offset < labelOctets ? undefined : labelOf(segments, place)
    return label === undefined || label.number === number ? [] : [number]
  })
}

function labelOf(segments: Segments, place: { segment: number; offset: number }) {
  return decodeLabel(segments.read({ ...place, offset: place.offset - labelOctets }, 0, labelOctets))
}
