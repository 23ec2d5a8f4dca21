import assert from 'node:assert/strict'
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Criteria } from '../../src/query/criteria.ts'
import { createTextIndex, type TextIndex, type TextIndexOptions } from '../../src/store/sqlite/text-index.ts'
import { Corpus } from '../support/corpus.ts'
import { ManualTime } from '../support/manual-time.ts'

const word = (text: string): Criteria => ({ kind: 'words', field: 'any', words: [text], prefix: false })

function temporaryFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'stuntmail-index-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'index.db')
}

function filled(count: number): Corpus {
  const corpus = new Corpus()
  for (let i = 1; i <= count; i++) corpus.add(`Subject: number n${i}\n\ncommon text of ${i}\n`)
  return corpus
}

/** Opens the index, searches for `common`, closes it again. @returns the numbers found, and what `next` was asked. */
async function visit(corpus: Corpus, more: Partial<TextIndexOptions>): Promise<{ found: number[]; asked: number[] }> {
  corpus.asked.length = 0
  const index = createTextIndex(corpus.options(more))
  try {
    index.changed(Math.max(...corpus.items.keys()), 0)
    return { found: [...(await index.search(word('common'))).numbers].reverse(), asked: [...corpus.asked] }
  } finally {
    await index.close()
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

describe('the next time', () => {
  test('it goes on where it was', async (t) => {
    const file = temporaryFile(t)
    const corpus = filled(5)
    assert.deepEqual((await visit(corpus, { file })).found, upTo(5))
    assert.equal(statSync(file).mode & 0o077, 0)
    corpus.add('Subject: six\n\ncommon\n')
    const { found, asked } = await visit(corpus, { file })
    assert.deepEqual(found, upTo(6))
    assert.equal(Math.min(...asked), 5)
  })

  test('it forgets what went while it was not told', async (t) => {
    const file = temporaryFile(t)
    const corpus = filled(1500)
    await visit(corpus, { file })
    for (let i = 1; i < 1500; i++) corpus.items.delete(i)
    assert.deepEqual((await visit(corpus, { file })).found, [1500])
  })

  test('it begins anew when it lacks something', async (t) => {
    const file = temporaryFile(t)
    const corpus = filled(3)
    const second = corpus.items.get(2)
    corpus.items.delete(2)
    await visit(corpus, { file })
    corpus.items.clear()
    for (const item of [...filled(1).items.values(), ...(second ? [second] : [])]) corpus.items.set(item.number, item)
    corpus.add('Subject: three\n\ncommon\n', { number: 3 })
    assert.deepEqual((await visit(corpus, { file })).found, [1, 2, 3])
  })

  test('it begins anew for another store', async (t) => {
    const file = temporaryFile(t)
    await visit(filled(5), { file })
    const { found, asked } = await visit(filled(3), { file, identity: 'another' })
    assert.deepEqual(found, upTo(3))
    assert.equal(Math.min(...asked), 0)
  })

  for (const [what, damage] of [
    ['no database', (file: string) => writeFileSync(file, 'not a database'.repeat(1000))],
    ['a database of something else', (file: string) => overwrite(file, 0, 100)],
    ['damaged in the middle', (file: string) => overwrite(file, 4096 * 3, readFileSync(file).length - 4096 * 3)],
    ['cut off', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 5000))],
  ] as const) {
    test(`it begins anew when the file is ${what}`, async (t) => {
      const file = temporaryFile(t)
      const corpus = filled(600)
      await visit(corpus, { file })
      damage(file)
      assert.deepEqual((await visit(corpus, { file })).found, upTo(600))
      corpus.add('Subject: one more\n\ncommon\n')
      assert.deepEqual((await visit(corpus, { file })).found, upTo(601))
    })
  }
})

function overwrite(file: string, from: number, length: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(length, 0xa5), 0, length, from)
  closeSync(descriptor)
}

describe('its thread', () => {
  /** An index whose timers are moved by hand, with a way to wait until `next` was asked. */
  function byHand(t: TestContext, corpus: Corpus, file: string | undefined): { index: TextIndex; time: ManualTime } {
    const time = new ManualTime()
    const index = createTextIndex(corpus.options({ file, clock: time, schedule: time.schedule }))
    t.after(() => index.close())
    return { index, time }
  }

  test('starts some time after messages came, and works by itself', async (t) => {
    const corpus = filled(3)
    const { index, time } = byHand(t, corpus, undefined)
    assert.equal(time.timers, 0)
    index.changed(3, 3)
    const backlog = index.backlog
    assert.equal(backlog, 3)
    time.advance(199)
    assert.equal(corpus.asked.length, 0)
    time.advance(1)
    while (index.backlog > 0) await new Promise(setImmediate)
    assert.deepEqual(corpus.asked, [0])
  })

  test('goes to sleep after a minute and comes back', async (t) => {
    const file = temporaryFile(t)
    const corpus = filled(3)
    const { index, time } = byHand(t, corpus, file)
    index.changed(3, 3)
    assert.equal((await index.search(word('common'))).total, 3)
    assert.equal(statSync(`${file}-wal`).isFile(), true)
    time.advance(61_000)
    // Closed, the database has no log beside it.
    while (exists(`${file}-wal`)) await new Promise(setImmediate)
    corpus.items.delete(2)
    index.remove([2])
    index.changed(corpus.add('Subject: four\n\ncommon\n'))
    assert.deepEqual([...(await index.search(word('common'))).numbers], [4, 3, 1])
  })

  test('is tried again after a failure of the store', async (t) => {
    const corpus = filled(3)
    const time = new ManualTime()
    let failures = 1
    const options = corpus.options({ clock: time, schedule: time.schedule })
    const warnings: string[] = []
    const index = createTextIndex({
      ...options,
      log: { ...options.log, warn: (_, text) => void warnings.push(text) },
      next: (after, limit) => (failures-- > 0 ? Promise.reject(new Error('busy')) : options.next(after, limit)),
    })
    t.after(() => index.close())
    index.changed(3, 3)
    time.advance(200)
    while (warnings.length === 0) await new Promise(setImmediate)
    while (time.timers === 0) await new Promise(setImmediate)
    time.advance(5000)
    while (index.backlog > 0) await new Promise(setImmediate)
    assert.equal(warnings.length, 1)
    assert.equal((await index.search(word('common'))).total, 3)
  })

  test('once closed, nothing answers and nothing starts', async () => {
    const corpus = filled(3)
    const time = new ManualTime()
    const index = createTextIndex(corpus.options({ clock: time, schedule: time.schedule }))
    index.changed(3, 3)
    await index.close()
    index.changed(4)
    index.remove([1])
    assert.equal(time.timers, 0)
    await assert.rejects(index.search(word('common')), { code: 'closed' })
    await index.close()
  })
})

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}
