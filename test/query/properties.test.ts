import assert from 'node:assert/strict'
import { assertLinear } from '../mime/linear.ts'
import { describe, test } from 'node:test'
import { fc } from '../support/properties.ts'
import type { Criteria, Term } from '../../src/query/criteria.ts'
import { formatQuery } from '../../src/query/format.ts'
import { matches, searched } from '../../src/query/matches.ts'
import { parseQuery } from '../../src/query/parse.ts'
import { holdsPhrase, type Phrase } from '../../src/query/phrase.ts'
import { QueryError } from '../../src/query/query-error.ts'
import type { QuerySubject } from '../../src/query/subject.ts'
import { randomCriteria, randomMessage, randomNow, subjectOf } from '../support/arbitraries.ts'

const pieces = fc.array(
  fc.constantFrom(
    'a',
    'wel*',
    '"',
    '(',
    ')',
    ' ',
    '-',
    ' OR ',
    ' AND ',
    'NOT ',
    'from:',
    'header:',
    'X=',
    'a@b',
    '\\',
    '*',
    '日',
    '🎉',
    'is:unread',
    'foo:',
    'type:a/b',
    'larger:1k',
    'after:2026-11-23',
    'tag:',
    '<',
    '>',
    '\n',
    '\uD800',
    '://',
  ),
  { maxLength: 30 },
)
const anyQuery = fc.oneof(
  pieces.map((some) => some.join('')),
  fc.string({ unit: 'binary' }),
  fc.string(),
)

describe('the parser', () => {
  test('throws nothing but errors that lie within the query', () => {
    let understood = 0
    fc.assert(
      fc.property(anyQuery, (query) => {
        try {
          parseQuery(query)
          understood += 1
        } catch (error) {
          assert.ok(error instanceof QueryError, String(error))
          assert.ok(error.position >= 0 && error.length >= 1 && error.text !== '')
          assert.ok(error.position + error.length <= query.length)
        }
      }),
      { numRuns: 3000 },
    )
    assert.ok(understood > 100)
  })

  test('reads its own canonical text as the same criteria', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        let criteria: Criteria | undefined
        try {
          criteria = parseQuery(query).criteria
        } catch {
          return
        }
        assert.deepEqual(parseQuery(formatQuery(criteria)).criteria, criteria)
      }),
      { numRuns: 3000 },
    )
  })

  test('reads the canonical text of random criteria as those', () => {
    fc.assert(
      fc.property(randomCriteria, (criteria) => assert.deepEqual(parseQuery(formatQuery(criteria)).criteria, criteria)),
      { numRuns: 500 },
    )
  })

  test('takes any value that is compared whole, whatever is in it', () => {
    const value = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => text.trim() !== '' && !text.startsWith('<'))
    const term = value.chain((text) =>
      fc.constantFrom<Term>(
        { kind: 'tag', tag: text },
        { kind: 'user', user: text },
        { kind: 'mailbox', mailbox: text },
        { kind: 'messageId', id: text },
      ),
    )
    fc.assert(fc.property(term, (one) => assert.deepEqual(parseQuery(formatQuery(one)).criteria, one)))
  })
})

describe('a phrase', () => {
  const few = (options: fc.ArrayConstraints) => fc.array(fc.constantFrom('a', 'b', 'ab', 'abc'), options)

  test('is found where a search of the joined text finds it', () => {
    fc.assert(
      fc.property(few({ maxLength: 12 }), few({ minLength: 1, maxLength: 4 }), fc.boolean(), (text, words, prefix) => {
        assert.equal(holdsPhrase(text, { words, prefix }), naivelyHolds(text, { words, prefix }))
      }),
      { numRuns: 3000 },
    )
  })

  test('is looked for in linear time', () => {
    for (const prefix of [true, false]) {
      assertLinear((size) => {
        const text = Array.from({ length: 100 * size }, () => 'a')
        const words = [...Array.from({ length: size }, () => 'a'), 'b']
        assert.equal(holdsPhrase(text, { words, prefix }), false)
      }, 1_000)
    }
  })
})

