import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy, openDatabase, type Database } from '../sqlite/driver.ts'
import { Epoch, type Age } from '../sqlite/epoch.ts'
import { foreignSegments } from '../sqlite/older-copy.ts'
import { heldBy, isBlank, refuseNewer } from '../sqlite/schema.ts'
import { StoreError } from '../store.ts'
import { attempt } from './known-messages.ts'

/** What can be said of `store.db` without changing it. */
export interface DatabaseState {
  readonly kind: 'whole' | 'missing' | 'empty' | 'blank' | 'damaged'
  /** What SQLite found where it is damaged; at most ten lines. */
  readonly faults: readonly string[]
  /** Open where SQLite reads anything of it. Nobody else can open it meanwhile. */
  readonly db: Database | undefined
  readonly age: Age
  /** Files that hold what it does not know. */
  readonly foreign: readonly number[]
  /** The highest number of a message that it has given. */
  readonly givenOut: number
}

/** @throws StoreError `locked` where a server has it; `unsupported` where a newer program made it. */
export async function openDatabaseState(directory: string): Promise<DatabaseState> {
  const none = { faults: [], db: undefined, age: 'current', foreign: [], givenOut: 0 } as const
  const path = join(directory, 'store.db')
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return { kind: 'missing', ...none }
  if (size === 0) return { kind: 'empty', ...none }
  let db: Database | undefined
  try {
    db = await openDatabase(path)
    db.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK')
    refuseNewer(db)
  } catch (error) {
    db?.close()
    if (isBusy(error)) throw heldBy(error, directory)
    if (error instanceof StoreError) throw error
    return { kind: 'damaged', ...none, faults: [error instanceof Error ? error.message : String(error)] }
  }
  return stateOf(db, directory)
}

function stateOf(db: Database, directory: string): DatabaseState {
  if (attempt(() => isBlank(db)) === true)
    return { kind: 'blank', faults: [], db, age: 'current', foreign: [], givenOut: 0 }
  const faults = faultsOf(db)
  return {
    kind: faults.length === 0 ? 'whole' : 'damaged',
    faults,
    db,
    age: attempt(() => new Epoch(directory, db).age) ?? 'current',
    foreign: attempt(() => foreignSegments(db)) ?? [],
    givenOut: attempt(() => new Epoch(directory, db).own.number) ?? 0,
  }
}

function faultsOf(db: Database): readonly string[] {
  try {
    const lines = db
      .prepare('PRAGMA quick_check(10)')
      .all()
      .flatMap((row) => Object.values(row).map(String))
    return lines.filter((line) => line !== 'ok')
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
