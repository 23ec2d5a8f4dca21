import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOutOfSpace, syncFolder } from './disk.ts'
import type { Database } from './driver.ts'

/**
 * Tells whether `store.db` is the newest that was ever in its folder. Each opening draws a name, which is written to the
 * database and to the file `epoch` beside it; with the name stands what was given out since. A copy of `store.db` that is
 * put back later has an older name, or has given out less than the file says.
 */
export const epochName = 'epoch'

/** The highest that was given out, as far as it is known. */
export interface GivenOut {
  /** Of a message: `key.ts`. */
  readonly number: number
  /** Of a change. */
  readonly change: number
  readonly uidValidity: number
}

/** `current`: the newest, or a new one; `older`: it may not know what was given out. */
export type Age = 'current' | 'older'

interface Content extends GivenOut {
  readonly epoch: string
  /** Of the opening before, until the database has the new name. Null: it had none. */
  readonly before?: string | null
}

const nothing: GivenOut = { number: 0, change: 0, uidValidity: 0 }

export class Epoch {
  readonly age: Age
  readonly #directory: string
  readonly #db: Database
  readonly #known: Content | undefined
  /** Undefined until both have it. */
  #name: string | undefined

  constructor(directory: string, db: Database) {
    this.#directory = directory
    this.#db = db
    this.#known = readEpoch(directory)
    this.age = ageOf(this.#known, metaOf(db, 'epoch'), givenOutBy(db))
  }

  /** By this database. */
  get own(): GivenOut {
    return givenOutBy(this.#db)
  }

  /** By this database, or by a newer one that was in its place. */
  get givenOut(): GivenOut {
    const { own } = this
    const { number, change, uidValidity } = this.#known ?? nothing
    return {
      number: Math.max(own.number, number),
      change: Math.max(own.change, change),
      uidValidity: Math.max(own.uidValidity, uidValidity),
    }
  }

  /** Before anything is given out. On a full disk the name from before stays. @throws what else the disk or SQLite says. */
  begin(): void {
    const before = metaOf(this.#db, 'epoch')
    const { givenOut } = this
    const epoch = randomUUID()
    try {
      writeEpoch(this.#directory, { epoch, before: before ?? null, ...givenOut })
      this.#db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('epoch', ?)").run(epoch)
      writeEpoch(this.#directory, { epoch, ...givenOut })
      this.#name = epoch
    } catch (error) {
      if (!isOutOfSpace(error)) throw error
    }
  }

  /** Notes what was given out. Only what is committed already counts. */
  note(): void {
    if (this.#name === undefined) return
    try {
      writeEpoch(this.#directory, { epoch: this.#name, ...this.own }, { flush: false })
    } catch {
      // The note from before stays: it says less, and nothing wrong.
    }
  }
}

/** @returns undefined where there is none that can be read. */
export function readEpoch(directory: string): Content | undefined {
  try {
    const content = JSON.parse(readFileSync(join(directory, epochName), 'utf8')) as Content
    const { number, change, uidValidity } = content
    return [number, change, uidValidity].every((value) => Number.isSafeInteger(value)) ? content : undefined
  } catch {
    return undefined
  }
}

function ageOf(known: Content | undefined, own: string | undefined, given: GivenOut): Age {
  if (known === undefined) return own === undefined ? 'current' : 'older'
  const named = own === known.epoch || (known.before !== undefined && (own ?? null) === known.before)
  return named && given.change >= known.change ? 'current' : 'older'
}

const metaOf = (db: Database, name: string): string | undefined => {
  const value = db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value']
  return value === null || value === undefined ? undefined : String(value)
}

function givenOutBy(db: Database): GivenOut {
  const of = (name: string): number => Number(metaOf(db, name) ?? 0)
  return { number: of('number'), change: of('change'), uidValidity: of('uidvalidity') }
}

function writeEpoch(directory: string, epoch: Content, { flush = true } = {}): void {
  const path = join(directory, epochName)
  const next = `${path}.next`
  writeFileSync(next, `${JSON.stringify(epoch)}\n`, { mode: 0o600 })
  if (flush) {
    const descriptor = openSync(next, 'r')
    fsyncSync(descriptor)
    closeSync(descriptor)
  }
  renameSync(next, path)
  if (flush) syncFolder(directory)
}
