import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock, type Clock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage, rawOf } from '../support/messages.ts'

describe('a data directory', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stuntmail-faults-'))
  })
  afterEach(() => rm(directory, { recursive: true }))
  const open = (clock: Clock = systemClock): Promise<Store> => openSqliteStore({ directory, clock, log: silentLog })

  it('keeps everything over a restart, and goes on from there', async () => {
    let store = await open()
    const first = await deliver(store, plainMessage('first'))
    await store.setFlags({ account: 'all', keys: [first.key] }, { add: ['\\Seen', 'kept'] })
    await store.close()
    store = await open()
    const second = await deliver(store, plainMessage('second'))
    assert.ok(second.key > first.key && second.change > first.change)
    const { messages } = await store.list({ account: 'all', limit: 10 })
    assert.deepEqual(
      messages.map(({ subject, seen, keywords }) => [subject, seen, keywords]),
      [
        ['second', false, []],
        ['first', true, ['kept']],
      ],
    )
    assert.deepEqual(await rawOf(store, first.key), plainMessage('first'))
    assert.equal((await store.changesSince(first.change)).reset, false)
    await store.assertConsistent()
    await store.close()
  })

  it('shows a session whose end the server did not live to see as dropped, and a new one as open', async () => {
    let store = await open()
    await deliver(store, plainMessage('first'))
    await store.close()
    store = await open()
    await deliver(store, plainMessage('second'), arrivalTo(['bob@example.com'], { sessionId: 'session-2' }))
    assert.deepEqual(
      (await store.sessions(10)).map(({ id, outcome }) => [id, outcome]),
      [
        ['session-2', 'open'],
        ['session-1', 'dropped'],
      ],
    )
    await store.close()
  })

  it('gives no number or UID again after everything was deleted before a restart', async () => {
    let store = await open()
    const first = await deliver(store, plainMessage('first'))
    await store.deleteAll()
    await store.close()
    store = await open({ now: () => 0, monotonic: () => 0 })
    const second = await deliver(store, plainMessage('second'))
    assert.ok(second.key > first.key)
    const [inbox] = await store.mailboxes('all')
    assert.deepEqual([...(await store.entries(inbox?.id ?? 0)).uids], [2])
    await store.close()
  })

  it('is for one process, and says which (REL-11)', async () => {
    const store = await open()
    await assert.rejects(open(), { code: 'locked', message: new RegExp(`process ${process.pid}`) })
    await deliver(store, plainMessage('unharmed'))
    await store.close()
    await (await open()).close()
  })

  it('is private (SEC-4)', async () => {
    const store = await open()
    await deliver(store, plainMessage('x'))
    const modeOf = async (name: string): Promise<number> => (await stat(join(directory, name))).mode & 0o077
    for (const name of ['store.db', 'store.db-wal', 'octets', 'octets/000000000001'])
      assert.equal(await modeOf(name), 0, name)
    await store.close()
  })

  it('that is damaged is refused and left as it is', async () => {
    const file = join(directory, 'store.db')
    await writeFile(file, 'this is not a database, but something of somebody')
    await assert.rejects(open(), { code: 'damaged' })
    assert.equal(await readFile(file, 'utf8'), 'this is not a database, but something of somebody')
  })

  for (const [size, octets] of [
    ['small', 100],
    ['large', 3_000_000],
  ] as const) {
    it(`that is removed while it is used acknowledges no ${size} message`, async () => {
      const store = await open()
      await deliver(store, plainMessage('before'))
      await rm(directory, { recursive: true })
      const refused = { name: 'StoreError', code: 'damaged', message: /data folder was removed/ }
      const message = plainMessage('after', 'x'.repeat(octets))
      await assert.rejects(deliver(store, message), refused)
      await assert.rejects(deliver(store, message), refused)
      await store.close()
      await mkdir(directory)
    })
  }

  it('frees the space of what was deleted', async () => {
    const store = await open()
    for (let i = 0; i < 8; i++) await deliver(store, plainMessage(`${i}`, 'x'.repeat(900_000)))
    const before = (await store.state()).diskOctets
    await store.deleteAll()
    assert.ok((await store.state()).diskOctets < before / 4)
    await store.close()
  })

  for (const [name, ms] of Object.entries({
    '10 years on': 3.2e11,
    '10 years back': -3.2e11,
    '1970': -Date.now(),
    '2038': Date.UTC(2038, 0, 20) - Date.now(),
    '2106': Date.UTC(2106, 1, 8) - Date.now(),
  })) {
    it(`orders by arrival when the clock jumps: ${name} (REL-13)`, async () => {
      let offset = 0
      const store = await open({ now: () => Date.now() + offset, monotonic: () => performance.now() })
      const validities: number[] = []
      for (const [name, at] of Object.entries({ before: 0, during: ms, after: 0 })) {
        offset = at
        await deliver(store, plainMessage(name))
        validities.push((await store.createMailbox('bob@example.com', name)).uidValidity)
      }
      const rising = validities.every((validity, i) => validity > (validities[i - 1] ?? 0) && validity <= 0xffff_ffff)
      assert.ok(rising, validities.join())
      const { messages } = await store.list({ account: 'all', limit: 10 })
      assert.deepEqual(
        messages.map(({ subject }) => subject),
        ['after', 'during', 'before'],
      )
      const [inbox] = await store.mailboxes('all')
      const { uids, internalDates } = await store.entries(inbox?.id ?? 0)
      assert.deepEqual([...uids], [1, 2, 3])
      // Control: the jump was seen, so that an order by time would be another one.
      const [start = 0, during = 0, end = 0] = internalDates
      assert.deepEqual([during - start > 1e8, during - start < -1e8], [ms > 0, ms < 0])
      assert.deepEqual([during > end, during < end], [ms > 0, ms < 0])
      await store.assertConsistent()
      await store.close()
    })
  }

  it('orders by arrival while the clock goes forth and back (REL-13)', async () => {
    let offset = 0
    const store = await open({ now: () => Date.now() + offset, monotonic: () => performance.now() })
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    for (const [i, name] of names.entries()) {
      offset = (i % 2) * 3_600_000
      await deliver(store, plainMessage(name))
    }
    const [inbox] = await store.mailboxes('all')
    const { uids, internalDates } = await store.entries(inbox?.id ?? 0)
    assert.deepEqual(
      [...uids],
      names.map((_, i) => i + 1),
    )
    const falls = [...internalDates].filter((date, i) => date < (internalDates[i - 1] ?? 0))
    assert.equal(falls.length, 9, 'control: their times go forth and back')
    const { messages } = await store.list({ account: 'all', limit: 20 })
    assert.deepEqual(messages.map(({ subject }) => subject).reverse(), names)
    await store.assertConsistent()
    await store.close()
  })

  it('refuses when it is full, keeps what it has, and takes mail again once there is room (REL-6)', () => {
    const script = fileURLToPath(new URL('full-child.ts', import.meta.url))
    const limited = `ulimit -f 4096; exec "${process.execPath}" --import tsx "${script}" "${directory}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', limited], { encoding: 'utf8', timeout: 300_000 })
    const { refused, kept, readable, again } = JSON.parse(stdout || `{"refused":${JSON.stringify(stderr)}}`) as Record<
      string,
      unknown
    >
    assert.equal(refused, 'full')
    assert.ok(Number(kept) > 0)
    assert.deepEqual([readable, again], [true, true])
  })
})
