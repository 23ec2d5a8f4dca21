/** What `driver.ts` uses of `node:sqlite`; the type definitions of Node 20 do not know the module. */
declare module 'node:sqlite' {
  class StatementSync {
    run(...values: readonly (string | number | Uint8Array | null)[]): { changes: number | bigint }
    get(...values: readonly (string | number | Uint8Array | null)[]): unknown
    all(...values: readonly (string | number | Uint8Array | null)[]): unknown[]
  }
  class DatabaseSync {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): StatementSync
    close(): void
  }
}
