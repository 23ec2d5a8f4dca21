import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { deliver, plainMessage, rawOf } from '../support/messages.ts'
import { Compaction } from '../../src/store/sqlite/compaction.ts'
import { openDatabase } from '../../src/store/sqlite/driver.ts'
import { sharedSegments } from '../../src/store/sqlite/shared-segments.ts'
import type { Transactions } from '../../src/store/sqlite/transaction.ts'

test('a segment stays while a message lives in it, though that has no octets', async (t) => {
  const db = await openDatabase(':memory:')
  t.after(() => db.close())
  db.exec(
    'CREATE TABLE message (number INTEGER PRIMARY KEY, segment INTEGER, offset INTEGER, octets INTEGER, arrived_at INTEGER)',
  )
  const segments = sharedSegments()
  const [place] = segments.append([{ octets: new Uint8Array(), number: 1, at: 0, checksum: 0 }])
  assert.ok(place)
  db.prepare('INSERT INTO message VALUES (1, ?, ?, 0, 0)').run(place.segment, place.offset)
  const compaction = new Compaction(db, segments, {
    transactions: undefined as unknown as Transactions,
    log: silentLog,
  })
  assert.deepEqual(compaction.sweep(), [])
  assert.ok(segments.holds(place, 0))
  db.exec('DELETE FROM message')
  compaction.sweep()
  assert.ok(!segments.holds(place, 0))
})

test('octets that are damaged are never made whole: their file is left as it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stuntmail-compaction-'))
  const alive = setInterval(() => undefined, 60_000)
  let tell = (_text: string): void => undefined
  const told = new Promise<string>((resolve) => (tell = resolve))
  const log: Log = { ...silentLog, error: (_fields, text) => tell(text) }
  const store = await openSqliteStore({ directory, clock: systemClock, log })
  const kept = await deliver(store, plainMessage('kept', 'k'.repeat(900_000)))
  const keys: string[] = []
  for (let i = 0; i < 3; i++) keys.push((await deliver(store, plainMessage('gone', 'g'.repeat(900_000)))).key)
  const file = join(directory, 'octets', '000000000001')
  const octets = (await readFile(file)).fill(0, 1_000, 1_010)
  await writeFile(file, octets)
  await store.delete({ account: 'all', keys })
  assert.match(await told, /left as it is/)
  assert.ok(octets.includes(await rawOf(store, kept.key)))
  assert.deepEqual(await readdir(join(directory, 'octets')), ['000000000001'])
  await store.close()
  clearInterval(alive)
  await rm(directory, { recursive: true })
})
