import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesListPattern } from '../../src/imap/list-pattern.ts'
import { assertLinear } from '../mime/linear.ts'
import { fc } from '../support/properties.ts'

const names = ['INBOX', 'INBOX/a', 'Inboxes', 'Sent', 'Sent/2025', 'Sent/2025/May', 'a*b', '台北']
const patterns: readonly [pattern: string, fitting: readonly string[]][] = [
  ['*', names],
  ['%', ['INBOX', 'Inboxes', 'Sent', 'a*b', '台北']],
  ['', []],
  ['%/%', ['INBOX/a', 'Sent/2025']],
  ['Sent/%', ['Sent/2025']],
  ['Sent/*', ['Sent/2025', 'Sent/2025/May']],
  ['Sent*', ['Sent', 'Sent/2025', 'Sent/2025/May']],
  ['*5*', ['Sent/2025', 'Sent/2025/May']],
  ['*%May', ['Sent/2025/May']],
  ['%*%*%', names],
  ['inbox', ['INBOX']],
  ['iNb%', ['INBOX']],
  ['Inb%', ['INBOX', 'Inboxes']],
  ['inbox/%', ['INBOX/a']],
  ['INBOX/A', []],
  ['sent', []],
  ['台%', ['台北']],
  ['((a+)+)+$', []],
  ['S.nt', []],
]
for (const [pattern, fitting] of patterns) {
  test(`LIST ${JSON.stringify(pattern)}`, () =>
    assert.deepEqual(
      names.filter((name) => matchesListPattern(pattern, name)),
      fitting,
    ))
}

test('a letter outside of INBOX is never compared without its case', () => {
  assert.equal(matchesListPattern('@nbox', '`nbox'), false)
  assert.equal(matchesListPattern('\tNBOX', 'INBOX'), false)
  assert.equal(matchesListPattern('InBoX', 'INBOX'), true)
})

/** The definition, word for word. */
function fits(pattern: string, name: string): boolean {
  if (pattern === '') return name === ''
  if (pattern.startsWith('*') || pattern.startsWith('%')) {
    if (fits(pattern.slice(1), name)) return true
    if (name === '' || (pattern.startsWith('%') && name.startsWith('/'))) return false
    return fits(pattern, name.slice(1))
  }
  return name !== '' && pattern.charAt(0) === name.charAt(0) && fits(pattern.slice(1), name.slice(1))
}

test('patterns mean what the standard says', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '%'), maxLength: 8 })
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, name, (one, other) => assert.equal(matchesListPattern(one, other), fits(one, other))),
    { numRuns: 2_000 },
  )
})

test('no pattern makes names expensive', () => {
  const name = 'a'.repeat(200)
  for (const pattern of ['%*'.repeat(1_000) + 'x', '*a%aaaaaaaaaaaaaaaaaaaab', '*a'.repeat(150) + 'b']) {
    const matcher = (name: string): boolean => matchesListPattern(pattern, name)
    assertLinear((size) => {
      for (let index = 0; index < size; index++) assert.equal(matcher(name), false)
    }, 40)
    assert.equal(matchesListPattern('*a%aaa*', name), true)
  }
})
