import { closeSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openFile, piecesOf, readWhole } from '../sqlite/disk.ts'
import { readJournal } from '../sqlite/journal.ts'
import type { Arrival } from '../store.ts'
import { openDatabaseState, type DatabaseState } from './database-state.ts'
import type { Progress } from './calls.ts'
import { deletedNumbers, knownMessages, type KnownMessage } from './known-messages.ts'
import { octetFiles, scanOctetFile, type Gap, type LabelledMessage, type OctetFile } from './octet-files.ts'

/** Everything that lies in a data folder, looked at without changing it. */
export interface Examination {
  readonly directory: string
  readonly database: DatabaseState
  readonly files: readonly OctetFile[]
  /** What the database knows, by number, as far as it can be read. */
  readonly known: ReadonlyMap<number, KnownMessage>
  /** Every message with a label, by number. */
  readonly labelled: ReadonlyMap<number, LabelledMessage>
  /** Octets that neither a label nor the database tells of. */
  readonly gaps: readonly Gap[]
  /** Numbers of messages that the database knows and whose octets are not there. */
  readonly missing: readonly number[]
  /** Numbers of messages whose octets are not what was received. */
  readonly changed: readonly number[]
  /** Numbers of messages that are in files and not in the database, though it could know them. */
  readonly unknown: readonly number[]
  /** What came with the newest messages, by number. */
  readonly journal: ReadonlyMap<number, Arrival>
}

/** @throws StoreError `locked`, `unsupported`. The caller closes `database.db`. */
export async function examine(directory: string, progress: Progress): Promise<Examination> {
  const database = await openDatabaseState(directory)
  try {
    return lookAt(directory, database, progress)
  } catch (error) {
    database.db?.close()
    throw error
  }
}

function lookAt(directory: string, database: DatabaseState, progress: Progress): Examination {
  const files = octetFiles(directory)
  const known = new Map<number, KnownMessage>()
  if (database.db) knownMessages(database.db, (message) => known.set(message.number, message))
  const deleted = database.db ? deletedNumbers(database.db) : new Set<number>()
  const labelled = new Map<number, Copy>()
  const gaps: Gap[] = []
  const total = files.reduce((sum, { octets }) => sum + octets, 0)
  let done = 0
  for (const file of files) {
    progress({ what: 'Looking at messages', done, of: total })
    for (const found of scanOctetFile(file)) {
      if ('start' in found) gaps.push(found)
      else keepBetter(labelled, { ...found, whole: isWhole(file, found) }, known)
    }
    done += file.octets
  }
  const journal = journalsOf(directory)
  const bySegment = new Map(files.map((file) => [file.segment, file]))
  // As an older program wrote them.
  const unlabelled = new Set([...known.values()].filter(({ number }) => !labelled.has(number)).map(segmentOf))
  const missing = [...known.values()].filter((message) => !isThere(message, bySegment)).map(({ number }) => number)
  return {
    directory,
    database,
    files,
    known,
    labelled,
    gaps: gaps.filter(({ segment }) => !unlabelled.has(segment)),
    missing,
    changed: [...labelled.values()].flatMap(({ number, whole }) => (whole ? [] : [number])),
    unknown: [...labelled.values()]
      .filter((message) => !deleted.has(message.number) && couldBeKnown(message, database, { known, journal }))
      .map(({ number }) => number),
    journal,
  }
}

/** One that stands in a file; a crash in the middle of compaction leaves two, the later of them perhaps not whole. */
interface Copy extends LabelledMessage {
  readonly whole: boolean
}

/** The whole one; of two, the one that the database knows, or else the later. */
function keepBetter(kept: Map<number, Copy>, copy: Copy, known: ReadonlyMap<number, KnownMessage>): void {
  const other = kept.get(copy.number)
  const place = known.get(copy.number)?.place
  const otherIsKnown = place?.segment === other?.place.segment && place?.offset === other?.place.offset
  if (other === undefined || (copy.whole === other.whole ? !otherIsKnown : copy.whole)) kept.set(copy.number, copy)
}

const segmentOf = ({ place }: KnownMessage): number => place.segment

function isThere({ place, octets }: KnownMessage, files: ReadonlyMap<number, OctetFile>): boolean {
  return place.offset + octets <= (files.get(place.segment)?.octets ?? -1)
}

/** One that a whole, current database does not know was deleted, or acknowledged to nobody. */
function couldBeKnown(
  { number, place }: LabelledMessage,
  { kind, age, foreign, givenOut }: DatabaseState,
  filed: { readonly known: ReadonlyMap<number, KnownMessage>; readonly journal: ReadonlyMap<number, Arrival> },
): boolean {
  if (filed.known.has(number)) return false
  return (
    kind !== 'whole' ||
    age === 'older' ||
    foreign.includes(place.segment) ||
    (number > givenOut && !filed.journal.has(number))
  )
}

function isWhole({ path }: OctetFile, { place, octets, checksum }: LabelledMessage): boolean {
  if (checksum === undefined) return true
  const descriptor = openFile(path, 'r')
  try {
    let sum = 0
    for (const piece of piecesOf(octets, (start, end) =>
      readWhole(descriptor, place.offset + start, place.offset + end),
    )) {
      sum = crc32(piece, sum)
    }
    return sum === checksum
  } finally {
    closeSync(descriptor)
  }
}

/** The journal, and those that were put aside (`older-copy.ts`). */
function journalsOf(directory: string): ReadonlyMap<number, Arrival> {
  const arrivals = new Map<number, Arrival>()
  for (const name of journalNames(directory)) {
    for (const { messages } of readJournal(join(directory, name))) {
      for (const { number, arrival } of messages) arrivals.set(number, arrival)
    }
  }
  return arrivals
}

export const journalNames = (directory: string): readonly string[] =>
  readdirSync(directory).filter((name) => name === 'journal' || /^journal-\d{8}T\d{6}Z$/.test(name))

/** Octets of files that hold nothing but what nobody knows: they are left alone. */
export const gapOctets = ({ gaps }: Examination): number => gaps.reduce((sum, { start, end }) => sum + end - start, 0)
