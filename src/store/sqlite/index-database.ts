import { closeSync, openSync, rmSync } from 'node:fs'
import { isDamaged, openDatabase, type Database, type Statement } from './driver.ts'
import { inMemory } from './index-calls.ts'
import { indexColumns } from './index-expression.ts'
import { IndexNumbers } from './index-numbers.ts'
import type { IndexText } from './index-text.ts'

/**
 * The full-text index: a contentless FTS5 table (https://www.sqlite.org/fts5.html) in a database of its own. Nothing in
 * it is truth; whatever is wrong with it, it is made again. So it is not flushed at each commit, and a damaged, foreign
 * or older file is thrown away.
 */
export interface IndexRow {
  readonly number: number
  readonly text: IndexText
}

/** Raised whenever words, columns or tables come to mean something else. */
const format = 3

const schema = `
  CREATE TABLE about(format INTEGER NOT NULL, identity TEXT NOT NULL, up_to INTEGER NOT NULL);
  CREATE TABLE numbers(block INTEGER PRIMARY KEY, list BLOB NOT NULL);
  CREATE VIRTUAL TABLE text USING fts5(${indexColumns.join(', ')}, content='', contentless_delete=1, tokenize='ascii');
  INSERT INTO text(text, rank) VALUES('hashsize', 8388608);
  INSERT INTO text(text, rank) VALUES('automerge', 8);`

export class IndexDatabase {
  readonly #db: Database
  readonly #numbers: IndexNumbers
  readonly #insert: Statement
  readonly #delete: Statement
  readonly #count: Statement
  readonly #find: Statement
  readonly #progress: Statement
  #upTo: number

  private constructor(db: Database, upTo: number) {
    this.#db = db
    this.#upTo = upTo
    this.#numbers = new IndexNumbers(db)
    const columns = indexColumns.join(', ')
    this.#insert = db.prepare(`INSERT INTO text(rowid, ${columns}) VALUES(?${', ?'.repeat(indexColumns.length)})`)
    this.#delete = db.prepare('DELETE FROM text WHERE rowid = ?')
    this.#count = db.prepare('SELECT count(*) AS count FROM text WHERE text MATCH ?')
    // One string for all: a row of JavaScript for each would take ten times as long.
    this.#find = db.prepare(
      `SELECT group_concat(rowid) AS list FROM
        (SELECT rowid FROM text WHERE text MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?)`,
    )
    this.#progress = db.prepare('UPDATE about SET up_to = ?')
  }

  /** Opens the index of the store with this identity; an empty one where the file is missing, of another store, or no good. */
  static async open(file: string, identity: string): Promise<IndexDatabase> {
    try {
      const opened = await IndexDatabase.#tryOpen(file, identity)
      if (opened !== undefined) return opened
    } catch (error) {
      if (!isDamaged(error)) throw error
    }
    removeIndex(file)
    const fresh = await IndexDatabase.#tryOpen(file, identity)
    if (fresh === undefined) throw new Error('A new full-text index is not as it was made')
    return fresh
  }

  static async #tryOpen(file: string, identity: string): Promise<IndexDatabase | undefined> {
    if (file !== inMemory) closeSync(openSync(file, 'a', 0o600)) // for its owner's eyes, as SQLite would not make it
    const db = await openDatabase(file)
    try {
      for (const pragma of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = NORMAL']) {
        db.prepare(`PRAGMA ${pragma}`).all()
      }
      db.exec('PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 4194304')
      const upTo = known(db, identity)
      if (upTo !== undefined) return new IndexDatabase(db, upTo)
    } catch (error) {
      db.close()
      throw error
    }
    db.close()
    return undefined
  }

  /** Messages up to this number are in the index, so far as they were there to be indexed. */
  get upTo(): number {
    return this.#upTo
  }

  get count(): number {
    return this.#numbers.count
  }

  /** All numbers that are in the index, ascending. */
  numbers(): Float64Array {
    return this.#numbers.all()
  }

  /**
   * Adds messages, in ascending order of numbers, in one transaction; those up to `upTo` are passed over.
   * @param upTo asked after the last: everything up to there is in the index now.
   */
  add(rows: Iterable<IndexRow>, upTo: () => number): void {
    let reached = this.#upTo
    this.#transaction(() => {
      for (const { number, text } of rows) {
        if (number <= this.#upTo) continue
        const row = this.#numbers.add(number)
        this.#insert.run(row, ...indexColumns.map((column) => text[column]))
      }
      reached = upTo()
      this.#progress.run(reached)
    })
    this.#upTo = reached
  }

  /** Forgets messages; those that are not there are passed over. */
  remove(numbers: Iterable<number>): void {
    this.#transaction(() => {
      for (const number of numbers) {
        const row = this.#numbers.remove(number)
        if (row !== undefined) this.#delete.run(row)
      }
    })
    if (this.count === 0) this.clear(this.#upTo)
  }

  /** Forgets everything. What comes next has numbers above `upTo`. */
  clear(upTo: number): void {
    this.#transaction(() => {
      this.#db.exec("INSERT INTO text(text) VALUES('delete-all'); DELETE FROM numbers")
      this.#progress.run(upTo)
    })
    this.#numbers.load()
    this.#upTo = upTo
  }

  /**
   * @param below only messages with a smaller number.
   * @param limit at most so many; -1 for all.
   * @returns numbers of the messages that match, descending.
   */
  find(expression: string, below: number, limit: number): Float64Array<ArrayBuffer> {
    const row = this.#find.get(expression, this.#numbers.rowFrom(below), limit)
    const list = row?.['list']
    if (typeof list !== 'string') return new Float64Array()
    return Float64Array.from(list.split(','), (text) => this.#numbers.numberOf(Number(text)))
  }

  /** How many messages match. */
  countMatches(expression: string): number {
    return Number(this.#count.get(expression)?.['count'] ?? 0)
  }

  /** Empties the write-ahead log, whose space is others' then. @throws where the database would have to grow and cannot. */
  writeBack(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  close(): void {
    this.#db.close()
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN')
    try {
      work()
      this.#numbers.save()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /** SQLite has rolled back by itself after some errors; saying it again is one more, and no news. */
  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK')
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('no transaction is active')) throw error
    } finally {
      this.#numbers.load()
    }
  }
}

/** Removes the database; the next `open` makes a new one. */
export function removeIndex(file: string): void {
  if (file === inMemory) return
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** How far the index goes, made first where there is none; undefined when it is not one that can be used. */
function known(db: Database, identity: string): number | undefined {
  const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE type = 'table'").get()
  if (tables?.['count'] === 0) {
    db.exec(`BEGIN; ${schema}`)
    db.prepare('INSERT INTO about(format, identity, up_to) VALUES(?, ?, 0)').run(format, identity)
    db.exec('COMMIT')
  }
  if (db.prepare("SELECT 1 AS found FROM sqlite_schema WHERE name = 'about'").get() === undefined) return undefined
  const about = db.prepare('SELECT * FROM about').get()
  return about?.['format'] === format && about['identity'] === identity ? Number(about['up_to']) : undefined
}
