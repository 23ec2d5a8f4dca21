import assert from 'node:assert/strict'
import { cost } from '../mime/linear.ts'
import { describe, test } from 'node:test'
import { maxQueryDepth, maxQueryLength, maxQueryTerms, parseQuery } from '../../src/query/parse.ts'
import { QueryError } from '../../src/query/query-error.ts'

function errorOf(query: string): QueryError {
  try {
    parseQuery(query)
  } catch (error) {
    if (error instanceof QueryError) return error
    throw error
  }
  return assert.fail(`no error in ${query}`)
}

/** The carets stand below the place. */
const table: readonly (readonly [query: string, place: string, text: RegExp])[] = [
  // operators and parentheses
  ['a OR', '  ^^', /Nothing stands after this OR/],
  ['OR a', '^^', /Nothing stands before this OR/],
  ['a OR OR b', '  ^^', /after this OR/],
  ['a OR AND b', '  ^^', /after this OR/],
  ['AND', '^^^', /before this AND/],
  ['a AND', '  ^^^', /after this AND/],
  ['a AND AND b', '  ^^^', /after this AND/],
  ['a AND OR b', '  ^^^', /after this AND/],
  ['(OR a)', '^', /Nothing stands before OR/],
  ['(a OR )', '   ^^', /after this OR/],
  ['NOT', '^^^', /after this NOT/],
  ['a NOT OR b', '  ^^^', /after this NOT/],
  ['-', '^', /after this -/],
  ['a - b', '  ^', /after this -/],
  ['-)', '^', /after this -/],
  ['()', '^', /nothing between/],
  ['a ( )', '  ^', /nothing between/],
  ['(', '^', /nothing between/],
  ['a (b', '  ^', /never closed/],
  ['((a)', '^', /never closed/],
  ['a) b', ' ^', /closes nothing/],
  [')', '^', /Nothing stands before this \)/],
  // quotes and what touches
  ['a "b c', '  ^^^^', /never closed/],
  ['"a\\"', '^^^^', /never closed/],
  ['subject:"a', '        ^^', /never closed/],
  ['"a"b', '   ^', /space belongs here/],
  ['a"b"', ' ^', /space belongs here/],
  ['report(1)', '      ^', /space belongs here/],
  // words
  ['"..."', '^^^^^', /no letter and no digit/],
  ['subject:🎉', '        ^^', /no letter and no digit/],
  ['subject:""', '        ^^', /no letter and no digit/],
  ['w*l', ' ^', /at the end of a word/],
  ['*', '^', /at the end of a word/],
  ['wel**', '   ^', /at the end of a word/],
  ['"50% *off*"', '     ^', /at the end of a word/],
  ['from:ali*@example.com', '        ^', /at the end of a word/],
  // fields
  ['foo:bar', '^^^', /no field foo:.*from, to, cc.*in quotes/],
  ['a fron:b', '  ^^^^', /did you mean from:/],
  ['sbject:b', '^^^^^^', /did you mean subject:/],
  ['form:x', '^^^^', /did you mean from:/],
  ['constructor:x', '^^^^^^^^^^^', /no field constructor:/],
  ['AND:x', '^^^', /no field AND:/],
  ['Re: hello', '^^', /in quotes/],
  ['localhost:1025', '^^^^^^^^^', /in quotes/],
  ['subject: x', '^^^^^^^^', /right behind it/],
  ['a subject:(b c)', '  ^^^^^^^^', /right behind it/],
  ['tag:""', '    ^^', /needs a value/],
  ['account:" "', '        ^^^', /needs a value/],
  ['tag:bill*', '        ^', /without \*/],
  ['header:', '^^^^^^^', /needs a name/],
  ['header:X=', '^^^^^^^^^', /right behind it/],
  ['header:X=!', '         ^', /no letter and no digit/],
  ['header:Subject:x', '       ^^^^^^^^^', /header:NAME=value/],
  ['header:X-*', '         ^', /without \*/],
  ['type:/png', '     ^^^^', /image\/\*/],
  ['type:image/p*', '     ^^^^^^^^', /image\/\*/],
  ['is:new', '   ^^^', /unread, read, flagged, malformed/],
  ['has:files', '    ^^^^^', /attachment, html/],
  ['larger:ten', '       ^^^', /10k/],
  ['larger:-1', '       ^^', /10k/],
  ['larger:1.5m', '       ^^^^', /10k/],
  ['larger:999999999999999g', '       ^^^^^^^^^^^^^^^^', /more than can be compared/],
  ['newer:5', '      ^', /30s/],
  ['newer:5y', '      ^^', /30s/],
  ['before:yesterday', '       ^^^^^^^^^', /2026-11-23/],
  ['before:2026-02-30', '       ^^^^^^^^^^', /2026-11-23/],
  ['before:2025-02-29', '       ^^^^^^^^^^', /2026-11-23/],
  ['before:2026-11-23T24:00', '       ^^^^^^^^^^^^^^^^', /2026-11-23/],
  ['before:1764000000', '       ^^^^^^^^^^', /2026-11-23/],
]

describe('errors point at the place', () => {
  for (const [query, place, text] of table) {
    test(query, () => {
      const error = errorOf(query)
      assert.equal(' '.repeat(error.position) + '^'.repeat(error.length), place, error.text)
      assert.match(error.text, text)
    })
  }
})

test('a field that does not exist is only an error where it is meant as one', () => {
  for (const query of ['"foo:bar"', '12:30', 'https://example.com', 'subject:foo:bar']) parseQuery(query)
})

test('positions count UTF-16 units', () => {
  assert.equal(errorOf('"🎉 x" fron:a').position, 7)
})

test('beyond the limits', () => {
  const long = errorOf('a'.repeat(maxQueryLength + 5))
  assert.deepEqual([long.position, long.length], [maxQueryLength, 5])
  const many = errorOf('a '.repeat(maxQueryTerms + 1))
  assert.deepEqual([many.position, many.length], [2 * maxQueryTerms, 1])
  const phrase = (words: number): string => `"${Array(words).fill('a').join(' ')}"`
  assert.ok(parseQuery(phrase(maxQueryTerms)).criteria)
  assert.equal(errorOf(phrase(maxQueryTerms + 1)).position, 0)
  for (const nest of ['(', '-', 'NOT ']) {
    const deep = errorOf(nest.repeat(maxQueryDepth + 1) + 'a')
    assert.equal(deep.position, nest.length * maxQueryDepth)
    assert.match(deep.text, /at most 50 deep/)
  }
})

test('the longest query of the worst kind is refused at once', () => {
  const took = cost(() => {
    for (const kind of [
      '(',
      '-',
      '"',
      '\\',
      '*',
      'a*',
      'a:',
      ')',
      '()',
      'OR ',
      '<',
      '@',
      'header:=',
      '"\\',
      '\u0344',
      'ﷺ',
    ]) {
      const query = kind.repeat(maxQueryLength / kind.length)
      for (const text of [query, `from:${query}`, `"${query.slice(5)}`, `type:${query}`]) {
        try {
          parseQuery(text.slice(0, maxQueryLength))
        } catch (error) {
          assert.ok(error instanceof QueryError)
        }
      }
    }
  })
  assert.ok(took < 2_000, `${took} ms`)
})
