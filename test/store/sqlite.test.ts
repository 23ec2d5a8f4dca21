import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { entrySuite } from './suite-entries.ts'
import { mailboxSuite } from './suite-mailboxes.ts'
import { sessionSuite } from './suite-sessions.ts'
import { storeSuite } from './suite.ts'

async function inMemory(): Promise<{ store: Store; dispose: () => Promise<void> }> {
  const store = await openSqliteStore({ directory: undefined, clock: systemClock, log: silentLog })
  return { store, dispose: () => store.close() }
}

async function onDisk(): Promise<{ store: Store; dispose: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'stuntmail-test-'))
  const store = await openSqliteStore({ directory, clock: systemClock, log: silentLog })
  return {
    store,
    async dispose() {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

storeSuite('SQLite in memory', inMemory)
mailboxSuite('SQLite in memory', inMemory)
sessionSuite('SQLite in memory', inMemory)
entrySuite('SQLite in memory', inMemory)
storeSuite('SQLite on disk', onDisk)
mailboxSuite('SQLite on disk', onDisk)
sessionSuite('SQLite on disk', onDisk)
entrySuite('SQLite on disk', onDisk)
