import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openJournal, type JournalRecord } from '../../src/store/sqlite/journal.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { arrivalTo, deliver, plainMessage, rawOf } from '../support/messages.ts'

const folders: string[] = []
const folder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'stuntmail-journal-')))
  return folders.at(-1) ?? ''
}
after(() => {
  for (const each of folders) rmSync(each, { recursive: true })
})

const open = (directory: string): Promise<Store> => openSqliteStore({ directory, clock: systemClock, log: silentLog })

interface CutOff {
  readonly directory: string
  readonly keys: readonly string[]
}

/**
 * What lies on the disk right after messages were acknowledged, as a power cut leaves it. A commit may be quicker:
 * then it is tried again, until the database alone has none of them.
 */
async function cutOff(subjects: readonly string[]): Promise<CutOff> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const left = await snapshot(subjects)
    const alone = join(folder(), 'alone')
    cpSync(left.directory, alone, { recursive: true })
    rmSync(join(alone, 'journal'))
    if ((await subjectsIn(alone)).length === 0) return left
  }
  throw new Error('Every message was committed before it was acknowledged')
}

async function snapshot(subjects: readonly string[]): Promise<CutOff> {
  const directory = folder()
  const store = await open(join(directory, 'running'))
  const keys: string[] = []
  for (const subject of subjects) keys.push((await deliver(store, plainMessage(subject))).key)
  cpSync(join(directory, 'running'), join(directory, 'left'), { recursive: true })
  await store.close()
  return { directory: join(directory, 'left'), keys }
}

async function subjectsIn(directory: string): Promise<readonly string[]> {
  const store = await open(directory)
  try {
    await store.assertConsistent()
    const page = await store.list({ account: 'all', limit: 100 })
    return page.messages.map(({ subject }) => subject).reverse()
  } finally {
    await store.close()
  }
}

const newestSegment = (directory: string): string =>
  join(directory, 'octets', readdirSync(join(directory, 'octets')).sort().at(-1) ?? '')
const cutBy = (file: string, octets: number): void => truncateSync(file, statSync(file).size - octets)

describe('what a crash leaves in the journal', () => {
  it('is filed again as it was: keys, octets, UIDs and changes, in a mailbox that was new', async () => {
    const { directory, keys } = await cutOff(['one', 'two', 'three'])
    const store = await open(directory)
    const { messages } = await store.list({ account: 'all', limit: 10 })
    assert.deepEqual(messages.map(({ key }) => key).reverse(), keys)
    assert.deepEqual(
      messages.map(({ subject }) => subject),
      ['three', 'two', 'one'],
    )
    assert.deepEqual(Buffer.from(await rawOf(store, keys[0] ?? '')), Buffer.from(plainMessage('one')))
    const [inbox] = await store.mailboxes('bob@example.com')
    assert.equal(inbox?.uidNext, 4)
    assert.equal((await store.changesSince(0, 10)).changes.length, 3)
    const next = await deliver(store, plainMessage('four'))
    assert.equal(next.change, 4)
    await store.close()
    assert.deepEqual(await subjectsIn(directory), ['one', 'two', 'three', 'four'])
  })

  it('counts up to a record that is cut', async () => {
    const { directory } = await cutOff(['one', 'two'])
    cutBy(join(directory, 'journal'), 1)
    assert.deepEqual(await subjectsIn(directory), ['one'])
    assert.deepEqual(await subjectsIn(directory), ['one'])
  })

  it('counts up to a message whose octets did not reach the disk', async () => {
    const { directory } = await cutOff(['one', 'two'])
    cutBy(newestSegment(directory), 1)
    assert.deepEqual(await subjectsIn(directory), ['one'])
  })

  it('is not filed twice when the database has it', async () => {
    const directory = folder()
    const store = await open(directory)
    await deliver(store, plainMessage('one'))
    await store.assertConsistent()
    await store.close()
    assert.ok(statSync(join(directory, 'journal')).size > 0)
    assert.deepEqual(await subjectsIn(directory), ['one'])
    assert.deepEqual(await subjectsIn(directory), ['one'])
  })
})

const record = (change: number): JournalRecord => ({
  at: 5,
  messages: [
    {
      number: change,
      change,
      place: { segment: 1, offset: 0 },
      octets: 3,
      checksum: 1,
      arrival: arrivalTo(['ü@example.com']),
    },
  ],
})
const changesOf = (records: Iterable<JournalRecord>): readonly (number | undefined)[] =>
  Array.from(records, ({ messages }) => messages[0]?.change)

describe('the journal', () => {
  it('gives back what was appended, also to the next who opens it', async () => {
    const directory = folder()
    const journal = openJournal(directory)
    for (const change of [1, 2]) journal.append(record(change))
    await journal.flush()
    assert.deepEqual([...journal.records()], [record(1), record(2)])
    journal.close()
    const again = openJournal(directory)
    assert.deepEqual(changesOf(again.records()), [1, 2])
    again.close()
  })

  it('takes back what was refused, and begins anew where all is committed', () => {
    const directory = folder()
    const journal = openJournal(directory)
    journal.append(record(1))
    const { size } = journal
    journal.append(record(2))
    journal.cut(size)
    assert.deepEqual(changesOf(journal.records()), [1])
    journal.restart()
    journal.append(record(3))
    assert.deepEqual(changesOf(journal.records()), [3])
    journal.close()
  })

  it('is at most 4 MiB when it is empty', () => {
    const directory = folder()
    const journal = openJournal(directory)
    while (journal.size < 5 * 2 ** 20)
      journal.append({ at: 0, messages: Array.from({ length: 2000 }, () => record(1).messages).flat() })
    journal.restart()
    assert.equal(statSync(join(directory, 'journal')).size, 0)
    journal.close()
  })
})
