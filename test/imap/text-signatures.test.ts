import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TextSignatures } from '../../src/imap/text-signatures.ts'
import { fc } from '../support/properties.ts'

const key = '01jd'

test('a text that is there is never excluded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 }), { maxLength: 3 }),
      fc.nat(),
      (texts, seed) => {
        const search = new TextSignatures().search()
        search.learn(key, () => texts)
        const text = texts[seed % Math.max(texts.length, 1)] ?? ''
        const start = seed % (text.length + 1)
        const part = text.slice(start, start + (seed % 40))
        assert.equal(search.excludes(key, part), false)
      },
    ),
  )
})

test('what is not there is nearly always excluded, whatever the length of the message', () => {
  for (const length of [10, 5_000, 200_000]) {
    const search = new TextSignatures().search()
    const words = Array.from({ length: length / 5 }, (_, i) => ((i * 7919) % 46_656).toString(36))
    search.learn(key, () => [words.join(' ')])
    const absent = Array.from({ length: 1000 }, (_, i) => `${i}ÄÖÜß${i}`)
    const excluded = absent.filter((text) => search.excludes(key, text)).length
    assert.ok(excluded > 900, `${excluded} of 1,000 at ${length}`)
  }
})

test('nothing is excluded that nobody knows: short texts, messages not seen', () => {
  const search = new TextSignatures().search()
  search.learn(key, () => ['abc'])
  assert.deepEqual(
    ['zz', '', 'zzz'].map((text) => search.excludes(key, text)),
    [false, false, true],
  )
  assert.equal(search.excludes('other', 'zzz'), false)
})

test('what is in use stays where there is no room, what is not goes', () => {
  const signatures = new TextSignatures(20_000)
  const first = signatures.search()
  const many = Array.from({ length: 1000 }, (_, i) => `${i}`)
  for (const each of many) first.learn(each, () => ['abc'])
  const kept = many.filter((each) => first.excludes(each, 'zzz'))
  assert.ok(kept.length > 10 && kept.length < 200)
  assert.deepEqual(kept, many.slice(0, kept.length))
  const second = signatures.search()
  assert.equal(second.excludes('0', 'zzz'), true)
  second.learn('late', () => assert.fail('asked for what there is no room for'))
  for (let i = 0; i < 20; i++) signatures.search()
  const late = signatures.search()
  late.learn('late', () => ['abc'])
  assert.equal(late.excludes('late', 'zzz'), true)
  assert.equal(late.excludes('0', 'zzz'), false)
})
