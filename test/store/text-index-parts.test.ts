import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../support/properties.ts'
import type { Criteria, TextField } from '../../src/query/criteria.ts'
import { holdsPhrase } from '../../src/query/phrase.ts'
import { searched } from '../../src/query/matches.ts'
import { indexWord, words } from '../../src/query/words.ts'
import { openDatabase } from '../../src/store/sqlite/driver.ts'
import { IndexDatabase } from '../../src/store/sqlite/index-database.ts'
import { indexColumns, matchExpression } from '../../src/store/sqlite/index-expression.ts'
import { IndexNumbers } from '../../src/store/sqlite/index-numbers.ts'
import { Pace } from '../../src/store/sqlite/index-pace.ts'
import { envelopeText } from '../../src/store/sqlite/index-text.ts'
import { ManualTime } from '../support/manual-time.ts'

const nothing = envelopeText({ rcpt: [], sender: '' })

describe('index words', () => {
  test('are each exactly one token, whatever the characters', async (t) => {
    const index = await IndexDatabase.open(':memory:', 'x')
    t.after(() => index.close())
    let number = 0
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (text) => {
        const some = words(text)
        const row = { number: ++number, text: { ...nothing, body: indexWord(some.join(' ')) } }
        index.add([row], () => number)
        for (const [at, word] of some.entries()) {
          const pair = some.slice(at, at + 2)
          for (const phrase of [[word], pair]) {
            const expression = matchExpression({ kind: 'words', field: 'body', words: phrase, prefix: false })
            assert.equal(index.find(expression ?? '', number + 1, 1)[0], number, JSON.stringify(phrase))
          }
        }
        const [first = 'none', last = 'none'] = [some[0], some.at(-1)]
        const torn = matchExpression({ kind: 'words', field: 'body', words: [last, 'between', first], prefix: false })
        assert.equal(index.countMatches(torn ?? ''), 0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('an expression', () => {
  const vocabulary = ['a', 'ab', 'zz', 'z', 'é', '日', 'or', 'and', 'not', 'near', '1', '"', "'; --", '*', '{body}:']
  const field = fc.constantFrom<TextField>('any', 'subject', 'body', 'to', 'cc', 'addressed')
  const term = fc.record({
    kind: fc.constant('words'),
    field,
    words: fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 3 }),
    prefix: fc.boolean(),
  })
  const criteria = fc.letrec<{ any: Criteria }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 12, depthSize: 'medium' },
      term,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        of: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not'), of: tie('any') }),
    ),
  })).any
  const clean = vocabulary.filter((word) => words(word)[0] === word)
  const text = fc.array(fc.constantFrom(...clean), { maxLength: 4 })
  const documents = fc.array(fc.record({ subject: text, body: text, to: text, cc: text }), {
    minLength: 1,
    maxLength: 8,
  })

  type Document = Readonly<Partial<Record<TextField, readonly string[]>>>
  const holds = (of: Criteria, document: Document): boolean => {
    if (of.kind === 'and') return of.of.every((one) => holds(one, document))
    if (of.kind === 'or') return of.of.some((one) => holds(one, document))
    if (of.kind === 'not') return !holds(of.of, document)
    return of.kind === 'words' && searched(of.field).some((one) => holdsPhrase(document[one] ?? [], of))
  }

  test('is never a syntax error, and means what the predicate means', async (t) => {
    const index = await IndexDatabase.open(':memory:', 'x')
    t.after(() => index.close())
    const tokens = (of: readonly string[]): string => indexWord(of.join(' '))
    let base = 0
    let asked = 0
    fc.assert(
      fc.property(documents, fc.array(criteria, { minLength: 10, maxLength: 10 }), (some, criterias) => {
        index.clear(0)
        base += 100
        const rows = some.map(({ subject, body, to, cc }, at) => ({
          number: base + at,
          text: { ...nothing, subject: tokens(subject), body: tokens(body), to_: tokens(to), cc: tokens(cc) },
        }))
        index.add(rows, () => base)
        for (const one of criterias) {
          const expression = matchExpression(one)
          if (expression === undefined) continue
          asked++
          const expected = some.flatMap((document, at) => (holds(one, document) ? [base + at] : []))
          assert.deepEqual([...index.find(expression, Infinity, -1)], expected.reverse(), expression)
        }
      }),
      { numRuns: 300 },
    )
    assert.ok(asked > 500)
  })

  test('of the greatest depth and width that is let through is understood', async (t) => {
    const index = await IndexDatabase.open(':memory:', 'x')
    t.after(() => index.close())
    const word: Criteria = { kind: 'words', field: 'any', words: ['a'], prefix: false }
    for (const inner of ['first', 'last'] as const) {
      let deepest = ''
      let nested: Criteria = word
      for (let level = 1; level < 60; level++) {
        const of: Criteria[] = inner === 'first' ? [nested, word] : [word, nested]
        nested = level % 2 ? { kind: 'or', of } : { kind: 'and', of: [...of, { kind: 'not', of: word }] }
        deepest = matchExpression(nested) ?? deepest
      }
      assert.equal(index.countMatches(deepest), 0)
    }
    const wide = matchExpression({ kind: 'or', of: Array.from({ length: 5000 }, () => word) })
    assert.equal(index.countMatches(wide ?? ''), 0)
  })

  test('names every column', () => {
    for (const column of indexColumns) {
      const field = column.replace('_', '') as TextField
      assert.match(
        matchExpression({ kind: 'words', field, words: ['a'], prefix: false }) ?? '',
        new RegExp(`{${column}}`),
      )
    }
  })
})

