import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, cut, figure } from '../../ui/format.ts'

test('figures are grouped by thousands', () => {
  for (const [amount, shown] of [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [12_034, '12,034'],
    [1_000_000, '1,000,000'],
    [1_999_999_999, '1,999,999,999'],
  ] as const)
    assert.equal(figure(amount), shown)
  assert.equal(count(1, 'message'), '1 message')
  assert.equal(count(1001, 'message'), '1,001 messages')
})

test('a text is cut to a length, not within a character', () => {
  assert.equal(cut('abc', 3), 'abc')
  assert.equal(cut('abcd', 3), 'abc…')
  assert.equal(cut('ab😀', 3), 'ab…')
  assert.equal(cut('x'.repeat(5_000_000)).length, 201)
})
