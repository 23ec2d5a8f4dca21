import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage, rawOf } from '../support/messages.ts'

describe('a data folder whose database is not the one it was', () => {
  let directory: string
  let warnings: string[]
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stuntmail-put-back-'))
    warnings = []
  })
  afterEach(() => rm(directory, { recursive: true }))
  const database = (): string => join(directory, 'store.db')
  const octetFiles = (): Promise<readonly string[]> => readdir(join(directory, 'octets'))
  const open = (): Promise<Store> => {
    const log: Log = { ...silentLog, warn: (_fields, text) => void warnings.push(text) }
    return openSqliteStore({ directory, clock: systemClock, log })
  }
  const subjects = async (store: Store): Promise<readonly string[]> =>
    (await store.list({ account: 'all', limit: 100 })).messages.map(({ subject }) => subject)

  async function withMessages(...names: readonly string[]): Promise<void> {
    const store = await open()
    for (const name of names) await deliver(store, plainMessage(name))
    await store.close()
  }

  const ways: readonly (readonly [string, () => Promise<void>])[] = [
    ['missing', () => rm(database())],
    ['empty', () => truncate(database())],
  ]
  for (const [name, spoil] of ways) {
    it(`does not open over messages where it is ${name}, and deletes nothing`, async () => {
      await withMessages('first', 'second')
      const before = await octetFiles()
      await spoil()
      const said = { name: 'StoreError', code: 'damaged', message: new RegExp(`${directory}.*stuntmail doctor`, 's') }
      await assert.rejects(open(), said)
      await assert.rejects(open(), said)
      assert.deepEqual(await octetFiles(), before)
    })
  }

  it('opens where there never was a message', async () => {
    await (await open()).close()
    await rm(database())
    await (await open()).close()
  })

  it('does not open over messages with an empty store of another folder', async () => {
    await (await open()).close()
    const empty = await readFile(database())
    await withMessages('first')
    await writeFile(database(), empty)
    await assert.rejects(open(), { code: 'damaged', message: /stuntmail doctor/ })
  })

  it('gives no UID, key or change twice with an older copy, and keeps what that does not know', async () => {
    await withMessages('first', 'deleted later')
    const copy = await readFile(database())
    let store = await open()
    const [before] = await store.mailboxes('bob@example.com')
    const later = await deliver(store, plainMessage('later'))
    const [, gone] = (await store.list({ account: 'all', limit: 10 })).messages
    assert.equal(gone?.subject, 'deleted later')
    await store.close()
    const files = await octetFiles()
    await writeFile(database(), copy)

    store = await open()
    assert.match(warnings.join('\n'), /a copy from before.*UIDVALIDITY.*doctor --rebuild/s)
    assert.deepEqual(await subjects(store), ['deleted later', 'first'])
    const [after] = await store.mailboxes('bob@example.com')
    assert.ok(after && before && after.uidValidity > before.uidValidity)
    const next = await deliver(store, plainMessage('next'))
    assert.ok(next.key > later.key && next.change > later.change)
    assert.equal((await store.changesSince(later.change)).reset, true)
    await store.assertConsistent()
    await store.deleteAll()
    await store.close()
    const kept = await octetFiles()
    assert.ok(files.some((file) => kept.includes(file)))

    warnings = []
    store = await open()
    assert.deepEqual(warnings, [])
    const [again] = await store.mailboxes('bob@example.com')
    assert.equal(again?.uidValidity, after.uidValidity)
    await store.close()
  })

  it('loses of an older copy only the messages whose octets are gone', async () => {
    await withMessages('kept')
    const files = await octetFiles()
    let store = await open()
    await deliver(store, plainMessage('to be deleted'), arrivalTo(['eve@example.com']))
    await store.close()
    const copy = await readFile(database())
    store = await open()
    await store.delete({ account: 'eve@example.com' })
    await store.settled()
    await store.close()
    for (const file of await octetFiles()) if (!files.includes(file)) await rm(join(directory, 'octets', file))
    await writeFile(database(), copy)
    store = await open()
    assert.deepEqual(await subjects(store), ['kept'])
    await store.assertConsistent()
    await store.close()
  })

  it('is not taken for an older copy after an end without a goodbye', async () => {
    await withMessages('first')
    const epoch = JSON.parse(await readFile(join(directory, 'epoch'), 'utf8')) as { epoch: string }
    // As it stands when the database has the old name still.
    await writeFile(join(directory, 'epoch'), JSON.stringify({ ...epoch, epoch: 'new', before: epoch.epoch }))
    const store = await open()
    assert.deepEqual(warnings, [])
    await store.close()
  })

  it('refuses mail from the first page that cannot be read, and says what to do', async () => {
    await withMessages(...Array.from({ length: 100 }, (_, i) => `m${i}`))
    const octets = await readFile(database())
    const page = 4096 * Math.floor(octets.indexOf('["m50"') / 4096)
    octets.fill(0xff, page, page + 4096)
    await writeFile(database(), octets)
    const store = await open()
    const said = { name: 'StoreError', code: 'damaged', message: new RegExp(`${directory}.*stuntmail doctor`, 's') }
    await assert.rejects(store.assertConsistent())
    await assert.rejects(readEverything(store), said)
    await assert.rejects(deliver(store, plainMessage('refused')), said)
    await assert.rejects(store.state(), said)
    await store.close()
  })
})

async function readEverything(store: Store): Promise<void> {
  const { messages } = await store.list({ account: 'all', limit: 1000 })
  for (const { key } of messages) {
    await store.get('all', key)
    await rawOf(store, key)
  }
}
