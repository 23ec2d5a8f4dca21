import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatNumbers, NumberSet } from '../../src/imap/number-set.ts'
import { fc } from '../support/properties.ts'

/** Those of the numbers that lie in the set's ranges. */
function selected(set: NumberSet, sorted: readonly number[]): readonly number[] {
  const ranges = set.ranges(sorted.at(-1) ?? 0)
  return sorted.filter((number) => ranges.some(([low, high]) => number >= low && number <= high))
}

const used = [2, 3, 5, 8, 9, 12]

/** Text, and the members of `used` in it. */
const sets: readonly [text: string, members: readonly number[]][] = [
  ['1', []],
  ['2', [2]],
  ['2,2,2', [2]],
  ['1:4294967295', used],
  ['4294967295:1', used],
  ['9:5,2', [2, 5, 8, 9]],
  ['1:3,3:5,4', [2, 3, 5]],
  ['*', [12]],
  ['*:*', [12]],
  ['1:*', used],
  ['*:1', used],
  // RFC 9051 §9, seq-range: the last message, even if it is lower.
  ['4000:*', [12]],
  ['4294967295:*', [12]],
  ['9:*,2,5:*', [2, 5, 8, 9, 12]],
  ['12:*,2:3', [2, 3, 12]],
]
for (const [text, members] of sets) {
  test(`the set ${text}`, () => {
    const set = NumberSet.parse(text)
    assert.ok(set)
    assert.deepEqual(
      used.filter((number) => set.has(number, 12)),
      members,
    )
    assert.deepEqual(selected(set, used), members)
  })
}

for (const text of [
  '',
  ',',
  '1,',
  ',1',
  '0',
  '01',
  '-1',
  '1:',
  ':1',
  '1:2:3',
  '4294967296',
  '1e3',
  ' 1',
  '1 ',
  '$',
  '**',
  '1;2',
]) {
  test(`${JSON.stringify(text)} is no set`, () => assert.equal(NumberSet.parse(text), undefined))
}

test('ranges are put in order and together', () => {
  assert.deepEqual(NumberSet.parse('7,1:2,3,9:8,4')?.ranges(9), [
    [1, 4],
    [7, 9],
  ])
  assert.deepEqual(NumberSet.parse('*,8:*,3')?.ranges(20), [
    [3, 3],
    [8, 20],
  ])
})

test('10,000 ranges are read, one more is not', () => {
  const odd = (count: number): string => Array.from({ length: count }, (_, at) => String(at * 2 + 1)).join(',')
  assert.equal(NumberSet.parse(odd(10_000))?.ranges(1).length, 10_000)
  assert.equal(NumberSet.parse(odd(10_001)), undefined)
})

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b))
const end = fc.oneof(fc.integer({ min: 1, max: 70 }).map(String), fc.constant('*'))
const range = fc.oneof(
  end,
  fc.tuple(end, end).map((ends) => ends.join(':')),
)

test('selecting is asking for each', () => {
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 8 }), numbers, (parts, sorted) => {
      const set = NumberSet.parse(parts.join(','))
      assert.ok(set)
      const largest = sorted.at(-1) ?? 1
      const value = (text: string): number => (text === '*' ? largest : Number(text))
      const expected = sorted.filter((number) =>
        parts.some((part) => {
          const ends = part.split(':').map(value)
          return number >= Math.min(...ends) && number <= Math.max(...ends)
        }),
      )
      assert.deepEqual(selected(set, sorted), expected)
      assert.deepEqual(
        sorted.filter((number) => set.has(number, largest)),
        expected,
      )
    }),
  )
})

test('numbers written as a set are the same numbers', () => {
  assert.equal(formatNumbers([]), '')
  assert.equal(formatNumbers([1, 2, 3, 7]), '1:3,7')
  assert.equal(formatNumbers([1, 3, 4]), '1,3:4')
  fc.assert(
    fc.property(numbers, (sorted) => {
      const set = NumberSet.parse(formatNumbers(sorted))
      const all = Array.from({ length: 60 }, (_, at) => at + 1)
      if (sorted.length === 0) assert.equal(set, undefined)
      else assert.deepEqual(set && selected(set, all), sorted)
    }),
  )
})
