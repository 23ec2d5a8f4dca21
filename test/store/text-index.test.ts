import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Criteria, TextField } from '../../src/query/criteria.ts'
import { canSearch, createTextIndex, type TextIndex } from '../../src/store/sqlite/text-index.ts'
import { Corpus } from '../support/corpus.ts'

const words = (text: string, field: TextField = 'any', prefix = false): Criteria => ({
  kind: 'words',
  field,
  words: text.split(' '),
  prefix,
})
const and = (...of: Criteria[]): Criteria => ({ kind: 'and', of })
const or = (...of: Criteria[]): Criteria => ({ kind: 'or', of })
const not = (of: Criteria): Criteria => ({ kind: 'not', of })

function follow(t: TestContext, corpus: Corpus, more: Parameters<Corpus['options']>[0] = {}): TextIndex {
  const index = createTextIndex(corpus.options(more))
  t.after(() => index.close())
  index.changed(Math.max(0, ...corpus.items.keys()), corpus.items.size)
  return index
}

async function found(index: TextIndex, criteria: Criteria): Promise<number[]> {
  const { numbers, total } = await index.search(criteria)
  assert.equal(total, numbers.length)
  return [...numbers]
}

function temporaryFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'stuntmail-index-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'index.db')
}

test('each field is searched where it is', async (t) => {
  const corpus = new Corpus()
  corpus.add(
    `From: "Ann Author" <ann@from.example>
To: Bob <bob@to.example>
Cc: cara@cc.example
Bcc: dan@bcc.example
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from Zagreb
Content-Type: multipart/mixed; boundary=b

--b

The quick brown fox
--b
Content-Type: application/pdf; name="Invoice 17.pdf"
Content-Disposition: attachment

xyz
--b--
`,
    { rcpt: ['erin@rcpt.example'], sender: 'bounce@sender.example' },
  )
  corpus.add('Subject: nothing\n\nof interest\n')
  const index = follow(t, corpus)
  const rows: readonly [Criteria, boolean][] = [
    [words('grusse'), true],
    [words('zagreb', 'subject'), true],
    [words('zagreb', 'body'), false],
    [words('quick brown', 'body'), true],
    [words('brown quick', 'body'), false],
    [words('quick br', 'body', true), true],
    [words('quick br', 'body'), false],
    [words('qui brown', 'body', true), false],
    [words('invoice 17 pdf', 'filename'), true],
    [words('author bob'), false],
    [words('ann author', 'from'), true],
    [words('bob to example', 'to'), true],
    [words('cara', 'cc'), true],
    [words('cara', 'to'), false],
    [words('dan', 'bcc'), true],
    [words('erin', 'rcpt'), true],
    [words('bounce sender', 'sender'), true],
    ...['bob', 'cara', 'dan', 'erin'].map((name): [Criteria, boolean] => [words(name, 'addressed'), true]),
    ...['ann', 'bounce'].map((name): [Criteria, boolean] => [words(name, 'addressed'), false]),
    [and(words('quick'), words('zagreb')), true],
    [and(words('quick'), not(words('zagreb'))), false],
    [and(words('quick'), not(words('paris'))), true],
    [and(words('quick'), words('paris')), false],
    [or(words('paris'), words('zagreb')), true],
    [and(words('quick'), not(not(words('zagreb')))), true],
    [and(words('quick'), not(and(words('zagreb'), not(words('paris'))))), false],
  ]
  for (const [criteria, expected] of rows)
    assert.deepEqual(await found(index, criteria), expected ? [1] : [], JSON.stringify(criteria))
})

test('what the index cannot answer is refused, and said so before', async (t) => {
  const index = follow(t, new Corpus())
  let deep: Criteria = words('a')
  for (let level = 0; level < 500; level++) deep = level % 2 ? and(deep, words('b')) : or(deep, words('b'))
  for (const criteria of [
    not(words('a')),
    or(words('a'), not(words('b'))),
    and(),
    or(),
    deep,
    and(words('a'), { kind: 'is', state: 'read' }),
  ] satisfies Criteria[]) {
    assert.equal(canSearch(criteria), false)
    await assert.rejects(index.search(criteria), { code: 'unsupported' })
  }
  assert.equal(canSearch(and(words('a'), not(words('b')))), true)
})

test('pages go down from the newest, with the count of all', async (t) => {
  const corpus = new Corpus()
  for (let i = 1; i <= 1200; i++) corpus.add(`Subject: even ${i % 2}\n\nx\n`, { number: i * 1e12 })
  const index = follow(t, corpus)
  const first = await index.search(words('even 1'), { limit: 3 })
  assert.deepEqual([...first.numbers], [1199e12, 1197e12, 1195e12])
  assert.equal(first.total, 600)
  const second = await index.search(words('even 1'), { limit: 2, below: 1195e12 })
  assert.deepEqual([...second.numbers], [1193e12, 1191e12])
  assert.equal(second.total, 600)
  assert.deepEqual([...(await index.search(words('even 1'), { below: 4e12 })).numbers], [3e12, 1e12])
  assert.deepEqual([...(await index.search(words('even 1'), { below: 1 })).numbers], [])
  assert.equal(index.backlog, 0)
})

