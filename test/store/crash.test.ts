import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { rawOf } from '../support/messages.ts'

const child = fileURLToPath(new URL('crash-child.ts', import.meta.url))
const kills = 20

interface Ledger {
  readonly hashes: Set<string>
  readonly keys: Map<string, string>
}

/** Runs the child until it has acknowledged `messages` more, then kills it where it stands. */
async function killAfter(directory: string, mode: string, messages: number, ledger: Ledger): Promise<void> {
  const running = spawn(process.execPath, ['--import', 'tsx', child, directory, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(running, 'exit')
  let seen = 0
  for await (const line of createInterface({ input: running.stdout })) {
    const [key = '', sha256 = ''] = line.split(' ')
    if (sha256.length !== 64) continue // the line that the kill cut
    ledger.hashes.add(sha256)
    if (key !== 'unknown') ledger.keys.set(key, sha256)
    if (++seen === messages) running.kill('SIGKILL')
  }
  await gone
}

async function stored(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const key of await store.find({ account: 'all' })) {
    found.set(
      key,
      createHash('sha256')
        .update(await rawOf(store, key))
        .digest('hex'),
    )
  }
  return found
}

async function withStore<Result>(directory: string, use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ directory, clock: systemClock, log: silentLog })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

describe('kill -9 under load (REL-1, REL-4)', () => {
  it(`loses nothing acknowledged in ${kills} kills, and shows no half message`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stuntmail-crash-'))
    const ledger: Ledger = { hashes: new Set(), keys: new Map() }
    for (let kill = 0; kill < kills; kill++) await killAfter(directory, 'durable', 1 + ((kill * 37) % 90), ledger)
    await withStore(directory, async (store) => {
      const found = await stored(store)
      for (const [key, sha256] of ledger.keys) assert.equal(found.get(key), sha256, `message ${key} was acknowledged`)
      await store.assertConsistent()
      assert.ok(found.size >= ledger.keys.size && found.size <= ledger.keys.size + kills * 20)
    })
    await rm(directory, { recursive: true })
  })

  it('would notice a server that acknowledges too early', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stuntmail-crash-'))
    const ledger: Ledger = { hashes: new Set(), keys: new Map() }
    await killAfter(directory, 'careless', 5, ledger)
    await withStore(directory, async (store) => {
      const found = new Set((await stored(store)).values())
      assert.ok([...ledger.hashes].some((sha256) => !found.has(sha256)))
    })
    await rm(directory, { recursive: true })
  })
})
