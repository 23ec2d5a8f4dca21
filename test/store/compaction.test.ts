import assert from 'node:assert/strict'
import { test } from 'node:test'
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
  const compaction = new Compaction(db, segments, undefined as unknown as Transactions)
  assert.deepEqual(compaction.sweep(), [])
  assert.ok(segments.holds(place, 0))
  db.exec('DELETE FROM message')
  compaction.sweep()
  assert.ok(!segments.holds(place, 0))
})