describe('removal', () => {
  const three = (): Corpus => {
    const corpus = new Corpus()
    for (const name of ['one', 'two', 'three']) corpus.add(`Subject: ${name}\n\nword\n`)
    return corpus
  }
  const forget = (corpus: Corpus, index: TextIndex, ...numbers: number[]): void => {
    for (const number of numbers) corpus.items.delete(number)
    index.remove(numbers)
  }

  test('takes messages out, and everything', async (t) => {
    const corpus = three()
    const index = follow(t, corpus)
    assert.deepEqual(await found(index, words('word')), [3, 2, 1])
    forget(corpus, index, 2, 99)
    assert.deepEqual(await found(index, words('word')), [3, 1])
    corpus.items.clear()
    index.removeAll()
    assert.deepEqual(await found(index, words('word')), [])
    index.changed(corpus.add('Subject: four\n\nword\n'))
    assert.deepEqual(await found(index, words('word')), [4])
  })

  for (const everything of [false, true]) {
    test(`holds against a page fetched before it${everything ? ', of everything' : ''}`, async (t) => {
      const corpus = three()
      let open = (): void => undefined
      corpus.gate = new Promise((resolve) => (open = resolve))
      const index = follow(t, corpus)
      const search = found(index, words('word'))
      while (corpus.asked.length === 0) await new Promise(setImmediate)
      if (everything) corpus.items.clear()
      if (everything) index.removeAll()
      else forget(corpus, index, 2)
      open()
      await search
      assert.deepEqual(await found(index, words('word')), everything ? [] : [3, 1])
    })
  }

  test('of a message that was never indexed is no harm', async (t) => {
    const corpus = three()
    const index = follow(t, corpus)
    forget(corpus, index, 1, 2, 3)
    assert.deepEqual(await found(index, words('word')), [])
    await index.settled()
    assert.equal(index.backlog, 0)
  })
})

describe('octets', () => {
  test('that moved are looked for again', async (t) => {
    const file = temporaryFile(t)
    writeFileSync(file, 'Subject: moved\r\n\r\nword\r\n')
    const corpus = new Corpus()
    corpus.add('Subject: before\n\nword\n')
    const here = { kind: 'file', path: file, offset: 0, octets: 24 } as const
    corpus.add('', { source: { ...here, path: `${file}.gone` } })
    corpus.add('Subject: after\n\nword\n')
    const options = corpus.options()
    const index = createTextIndex({
      ...options,
      next(after, limit) {
        const page = options.next(after, limit)
        corpus.add('', { number: 2, source: here })
        return page
      },
    })
    t.after(() => index.close())
    index.changed(3, 3)
    assert.deepEqual((await found(index, words('word'))).length, 3)
  })

  test('that are gone for good leave the envelope', async (t) => {
    const corpus = new Corpus()
    corpus.add('Subject: before\n\nword\n')
    corpus.add('', {
      source: { kind: 'file', path: '/nonexistent/octets', offset: 0, octets: 10 },
      rcpt: ['ann@example.com'],
    })
    corpus.add('Subject: after\n\nword\n')
    const index = follow(t, corpus)
    assert.deepEqual(await found(index, words('word')), [3, 1])
    assert.deepEqual(await found(index, words('ann', 'rcpt')), [2])
  })

  test('of a large message are read in pieces', async (t) => {
    const file = temporaryFile(t)
    const large = `Subject: large\r\n\r\nbeginning ${'0123456789abcdef \r\n'.repeat(200_000)}`
    writeFileSync(file, large)
    const corpus = new Corpus()
    corpus.add('', { source: { kind: 'file', path: file, offset: 0, octets: large.length } })
    const index = follow(t, corpus)
    assert.deepEqual(await found(index, and(words('large', 'subject'), words('beginning', 'body'))), [1])
  })
})

test('header fields are found by reading them', async (t) => {
  const corpus = new Corpus()
  corpus.add('Subject: a\nX-Mailer: =?utf-8?q?F=C3=B6o?= Mailer 3\n\nX-Body: no\n')
  corpus.add('Subject: b\nX-MAILER: bar\nX-Mailer: foo\n\nbody\n')
  corpus.add(`Subject: c\n${'X-Long: y\n'.repeat(5000)}X-Mailer: foot\n\nbody\n`)
  corpus.add('X-Mailer-Not: foo\n\nx-mailer: foo\n')
  const index = follow(t, corpus)
  const scan = async (name: string, text = '', prefix = false): Promise<number[]> => [
    ...(await index.scanHeaders({ name, words: text === '' ? [] : text.split(' '), prefix })),
  ]
  assert.deepEqual(await scan('x-mailer'), [1, 2, 3])
  assert.deepEqual(await scan('x-mailer', 'foo'), [1, 2])
  assert.deepEqual(await scan('x-mailer', 'foo', true), [1, 2, 3])
  assert.deepEqual(await scan('x-mailer', 'foo mailer 3'), [1])
  assert.deepEqual(await scan('x-mailer', 'mailer foo'), [])
  assert.deepEqual(await scan('x-body'), [])
})
