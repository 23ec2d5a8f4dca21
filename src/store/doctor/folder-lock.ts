import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy, openDatabase, type Database } from '../sqlite/driver.ts'
import { StoreError } from '../store.ts'

/**
 * Keeps another rebuild out, whatever has become of `store.db`. The lock is one of the kernel's, by way of SQLite: it
 * goes with the process.
 * @returns the way out. @throws StoreError `locked`.
 */
export async function lockFolder(directory: string): Promise<() => void> {
  // There is nothing to be kept from.
  if (!existsSync(directory)) return () => undefined
  const path = join(directory, 'rebuild.lock')
  let db: Database | undefined
  try {
    db = await openDatabase(path)
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    if (!isBusy(error)) throw error
    throw new StoreError('locked', 'Another stuntmail doctor --rebuild is at work in this data directory', {
      cause: error,
    })
  }
  const held = db
  return () => {
    rmSync(path, { force: true })
    held.close()
    rmSync(`${path}-journal`, { force: true })
  }
}
