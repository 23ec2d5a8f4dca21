/** Octets that the database does not know though it is the newest: the journal is damaged, or files were mixed. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { seeDoctor } from '../../src/store/doctor/doctor.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { deliver, plainMessage, rawOf } from '../support/messages.ts'

describe('messages that the database does not know', () => {
  let directory: string
  let copy: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stuntmail-unclaimed-'))
    copy = await mkdtemp(join(tmpdir(), 'stuntmail-unclaimed-'))
  })
  afterEach(() => Promise.all([directory, copy].map((folder) => rm(folder, { recursive: true }))))
  const notices: string[] = []
  const log: Log = { ...silentLog, warn: (_fields, text) => void notices.push(text) }
  const open = (folder = directory): Promise<Store> => openSqliteStore({ directory: folder, clock: systemClock, log })
  const rebuilt = () =>
    seeDoctor({ directory: copy, rebuilds: true, at: Date.now() }, { progress: () => undefined, log: () => undefined })

  /** The folder as it is while the store runs: as after the power went. */
  async function cutPower(): Promise<void> {
    await cp(directory, copy, { recursive: true })
  }

  async function assertKept(subjects: readonly string[]): Promise<void> {
    notices.length = 0
    const store = await open(copy)
    await deliver(store, plainMessage('new'))
    const { key } = await deliver(store, plainMessage('deleted'))
    await store.delete({ account: 'all', keys: [key] })
    await store.assertConsistent()
    await store.close()
    assert.match(notices.join(), /the database does not know; they are kept/)
    const { text } = await rebuilt()
    const whole = await open(copy)
    const { messages } = await whole.list({ account: 'all', limit: 100 })
    for (const subject of [...subjects, 'new']) {
      const found = messages.filter((message) => message.subject === subject)
      assert.equal(found.length, 1, `${subject}\n${text}`)
      assert.match((await rawOf(whole, found[0]?.key ?? '')).toString(), new RegExp(`Subject: ${subject}\r\n`))
    }
    await whole.assertConsistent()
    await whole.close()
  }

  it('are kept where the journal is damaged, and the doctor brings them in', async () => {
    const store = await open()
    const subjects = ['one', 'two', 'three']
    // A database into which none of them was committed, whenever that is done here.
    await cutPower()
    for (const subject of subjects) await deliver(store, plainMessage(subject))
    for (const name of ['octets', 'journal']) await cp(join(directory, name), join(copy, name), { recursive: true })
    await store.close()
    const journal = await readFile(join(copy, 'journal'))
    assert.ok(journal.length > 200, 'control: it holds what was acknowledged')
    await writeFile(join(copy, 'journal'), journal.fill(0xff, 100, 104))
    await assertKept(subjects)
  })

  it('are kept where an older copy of the whole folder was put over a newer one', async () => {
    const first = await open()
    await deliver(first, plainMessage('old'))
    await first.close()
    const backup = await mkdtemp(join(tmpdir(), 'stuntmail-unclaimed-'))
    await cp(directory, backup, { recursive: true })
    const second = await open()
    await deliver(second, plainMessage('later'))
    await second.close()
    await cp(directory, copy, { recursive: true })
    await cp(backup, copy, { recursive: true })
    await rm(backup, { recursive: true })
    await assertKept(['old', 'later'])
  })

  it('are none after a crash that lost nothing', async () => {
    const store = await open()
    await deliver(store, plainMessage('one'))
    await cutPower()
    await store.close()
    notices.length = 0
    const again = await open(copy)
    assert.equal((await again.list({ account: 'all', limit: 10 })).total, 1)
    await again.close()
    assert.deepEqual(notices, [])
  })

  it('leaves what is not its own in the folder of octets alone', async () => {
    await (await open()).close()
    await writeFile(join(directory, 'octets', 'notes.txt'), 'mine')
    await writeFile(join(directory, 'octets', '000000000007.partial'), 'half')
    await (await open()).close()
    assert.deepEqual((await readdir(join(directory, 'octets'))).includes('notes.txt'), true)
    assert.deepEqual((await readdir(join(directory, 'octets'))).includes('000000000007.partial'), false)
  })
})
