import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import type { DoctorOutcome } from '../../src/store/doctor/calls.ts'
import { seeDoctor } from '../../src/store/doctor/doctor.ts'
import { lockFolder } from '../../src/store/doctor/folder-lock.ts'
import { labelOctets } from '../../src/store/sqlite/label.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { numberOf } from '../../src/store/key.ts'
import { openJournal } from '../../src/store/sqlite/journal.ts'
import type { Arrival, Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage, rawOf } from '../support/messages.ts'

describe('the doctor', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stuntmail-doctor-'))
  })
  afterEach(() => rm(directory, { recursive: true }))
  const database = (): string => join(directory, 'store.db')
  const open = (): Promise<Store> => openSqliteStore({ directory, clock: systemClock, log: silentLog })
  const see = ({ rebuilds = false } = {}): Promise<DoctorOutcome> =>
    seeDoctor({ directory, rebuilds, at: Date.now() }, { progress: () => undefined, log: () => undefined })

  /** Messages in mailboxes, with flags; one is large. @returns what a mail client and a test would see. */
  async function fill(): Promise<readonly string[]> {
    const store = await open()
    const { key } = await deliver(store, plainMessage('first'))
    await store.setFlags({ account: 'bob@example.com', keys: [key] }, { add: ['\\Seen', 'kept'] })
    await store.createMailbox('bob@example.com', 'Empty')
    await deliver(store, Buffer.alloc(0))
    await deliver(store, plainMessage('hidden'), arrivalTo(['hidden@example.com']))
    await deliver(store, plainMessage('large', 'x'.repeat(3_000_000)))
    const deleted = await deliver(store, plainMessage('deleted'))
    await store.delete({ account: 'all', keys: [deleted.key] })
    const state = await describeStore(store)
    await store.close()
    return state
  }

  it('finds nothing wrong where nothing is', async () => {
    await fill()
    const { healthy, canRebuild, text, advice } = await see({ rebuilds: true })
    assert.deepEqual([healthy, canRebuild], [true, false], text)
    assert.equal(advice, 'Everything is as it should be.')
  })

  it('finds nothing wrong in a folder that was never used', async () => {
    const { healthy, canRebuild, advice } = await see({ rebuilds: true })
    assert.deepEqual([healthy, canRebuild], [true, false], advice)
    await writeFile(join(directory, 'journal'), 'no record')
    assert.equal((await see()).healthy, true)
    await (await open()).close()
  })

  it('leaves a folder alone that a server has', async () => {
    const store = await open()
    await assert.rejects(see({ rebuilds: true }), { code: 'locked', message: new RegExp(`process ${process.pid}`) })
    await store.close()
  })

  it('makes the database again without anything of the old one: octets whole, envelopes from header fields', async () => {
    await fill()
    const octets = await allOctets(open)
    for (const name of await readdir(directory)) if (name !== 'octets') await rm(join(directory, name))
    await assert.rejects(open(), { code: 'damaged' })
    const { healthy, rebuilt, text } = await see({ rebuilds: true })
    assert.equal(healthy, false, text)
    // The deleted one is still there, and nobody knows that it was.
    assert.deepEqual([rebuilt?.messages, rebuilt?.fromHeader], [5, 5])
    const store = await open()
    const { messages } = await store.list({ account: 'all', limit: 10 })
    assert.deepEqual(
      messages.map(({ subject, reversePath, forwardPaths }) => [subject, reversePath, forwardPaths]),
      [
        ['deleted', 'ann@example.com', ['bob@example.com']],
        ['large', 'ann@example.com', ['bob@example.com']],
        ['hidden', 'ann@example.com', ['bob@example.com']],
        ['', '', []],
        ['first', 'ann@example.com', ['bob@example.com']],
      ],
    )
    for (const [key, raw] of octets) assert.ok((await rawOf(store, key)).equals(raw))
    assert.equal((await store.get('all', messages[0]?.key ?? ''))?.envelope.listener, 'rebuilt')
    await store.assertConsistent()
    await store.close()
    assert.equal((await see()).healthy, true)
  })

  it('keeps envelopes, mailboxes and flags as far as a damaged database can be read', async () => {
    const before = await fill()
    const damaged = await readFile(database())
    // The rows of the messages; their entries in mailboxes can be read.
    const page = 4096 * Math.floor(damaged.indexOf(' text/plain ') / 4096)
    damaged.fill(0, page, page + 8)
    await writeFile(database(), damaged)
    const { rebuilt, text } = await see({ rebuilds: true })
    assert.ok(rebuilt, text)
    assert.match(text, /store\.db is damaged/)
    const store = await open()
    await store.assertConsistent()
    const after = await describeStore(store)
    await store.close()
    assert.deepEqual(after, before)
    assert.ok((await readdir(rebuilt.before)).includes('store.db'))
  })

  it('begins again where it was killed while it put the new database in the place of the old', async () => {
    const before = await fill()
    // As it stands when the old files are away and the new ones not there yet.
    await mkdir(join(directory, 'rebuild.partial'))
    await writeFile(join(directory, 'rebuild.partial', 'store.db'), 'new')
    await mkdir(join(directory, 'before-rebuild-20260101T000000Z'))
    for (const name of ['store.db', 'epoch', 'journal']) {
      await rename(join(directory, name), join(directory, 'before-rebuild-20260101T000000Z', name))
    }
    await assert.rejects(open(), { code: 'damaged' })
    const { healthy, text } = await see({ rebuilds: true })
    assert.ok(healthy, text)
    const store = await open()
    assert.deepEqual(await describeStore(store), before)
    await store.close()
  })

  it('works once at a time', async () => {
    await fill()
    await rm(database())
    const unlock = await lockFolder(directory)
    await assert.rejects(see({ rebuilds: true }), { code: 'locked', message: /Another stuntmail doctor/ })
    unlock()
    assert.ok((await see({ rebuilds: true })).rebuilt)
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('rebuild')),
      [],
    )
  })

  it('takes the whole one of two copies of a message, wherever it stands', async () => {
    await fill()
    const octets = await allOctets(open)
    const first = join(directory, 'octets', '000000000001')
    const copies = await readFile(first)
    copies.fill(0, labelOctets, labelOctets + 20)
    await writeFile(join(directory, 'octets', '000000000099'), copies)
    await rm(database())
    await see({ rebuilds: true })
    const after = await allOctets(open)
    for (const [key, raw] of octets) assert.ok(after.get(key)?.equals(raw), key)
  })

  it('brings in what an older copy of the database does not know', async () => {
    const store = await open()
    await deliver(store, plainMessage('first'))
    await store.close()
    const copy = await readFile(database())
    await fill()
    const hidden = await keyOfSubject(open, 'hidden')
    await writeFile(database(), copy)
    writeJournal(directory, hidden, arrivalTo(['hidden@example.com']))
    await (await open()).close()
    const { canRebuild, text } = await see()
    assert.ok(canRebuild, text)
    const { rebuilt } = await see({ rebuilds: true })
    const whole = await open()
    const subjects = (await whole.list({ account: 'all', limit: 10 })).messages.map(({ subject }) => subject)
    for (const name of ['first', 'hidden', 'large']) assert.ok(subjects.includes(name), name)
    // Its recipient stands in no header field; the journal that was put aside knows it.
    assert.equal(rebuilt?.fromHeader, rebuilt ? rebuilt.messages - 2 : 0)
    assert.ok((await whole.accounts()).some(({ name }) => name === 'hidden@example.com'))
    await whole.assertConsistent()
    await whole.close()
    assert.equal((await see()).healthy, true)
  })

  it('says which octets are not as they were received, and goes on behind them', async () => {
    await fill()
    const [file = ''] = await readdir(join(directory, 'octets'))
    const path = join(directory, 'octets', file)
    const octets = await readFile(path)
    octets.write('?', octets.indexOf('Subject: first'))
    // The label of the next but one.
    octets.write('?', octets.indexOf('Subject: hidden') - 120)
    await writeFile(path, octets)
    const { healthy, canRebuild, text } = await see()
    assert.deepEqual([healthy, canRebuild], [false, false], text)
    assert.match(text, /damaged +1 are not as they were received/)
  })
})