describe('matches', () => {
  test('agrees with a plain reading of the words', () => {
    const seen = { true: 0, false: 0 }
    fc.assert(
      fc.property(randomMessage, fc.array(randomCriteria, { minLength: 1, maxLength: 10 }), (message, queries) => {
        const subject = subjectOf(message)
        for (const criteria of queries) {
          const expected = naively(criteria, subject)
          seen[`${expected}`] += 1
          assert.equal(matches(criteria, subject, randomNow), expected, formatQuery(criteria))
        }
      }),
      { numRuns: 500 },
    )
    const hits = seen.true / (seen.true + seen.false)
    assert.ok(hits > 0.15 && hits < 0.85, `${hits} of the queries match`)
  })

  test('everything but what matches is what NOT matches', () => {
    fc.assert(
      fc.property(randomMessage, randomCriteria, (message, criteria) => {
        const subject = subjectOf(message)
        const not: Criteria = { kind: 'not', of: criteria }
        assert.notEqual(matches(criteria, subject, randomNow), matches(not, subject, randomNow))
      }),
    )
  })
})

function naivelyHolds(text: readonly string[], { words, prefix }: Phrase): boolean {
  return ` ${text.join(' ')} `.includes(` ${words.join(' ')}${prefix ? '' : ' '}`)
}

/** The words of `criteria.ts` taken one by one, without a thought for speed. */
function naively(criteria: Criteria, subject: QuerySubject): boolean {
  switch (criteria.kind) {
    case 'and':
      return !criteria.of.map((member) => naively(member, subject)).includes(false)
    case 'or':
      return criteria.of.map((member) => naively(member, subject)).includes(true)
    case 'not':
      return !naively(criteria.of, subject)
    default:
      return naivelyContent(criteria, subject) ?? naivelyRow(criteria, subject) ?? assert.fail(criteria.kind)
  }
}

function naivelyContent(criteria: Term, subject: QuerySubject): boolean | undefined {
  switch (criteria.kind) {
    case 'address':
      return subject.addresses(criteria.field).includes(criteria.address)
    case 'words':
      return searched(criteria.field).some((field) => naivelyHolds(subject.words(field), criteria))
    case 'header':
      return subject
        .headerWords(criteria.name)
        .some((body) => criteria.words.length === 0 || naivelyHolds(body, criteria))
    case 'messageId':
      return subject.messageId === criteria.id
    case 'type':
      return subject.mediaTypes().some((found) => {
        const [type, subtype] = found.split('/')
        return type === criteria.type && (criteria.subtype ?? subtype) === subtype
      })
    default:
      return undefined
  }
}

function naivelyRow(criteria: Term, subject: QuerySubject): boolean | undefined {
  const age = randomNow - subject.arrivedAt
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase())
  switch (criteria.kind) {
    case 'octets':
      return { larger: subject.octets > criteria.octets, smaller: subject.octets < criteria.octets }[
        criteria.comparison
      ]
    case 'arrived':
      return { before: subject.arrivedAt < criteria.at, after: subject.arrivedAt >= criteria.at }[criteria.comparison]
    case 'age':
      return { newer: age <= criteria.ageMs, older: age > criteria.ageMs }[criteria.comparison]
    case 'is':
      return {
        unread: !subject.seen,
        read: subject.seen,
        flagged: subject.flagged,
        malformed: subject.malformed,
      }[criteria.state]
    case 'has':
      return { attachment: subject.hasAttachment, html: subject.hasHtml }[criteria.what]
    case 'tag':
      return lower(subject.keywords).includes(criteria.tag.toLowerCase())
    case 'account':
      return subject.accounts.includes(criteria.account)
    case 'mailbox':
      return lower(subject.mailboxes).includes(criteria.mailbox.toLowerCase())
    case 'user':
      return lower(subject.user === undefined ? [] : [subject.user]).includes(criteria.user.toLowerCase())
    default:
      return undefined
  }
}
