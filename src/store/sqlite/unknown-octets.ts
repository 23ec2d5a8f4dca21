import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../store.ts'
import { readJournal } from './journal.ts'

/**
 * Octets are never taken for nobody's because the database is not there: a store does not open over messages that it
 * knows nothing of.
 */

interface Found {
  readonly files: number
  readonly octets: number
}

/** @throws StoreError `damaged` where the folder holds messages, and `store.db` is missing or empty. */
export function refuseWithoutDatabase(directory: string): void {
  const database = sizeOf(join(directory, 'store.db'))
  if (database !== undefined && database > 0) return
  // SQLite would take a log for that of another database, and empty it.
  refuse(directory, database === undefined ? 'store.db is missing' : 'store.db is empty', ['store.db-wal'])
}

/** @throws StoreError `damaged` where the folder holds messages. `why`: what is wrong with the database. */
export function refuseUnknownOctets(directory: string, why: string): void {
  refuse(directory, why, [])
}

function refuse(directory: string, why: string, logs: readonly string[]): void {
  const { files, octets } = found(directory, logs)
  if (octets === 0) return
  throw new StoreError(
    'damaged',
    `${directory} holds messages (${octets.toLocaleString('en')} octets in ${files} file${files === 1 ? '' : 's'}) that its database does not know: ${why}. ` +
      `Nothing was changed. Put store.db back if you have a copy; or run stuntmail doctor --data ${directory}, which can make it again from the messages; ` +
      'or choose another folder with --data',
  )
}

function found(directory: string, logs: readonly string[]): Found {
  const names = namesIn(join(directory, 'octets')).filter((name) => /^\d{12}$/.test(name))
  const paths = [...names.map((name) => join('octets', name)), ...journalOf(directory), ...logs]
  const sizes = paths.map((path) => sizeOf(join(directory, path)) ?? 0).filter((size) => size > 0)
  return { files: sizes.length, octets: sizes.reduce((sum, size) => sum + size, 0) }
}

/** What is in it that is no record belongs to nobody. */
function journalOf(directory: string): readonly string[] {
  if (sizeOf(join(directory, 'journal')) === undefined) return []
  for (const _record of readJournal(join(directory, 'journal'))) return ['journal']
  return []
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size