async function keyOfSubject(open: () => Promise<Store>, subject: string): Promise<string> {
  const store = await open()
  const { messages } = await store.list({ account: 'all', limit: 10 })
  await store.close()
  return messages.find((each) => each.subject === subject)?.key ?? ''
}

/** As a crash leaves it: with a message that is in no database. */
function writeJournal(directory: string, key: string, arrival: Arrival): void {
  const journal = openJournal(directory)
  journal.cut(0)
  const message = { number: numberOf(key) ?? 0, change: 1, place: { segment: 1, offset: 0 }, octets: 0, arrival }
  journal.append({ at: 1, messages: [message] })
  journal.close()
}

async function describeStore(store: Store): Promise<readonly string[]> {
  const lines: string[] = []
  for (const { name: account } of await store.accounts()) {
    for (const { name, id, messages, specialUse = '' } of await store.mailboxes(account)) {
      lines.push(`mailbox ${account} ${name} ${specialUse} ${messages}`)
      const { keys, flags } = await store.entries(id)
      keys.forEach((key, index) => lines.push(`${account} ${name} ${key} ${flags[index]?.join() ?? ''}`))
    }
  }
  return lines
}

async function allOctets(open: () => Promise<Store>): Promise<ReadonlyMap<string, Buffer>> {
  const store = await open()
  const octets = new Map<string, Buffer>()
  for (const { key } of (await store.list({ account: 'all', limit: 10 })).messages) {
    octets.set(key, await rawOf(store, key))
  }
  await store.close()
  return octets
}