test('numbers of rows agree with a list, whatever is added, removed and loaded', async (t) => {
  const db = await openDatabase(':memory:')
  t.after(() => db.close())
  db.exec('CREATE TABLE numbers(block INTEGER PRIMARY KEY, list BLOB NOT NULL)')
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 700 }), gap: fc.integer({ min: 1, max: 2 ** 40 }) }),
    fc.record({ remove: fc.nat({ max: 1000 }), count: fc.integer({ min: 1, max: 900 }) }),
    fc.constant({ reload: true }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      db.exec('DELETE FROM numbers')
      const numbers = new IndexNumbers(db)
      const model = new Map<number, number>()
      let last = 0
      for (const each of steps) {
        if ('add' in each) {
          for (let i = 0; i < each.add; i++) model.set((last += each.gap), numbers.add(last))
        } else if ('remove' in each) {
          for (const number of [...model.keys()].slice(each.remove, each.remove + each.count)) {
            assert.equal(numbers.remove(number), model.get(number))
            assert.equal(numbers.remove(number), undefined)
            model.delete(number)
          }
        }
        numbers.save()
        if ('reload' in each) numbers.load()
        assert.deepEqual([...numbers.all()], [...model.keys()])
        assert.equal(numbers.count, model.size)
      }
      for (const [number, row] of model) {
        assert.equal(numbers.rowFrom(number), row)
        assert.equal(numbers.numberOf(row), number)
        assert.ok(numbers.rowFrom(number + 0.5) > row)
        assert.ok(numbers.rowFrom(number - 0.5) <= row)
      }
    }),
    { numRuns: 60 },
  )
})

describe('the pace', () => {
  const setUp = () => {
    const time = new ManualTime()
    const seen = { backlog: 0, turns: 0, slept: 0, failures: 0 }
    const pace = new Pace({
      clock: time,
      schedule: time.schedule,
      behind: () => seen.backlog > 0,
      backlog: () => seen.backlog,
      turn: async () => {
        seen.turns++
        seen.backlog = Math.max(0, seen.backlog - 500)
        time.advance(100)
        pace.used()
      },
      failed: () => seen.failures++,
      sleep: async () => void seen.slept++,
    })
    const arrive = (count: number): void => {
      seen.backlog += count
      pace.arrived(count)
    }
    const idle = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await Promise.resolve()
    }
    return { time, seen, pace, arrive, idle }
  }

  test('waits while messages pour in, but not for ever', async () => {
    const { time, seen, arrive, idle } = setUp()
    for (let ms = 0; ms < 3000; ms += 10) {
      arrive(40)
      time.advance(10)
      await idle()
    }
    const turnsMeanwhile = seen.turns
    assert.equal(turnsMeanwhile, 0)
    for (let ms = 0; ms < 3000; ms += 10) {
      arrive(40)
      time.advance(10)
      await idle()
    }
    assert.ok(seen.turns > 5, `${seen.turns} turns`)
    await idle()
    time.advance(300)
    await idle()
    assert.equal(seen.backlog, 0)
  })

  test('keeps up with a stream that is not too fast', async () => {
    const { time, seen, arrive, idle } = setUp()
    for (let ms = 0; ms < 2000; ms += 10) {
      arrive(5)
      time.advance(10)
      await idle()
    }
    assert.ok(seen.turns > 4)
    assert.ok(seen.backlog < 200)
  })

  test('says when there was nothing to do for a minute, again each time', async () => {
    const { time, seen, pace, arrive, idle } = setUp()
    arrive(1)
    time.advance(200)
    await idle()
    time.advance(59_000)
    pace.used()
    time.advance(59_000)
    assert.equal(seen.slept, 0)
    time.advance(1_100)
    assert.equal(seen.slept, 1)
    time.advance(600_000)
    assert.equal(seen.slept, 1)
    pace.used()
    time.advance(60_000)
    assert.equal(seen.slept, 2)
    pace.used()
    pace.stop()
    assert.equal(time.timers, 0)
  })
})
