import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { deliver, plainMessage, rawOf } from '../support/messages.ts'

/** Runs where files may not grow past 4 MiB; prints what came of filling the store. */
const store = await openSqliteStore({ directory: process.argv[2], clock: systemClock, log: silentLog })
const octets = plainMessage('fill', 'x'.repeat(300_000))
const keys: string[] = []
let refused: unknown
while (refused === undefined && keys.length < 1000) {
  try {
    keys.push((await deliver(store, octets)).key)
  } catch (error) {
    refused = (error as { code?: unknown }).code ?? String(error)
  }
}
const readable = (await rawOf(store, keys[0] ?? '')).equals(octets)
await store.assertConsistent()
await store.deleteAll()
const again = (await rawOf(store, (await deliver(store, octets)).key)).equals(octets)
process.stdout.write(JSON.stringify({ refused, kept: keys.length, readable, again }))
await store.close()
