import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../log.ts'
import { makePrivateFolder } from '../../private-folder.ts'
import { Addresses } from '../sqlite/addresses.ts'
import { Counters } from '../sqlite/counters.ts'
import { piecesOf } from '../sqlite/disk.ts'
import { openDatabase, type Database } from '../sqlite/driver.ts'
import { readEpoch } from '../sqlite/epoch.ts'
import { fileSegments } from '../sqlite/file-segments.ts'
import { Filing } from '../sqlite/filing.ts'
import { everyone, Mailboxes } from '../sqlite/mailboxes.ts'
import { writeForeign } from '../sqlite/older-copy.ts'
import { prepareDatabase } from '../sqlite/schema.ts'
import type { Place, Segments } from '../sqlite/segments.ts'
import { Sessions } from '../sqlite/sessions.ts'
import { Transactions } from '../sqlite/transaction.ts'
import { MessageReader, sendingOf, type Understanding } from '../sqlite/understanding.ts'
import type { Arrival, Filing as Filed } from '../store.ts'
import type { Progress, Rebuilt } from './calls.ts'
import { arrivalFromHeader } from './arrival-from-header.ts'
import type { Examination } from './examination.ts'
import { exchange, workFolder } from './exchange.ts'
import { copyMailboxes, copyNotes } from './kept-lists.ts'
import { attempt, knownArrival, knownFiling } from './known-messages.ts'

interface Parts {
  readonly examination: Examination
  /** Milliseconds since 1970. */
  readonly now: number
  readonly log: Log
  readonly progress: Progress
}

/**
 * Makes `store.db` again from what lies in the folder: octets from their files; envelopes, mailboxes and flags from the
 * journal and from what can be read of the database; else from header fields. Nothing is deleted: what was there is moved
 * to a folder beside it, and octets that nobody knows stay where they are.
 */
export async function rebuild({ examination, now, log, progress }: Parts): Promise<Rebuilt> {
  const { directory, database } = examination
  const work = workFolder(directory)
  rmSync(work, { recursive: true, force: true })
  makePrivateFolder(work)
  const db = await openDatabase(join(work, 'store.db'))
  const segments = fileSegments(directory)
  let filed: Pick<Rebuilt, 'messages' | 'fromHeader'>
  try {
    prepareDatabase(db, work)
    goOnAbove(db, examination)
    filed = fileAll({ db, segments, examination, now, log, progress })
    writeForeign(db, [...new Set(examination.gaps.map(({ segment }) => segment))])
    // libsql lets go of the file only when it is collected: nothing may wait in the log.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    segments.close()
    db.close()
    database.db?.close()
  }
  return { ...filed, before: exchange(directory, now) }
}

/** Whatever was given out before is not given out again. */
function goOnAbove(db: Database, { directory, database, labelled }: Examination): void {
  const epoch = readEpoch(directory)
  const value = attempt(() => database.db?.prepare('SELECT value FROM meta WHERE name = ?'))
  const old = (name: string): number => Number(attempt(() => value?.get(name)?.['value']) ?? 0)
  const set = db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)')
  const change = Math.max(old('change'), epoch?.change ?? 0) + 1_000_000
  set.run('uidvalidity', Math.max(old('uidvalidity'), epoch?.uidValidity ?? 0))
  set.run('number', Math.max(old('number'), epoch?.number ?? 0, ...[...labelled.keys()].slice(-1)))
  set.run('change', change)
  set.run('floor', change)
}

interface Found {
  readonly number: number
  readonly at: number
  readonly octets: number
  readonly place: Place
}

/** What is to be in the new database, oldest first. */
function messagesOf({ known, labelled, missing, unknown }: Examination): readonly Found[] {
  const gone = new Set(missing)
  const lost = new Set(unknown)
  const all = new Map<number, Found>()
  for (const message of known.values()) if (!gone.has(message.number)) all.set(message.number, message)
  for (const message of labelled.values()) {
    if (lost.has(message.number) || known.has(message.number)) {
      all.set(message.number, { ...message, at: known.get(message.number)?.at ?? message.at })
    }
  }
  return [...all.values()].sort((a, b) => a.number - b.number)
}

const perTransaction = 500

function fileAll(parts: Parts & { db: Database; segments: Segments }): { messages: number; fromHeader: number } {
  const { db, segments, examination, now, log, progress } = parts
  const clock = { now: () => now, monotonic: () => now }
  const counters = new Counters(db, clock)
  const mailboxes = new Mailboxes(db, clock)
  const sessions = new Sessions(db, 1000)
  const addresses = new Addresses(db)
  const filing = new Filing(db, { mailboxes, sessions, addresses })
  const nothing = (): void => undefined
  const hooks = { onOpen: nothing, onChanges: nothing, onCommit: nothing, onRollback: nothing }
  const transactions = new Transactions(db, { counters, mailboxes, ...hooks })
  transactions.run(() => mailboxes.ensure(everyone, 'INBOX', counters.change))
  const { db: old } = examination.database
  if (old) transactions.run(() => copyMailboxes(old, db, mailboxes, counters.change))
  const messages = messagesOf(examination)
  const filedAt = filingsOf(examination)
  let fromHeader = 0
  messages.forEach((message, index) => {
    if (index % perTransaction === 0) {
      transactions.commit()
      progress({ what: 'Filing messages', done: index, of: messages.length })
    }
    const known = knownArrivalOf(examination, message.number)
    const understood = understand(segments, message, {
      log,
      sending: known === undefined ? {} : sendingOf(known.envelope),
    })
    const arrival = known ?? arrivalFromHeader(understood, { ...message, filed: filedAt(message.number) })
    if (known === undefined) fromHeader++
    const { number, octets, place } = message
    transactions.gather(() => {
      const change = counters.nextChange()
      counters.reached(number, change)
      filing.file([{ number, change, place, octets, arrival, ...understood }], message.at)
    })
  })
  if (old) transactions.gather(() => copyNotes(old, db))
  transactions.commit()
  return { messages: messages.length, fromHeader }
}

/** What came with a message, from where it is still known. */
const knownArrivalOf = ({ journal, database: { db } }: Examination, number: number): Arrival | undefined =>
  (db && knownArrival(db, number)) ?? journal.get(number)

/** Where messages are filed whose own rows cannot be read; looked up when the first of them comes. */
function filingsOf({ database: { db } }: Examination): (number: number) => readonly Filed[] {
  let filing: ReadonlyMap<number, readonly Filed[]> | undefined
  return (number) => {
    filing ??= db ? knownFiling(db) : new Map<number, readonly Filed[]>()
    return filing.get(number) ?? []
  }
}

function understand(
  segments: Segments,
  { place, octets }: Found,
  { log, sending }: { readonly log: Log; readonly sending: ReturnType<typeof sendingOf> },
): Understanding {
  const reader = new MessageReader()
  const read = (start: number, end: number): Uint8Array => segments.read(place, start, end)
  for (const piece of piecesOf(octets, read)) reader.push(piece)
  return reader.end(read, log, sending)
}
