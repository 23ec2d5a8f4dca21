import { createHash } from 'node:crypto'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { arrivalTo, plainMessage } from '../support/messages.ts'

/**
 * Delivers without end and prints `key sha256` for each message the store has acknowledged; the parent kills it.
 * `careless` prints before the store has answered: what a broken server would do, and what the test has to catch.
 */
const [directory = '', mode = 'durable'] = process.argv.slice(2)
const store = await openSqliteStore({ directory, clock: systemClock, log: silentLog })
const sizes = [10, 1_000, 50_000, 1_500_000]
let count = 0

async function deliverForever(): Promise<never> {
  for (;;) {
    const octets = plainMessage(`m${process.pid}-${++count}`, 'x'.repeat(sizes[count % sizes.length] ?? 1))
    const sha256 = createHash('sha256').update(octets).digest('hex')
    const reception = store.receive()
    for (let at = 0; at < octets.length; at += 65_536) await reception.write(octets.subarray(at, at + 65_536))
    const committed = reception.commit(arrivalTo(['bob@example.com']))
    if (mode === 'careless') process.stdout.write(`unknown ${sha256}\n`)
    const { key } = await committed
    if (mode === 'durable') process.stdout.write(`${key} ${sha256}\n`)
  }
}

await Promise.all(Array.from({ length: 20 }, deliverForever))
