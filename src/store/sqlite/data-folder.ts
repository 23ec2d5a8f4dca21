import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder } from '../../private-folder.ts'
import { damagedStore } from './damage.ts'
import { openDatabase, type Database } from './driver.ts'
import { Epoch } from './epoch.ts'
import { fileSegments } from './file-segments.ts'
import { foreignSegments, keepForeign, renumber, setJournalAside, withoutOctets } from './older-copy.ts'
import { isBlank, openingError, prepareDatabase } from './schema.ts'
import type { Segments } from './segments.ts'
import { sharedSegments } from './shared-segments.ts'
import { refuseUnknownOctets, refuseWithoutDatabase } from './unknown-octets.ts'

/** A data folder, or memory, whose database and octets agree with each other, or are made to. */
export interface DataFolder {
  readonly db: Database
  readonly segments: Segments
  /** Undefined for memory. */
  readonly epoch: Epoch | undefined
  /** Messages that are to be deleted before anything else: their octets are gone. */
  readonly lost: readonly number[]
  /** What people should know, if anything. */
  readonly notice: string | undefined
}

/**
 * @param now milliseconds since 1970.
 * @throws StoreError `locked`, `damaged`, `unsupported`; or what the file system says. Nothing was changed then.
 */
export async function openDataFolder(directory: string | undefined, now: number): Promise<DataFolder> {
  if (directory === undefined) {
    const db = await openDatabase(':memory:')
    prepareDatabase(db, directory)
    return { db, segments: sharedSegments(), epoch: undefined, lost: [], notice: undefined }
  }
  makePrivateFolder(directory)
  refuseWithoutDatabase(directory)
  // SQLite gives its other files the mode of this one.
  writeFileSync(join(directory, 'store.db'), '', { flag: 'a', mode: 0o600 })
  const db = await preparedDatabase(directory)
  try {
    const epoch = new Epoch(directory, db)
    if (epoch.age === 'older' && epoch.own.number === 0) {
      refuseUnknownOctets(directory, 'store.db is a copy from before the first of them')
    }
    writeFileSync(join(directory, 'holder'), `${process.pid}\n`, { mode: 0o600 })
    const putBack = epoch.age === 'older' ? goOn({ directory, db, epoch, now }) : { lost: [], notice: undefined }
    epoch.begin()
    return { db, segments: fileSegments(directory, foreignSegments(db)), epoch, ...putBack }
  } catch (error) {
    db.close()
    throw openingError(error, directory)
  }
}

/** With a database that is a copy from before. */
function goOn({
  directory,
  db,
  epoch,
  now,
}: {
  directory: string
  db: Database
  epoch: Epoch
  now: number
}): Pick<DataFolder, 'lost' | 'notice'> {
  renumber(db, epoch.givenOut, now)
  const journal = setJournalAside(directory, now)
  const segments = fileSegments(directory, foreignSegments(db))
  const foreign = keepForeign(db, segments)
  const lost = withoutOctets(db, segments)
  segments.close()
  const notice = [
    `store.db in ${directory} is a copy from before; it is used as it is.`,
    'Mail clients read every mailbox again (new UIDVALIDITY).',
    ...(lost.length > 0 ? [`Messages that were deleted since are gone: ${lost.length}.`] : []),
    ...(foreign.length > 0
      ? [
          `Messages that it does not know are kept in ${foreign.length} file(s) in octets/: stuntmail doctor --rebuild brings them in.`,
        ]
      : []),
    ...(journal === undefined ? [] : [`The journal is kept as ${journal}.`]),
  ].join(' ')
  return { lost, notice }
}

async function preparedDatabase(directory: string): Promise<Database> {
  // After a clean end there is none: SQLite takes it away.
  const unclean = (statSync(join(directory, 'store.db-wal'), { throwIfNoEntry: false })?.size ?? 0) > 0
  let db: Database | undefined
  try {
    db = await openDatabase(join(directory, 'store.db'))
    if (isBlank(db)) refuseUnknownOctets(directory, 'store.db has no tables of Stuntmail')
    prepareDatabase(db, directory)
    if (unclean) checkPages(db, directory)
    return db
  } catch (cause) {
    db?.close()
    throw openingError(cause, directory)
  }
}

/** Octets of a database whose every page is looked at after the server did not end by itself: some 0.1 s. */
const checkedOctets = 64 * 1024 * 1024

function checkPages(db: Database, directory: string): void {
  if (statSync(join(directory, 'store.db')).size > checkedOctets) return
  const found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
  if (!found.includes('ok')) throw damagedStore(directory, new Error(String(found[0])))
}
