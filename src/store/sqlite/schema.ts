import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../store.ts'
import { damagedStore } from './damage.ts'
import { isBusy, isDamaged, type Database } from './driver.ts'

/**
 * The layout of `store.db`. The octets are not in it: a message names its segment and offset (`segments.ts`).
 *
 * - `message.circumstances` is null where the session's own hold for it; `filed` and `addressed` list the mailboxes and
 *   addresses it is entered in, so that it can be taken out again without an index by number.
 * - `note` is what others keep with a message.
 * - `entry` is ordered by arrival within a mailbox; `flag_change` is null until its flags change, and MODSEQ is the
 *   greater of `change` and `flag_change`.
 * - Format 2 writes a label before the octets of each message (`label.ts`); those that format 1 wrote have none.
 * - `expunged` and `deleted` are what is told to those who ask for changes again; `floor` in `meta` is the change below
 *   which they were cut. `apart` in `meta`: a message may have left the account `all` and live on elsewhere.
 */
export const formatVersion = 2

const layout = `
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE session(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, circumstances TEXT NOT NULL, prologue TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT, messages INTEGER NOT NULL, live INTEGER NOT NULL,
  transcript TEXT
) STRICT;
CREATE INDEX session_empty ON session(number) WHERE live = 0;
CREATE TABLE message(
  number INTEGER PRIMARY KEY, change INTEGER NOT NULL, arrived_at INTEGER NOT NULL, octets INTEGER NOT NULL,
  segment INTEGER NOT NULL, offset INTEGER NOT NULL, sha256 BLOB NOT NULL, marks INTEGER NOT NULL,
  session INTEGER NOT NULL, circumstances TEXT, user TEXT, message_id TEXT NOT NULL, summary TEXT NOT NULL,
  transaction_ TEXT NOT NULL, types TEXT NOT NULL, defects TEXT, filed TEXT NOT NULL, addressed TEXT NOT NULL,
  conversation TEXT NOT NULL
) STRICT;
CREATE INDEX message_change ON message(change);
CREATE INDEX message_id ON message(message_id);
CREATE TABLE address(id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE message_address(
  address INTEGER NOT NULL, number INTEGER NOT NULL, fields INTEGER NOT NULL, PRIMARY KEY(address, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE mailbox(
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, name TEXT NOT NULL, uid_validity INTEGER NOT NULL,
  uid_next INTEGER NOT NULL, change INTEGER NOT NULL, messages INTEGER NOT NULL, unread INTEGER NOT NULL,
  octets INTEGER NOT NULL, subscribed INTEGER NOT NULL, copies INTEGER NOT NULL, special_use TEXT, UNIQUE(account, name)
) STRICT;
CREATE TABLE entry(
  mailbox INTEGER NOT NULL, number INTEGER NOT NULL, uid INTEGER NOT NULL, flags INTEGER NOT NULL, keywords TEXT,
  change INTEGER NOT NULL, flag_change INTEGER, internal_date INTEGER, PRIMARY KEY(mailbox, number, uid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_uid ON entry(mailbox, uid);
CREATE INDEX entry_flag_change ON entry(flag_change) WHERE flag_change IS NOT NULL;
CREATE TABLE expunged(
  mailbox INTEGER NOT NULL, change INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY(change, mailbox, low)
) STRICT, WITHOUT ROWID;
CREATE TABLE deleted(change INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(change, number)) STRICT, WITHOUT ROWID;
`

/**
 * Came later; programs that do not know it leave it alone. `furnished` are accounts that were given the mailboxes every
 * account begins with.
 */
const later = `
CREATE TABLE IF NOT EXISTS note(
  number INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY(number, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscription(
  account TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY(account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS furnished(account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`

/**
 * Makes the database ready, or says why not. Durability is asked for and then checked: a driver that does not flush
 * is refused (REL-1). `directory` is undefined for memory.
 * @throws StoreError `unsupported`, or what SQLite says (`openingError`).
 */
export function prepareDatabase(db: Database, directory: string | undefined): void {
  db.exec('PRAGMA locking_mode=EXCLUSIVE')
  db.exec('PRAGMA journal_mode=WAL')
  db.exec('PRAGMA synchronous=FULL')
  db.exec('PRAGMA temp_store=MEMORY')
  db.exec('PRAGMA cache_size=-16000')
  // 64 MB of pages; `checkpoints.ts` empties the log in every pause.
  db.exec('PRAGMA wal_autocheckpoint=16000')
  const synchronous = db.prepare('PRAGMA synchronous').get()?.['synchronous']
  const journal = db.prepare('PRAGMA journal_mode').get()?.['journal_mode']
  if (directory !== undefined && (synchronous !== 2 || journal !== 'wal')) {
    throw new StoreError(
      'unsupported',
      `SQLite runs with synchronous=${String(synchronous)}, journal_mode=${String(journal)}; 2 and wal are needed`,
    )
  }
  const version = refuseNewer(db)
  if (version === 0) createLayout(db)
  else if (version < formatVersion) db.exec(`PRAGMA user_version=${formatVersion}`)
  db.exec(later)
  addColumns(db)
  // The lock is taken by the first write.
  db.exec('BEGIN IMMEDIATE; COMMIT')
}

/** `[table, column, type]`; came later. */
const laterColumns = [
  // Null: when the message arrived.
  ['entry', 'saved_at', 'INTEGER'],
  ['session', 'refusals', 'INTEGER NOT NULL DEFAULT 0'],
  // Who logged in at the end, and the last who was refused.
  ['session', 'user', 'TEXT'],
  ['session', 'tried_user', 'TEXT'],
] as const

function addColumns(db: Database): void {
  for (const [table, column, type] of laterColumns) {
    const known = db.prepare(`PRAGMA table_info(${table})`).all()
    if (!known.some(({ name }) => name === column)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
  }
}

/** Whether it is no database of Stuntmail, or not yet. */
export const isBlank = (db: Database): boolean => db.prepare('PRAGMA user_version').get()?.['user_version'] === 0

/** What an error of SQLite means to whoever opens the store. */
export function openingError(error: unknown, directory: string | undefined): unknown {
  if (isBusy(error)) return heldBy(error, directory)
  return isDamaged(error) ? damagedStore(directory, error) : error
}

function createLayout(db: Database): void {
  db.exec(`BEGIN IMMEDIATE; ${layout} PRAGMA user_version=${formatVersion}; COMMIT`)
}

/** Says who has the store, from the file the holder left. */
export function heldBy(cause: unknown, directory: string | undefined): StoreError {
  let pid = ''
  try {
    pid = readFileSync(join(directory ?? '', 'holder'), 'utf8').trim()
  } catch {
    // An older program or another user's file: the lock alone says enough.
  }
  const who = /^\d+$/.test(pid) ? `process ${pid}` : 'another process'
  return new StoreError('locked', `The data directory is in use by ${who}. Stop it, or choose another with --data`, {
    cause,
  })
}

/** @throws StoreError `unsupported` where a newer program made it. */
export function refuseNewer(db: Database): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version <= formatVersion) return version
  throw new StoreError(
    'unsupported',
    `The store is of format ${version}, this program knows ${formatVersion}: use a newer Stuntmail`,
  )
}
