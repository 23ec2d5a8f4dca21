/**
 * The one door to SQLite: `node:sqlite` where this Node has it (22.13 and newer), else npm `libsql`. Both are
 * synchronous, so they are used in worker threads only. Statements are prepared once and kept: libsql's memory grows
 * with each `prepare`. SQL stays within what SQLite 3.45 (libsql 0.5) understands.
 *
 * Exactly one connection is ever open on a database file, in EXCLUSIVE locking mode: that keeps a second process out by
 * a lock that the kernel frees, needs no shared memory, and is out of reach of the WAL-reset race of SQLite before 3.51.3.
 */
export type SqlValue = string | number | Uint8Array | null
export type Row = Readonly<Record<string, SqlValue>>

/** A blob column; libsql gives Buffer from `get` and ArrayBuffer from `all`. */
export function blobOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw new TypeError('Not a blob')
}

export interface Statement {
  /** @returns how many rows it changed. */
  run(...values: readonly SqlValue[]): number
  get(...values: readonly SqlValue[]): Row | undefined
  all(...values: readonly SqlValue[]): readonly Row[]
}

export interface Database {
  /** For people: `node:sqlite 3.53.4`. */
  readonly name: string
  /** Runs statements without parameters. */
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

/** `file`: a path, or `:memory:`. @throws whatever the library throws; `isBusy`, `isFull` and `isDamaged` tell. */
export async function openDatabase(file: string): Promise<Database> {
  return hasNodeSqlite(process.versions.node) ? openNode(file) : openLibsql(file)
}

/** Loads the library ahead of `openDatabase`. What goes wrong is told there. */
export function loadDriver(): void {
  const loading = hasNodeSqlite(process.versions.node) ? import('node:sqlite') : import('libsql')
  loading.catch(() => undefined)
}

/** Before anything is read: shared memory for others would take space that a full disk has not. */
const exclusive = 'PRAGMA locking_mode=EXCLUSIVE'

/** Another process holds the file. SQLITE_BUSY 5, SQLITE_LOCKED 6. */
export const isBusy = (error: unknown): boolean => resultCode(error, [5, 6], /SQLITE_(BUSY|LOCKED)|database is locked/)
/** SQLITE_FULL 13; a write that failed, SQLITE_IOERR 10, is one too where the cause is the file's size. */
export const isFull = (error: unknown): boolean =>
  resultCode(error, [13, 10], /SQLITE_(FULL|IOERR_WRITE)|disk is full|disk I\/O error/)
/** SQLITE_CORRUPT 11, SQLITE_NOTADB 26. */
export const isDamaged = (error: unknown): boolean =>
  resultCode(error, [11, 26], /SQLITE_(CORRUPT|NOTADB)|malformed|not a database/)

function resultCode(error: unknown, codes: readonly number[], text: RegExp): boolean {
  if (!(error instanceof Error)) return false
  const {
    errcode,
    rawCode = errcode,
    code = '',
  } = error as Error & { errcode?: number; rawCode?: number; code?: string }
  return (rawCode !== undefined && codes.includes(rawCode & 0xff)) || text.test(`${code} ${error.message}`)
}

function hasNodeSqlite(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 13)
}

/** The first statement already fails where the file is locked or no database. */
function orClose<Result>(db: { close(): unknown }, first: () => Result): Result {
  try {
    return first()
  } catch (error) {
    db.close()
    throw error
  }
}

async function openNode(file: string): Promise<Database> {
  const { DatabaseSync } = await import('node:sqlite')
  const db = new DatabaseSync(file)
  db.exec(exclusive)
  const version = orClose(db, () => db.prepare('SELECT sqlite_version() AS version').get()) as { version: string }
  return {
    name: `node:sqlite ${version.version}`,
    exec: (sql) => db.exec(sql),
    close: () => db.close(),
    prepare(sql) {
      const statement = db.prepare(sql)
      return {
        run: (...values) => Number(statement.run(...values).changes),
        get: (...values) => statement.get(...values) as Row | undefined,
        all: (...values) => statement.all(...values) as unknown as readonly Row[],
      }
    },
  }
}

/**
 * libsql 0.5 answers in better-sqlite3's manner and adds `_metadata` to the rows of `get`. Values go in as one array:
 * a lone null or blob argument is taken for named parameters and aborts the process. Text ends at NUL.
 */
async function openLibsql(file: string): Promise<Database> {
  const { default: Libsql } = await import('libsql')
  const db = new Libsql(file)
  db.exec(exclusive)
  const version = orClose(db, () => db.prepare('SELECT sqlite_version() AS version').get()) as { version: string }
  return {
    name: `libsql ${version.version}`,
    exec: (sql) => void db.exec(sql),
    close: () => void db.close(),
    prepare(sql) {
      const statement = db.prepare(sql)
      return {
        run: (...values) => statement.run(values).changes,
        get: (...values) => statement.get(values) as Row | undefined,
        all: (...values) => statement.all(values) as readonly Row[],
      }
    },
  }
}
