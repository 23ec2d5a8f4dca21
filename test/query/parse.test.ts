import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Criteria, TextField } from '../../src/query/criteria.ts'
import { formatQuery } from '../../src/query/format.ts'
import { maxQueryDepth, maxQueryTerms, parseQuery } from '../../src/query/parse.ts'

const words = (text: string, field: TextField = 'any', prefix = false): Criteria => ({
  kind: 'words',
  field,
  words: text.split(' '),
  prefix,
})
const and = (...of: Criteria[]): Criteria => ({ kind: 'and', of })
const or = (...of: Criteria[]): Criteria => ({ kind: 'or', of })
const not = (of: Criteria): Criteria => ({ kind: 'not', of })
const [a, b, c, d] = [words('a'), words('b'), words('c'), words('d')]

function table(about: string, rows: readonly (readonly [query: string, criteria: Criteria])[]): void {
  describe(about, () => {
    for (const [query, criteria] of rows) {
      test(query, () => {
        assert.deepEqual(parseQuery(query).criteria, criteria)
        assert.deepEqual(parseQuery(formatQuery(criteria)).criteria, criteria)
      })
    }
  })
}

test('no terms are everything', () => {
  for (const query of ['', ' ', '\t\n\u3000']) assert.equal(parseQuery(query).criteria, undefined)
  assert.equal(formatQuery(undefined), '')
})

table('operators', [
  ['a b c', and(a, b, c)],
  ['a AND b c', and(a, b, c)],
  ['a OR b', or(a, b)],
  ['a b OR c d', or(and(a, b), and(c, d))],
  ['a (b OR c) d', and(a, or(b, c), d)],
  ['(a b) c', and(and(a, b), c)],
  ['(a OR b) OR c', or(or(a, b), c)],
  ['((a))', a],
  ['-a', not(a)],
  ['NOT a b', and(not(a), b)],
  ['a NOT b', and(a, not(b))],
  ['-(a OR b)', not(or(a, b))],
  ['NOT(a b)', not(and(a, b))],
  ['--a', not(not(a))],
  ['NOT -NOT a', not(not(not(a)))],
  ['a AND NOT b OR c', or(and(a, not(b)), c)],
  ['and or not', and(words('and'), words('or'), words('not'))],
  ['"OR"', words('or')],
  [' ( a ) ', a],
])

table('words and phrases', [
  ['Welcome', words('welcome')],
  ['"Welcome back"', words('welcome back')],
  ['foo-bar', words('foo bar')],
  ['12:30', words('12 30')],
  ['fe80::1', words('fe80 1')],
  ['https://example.com/a?b=c', words('https example com a b c')],
  ['日本', words('日 本')],
  ['wel*', words('wel', 'any', true)],
  ['"welcome ba*"', words('welcome ba', 'any', true)],
  ['日本*', words('日 本', 'any', true)],
  ['"5\\" disk"', words('5 disk')],
  ['"a \\* b"', words('a b')],
  ['"C:\\dir"', words('c dir')],
  ['alice@example.com', words('alice example com')],
  ['subject:Welcome', words('welcome', 'subject')],
  ['SUBJECT:"two words"', words('two words', 'subject')],
  ['body:wel*', words('wel', 'body', true)],
  ['filename:Invoice.PDF', words('invoice pdf', 'filename')],
  ['subject:Re:', words('re', 'subject')],
])

table('addresses', [
  ['from:Alice@Example.COM', { kind: 'address', field: 'from', address: 'alice@example.com' }],
  ['to:<alice@example.com>', { kind: 'address', field: 'to', address: 'alice@example.com' }],
  ['rcpt:"alice@example.com"', { kind: 'address', field: 'rcpt', address: 'alice@example.com' }],
  ['sender:"\\"a b\\"@example.com"', { kind: 'address', field: 'sender', address: '"a b"@example.com' }],
  ['addressed:a\\b@x', { kind: 'address', field: 'addressed', address: 'a\\b@x' }],
  ['cc:"\\*@x"', { kind: 'address', field: 'cc', address: '*@x' }],
  ['from:alice', words('alice', 'from')],
  ['from:example.com', words('example com', 'from')],
  ['bcc:@example.com', words('example com', 'bcc')],
  ['from:alice@exam*', words('alice exam', 'from', true)],
  ['from:"Alice Smith"', words('alice smith', 'from')],
  ['from:"Alice <alice@x>"', words('alice alice x', 'from')],
])

table('other fields', [
  ['header:X-Mailer', { kind: 'header', name: 'x-mailer', words: [], prefix: false }],
  ['header:X-Mailer=Foo', { kind: 'header', name: 'x-mailer', words: ['foo'], prefix: false }],
  ['header:X-Mailer="Foo ba*"', { kind: 'header', name: 'x-mailer', words: ['foo', 'ba'], prefix: true }],
  ['header:"a=(b)"=c', { kind: 'header', name: 'a=(b)', words: ['c'], prefix: false }],
  ['header:__proto__=x', { kind: 'header', name: '__proto__', words: ['x'], prefix: false }],
  ['message-id:<A@b>', { kind: 'messageId', id: 'A@b' }],
  ['message-id:"a b"', { kind: 'messageId', id: 'a b' }],
  ['type:Image/PNG', { kind: 'type', type: 'image', subtype: 'png' }],
  ['type:image/*', { kind: 'type', type: 'image', subtype: undefined }],
  ['type:image', { kind: 'type', type: 'image', subtype: undefined }],
  ['type:application/vnd.x+json', { kind: 'type', type: 'application', subtype: 'vnd.x+json' }],
  ['larger:0', { kind: 'octets', comparison: 'larger', octets: 0 }],
  ['larger:10k', { kind: 'octets', comparison: 'larger', octets: 10_240 }],
  ['smaller:2M', { kind: 'octets', comparison: 'smaller', octets: 2_097_152 }],
  ['smaller:1g', { kind: 'octets', comparison: 'smaller', octets: 1_073_741_824 }],
  ['before:2026-11-23', { kind: 'arrived', comparison: 'before', at: Date.UTC(2026, 10, 23) }],
  ['after:2026-11-23T09:30', { kind: 'arrived', comparison: 'after', at: Date.UTC(2026, 10, 23, 9, 30) }],
  ['after:2026-11-23t09:30:01.5z', { kind: 'arrived', comparison: 'after', at: Date.UTC(2026, 10, 23, 9, 30, 1, 500) }],
  ['after:2026-11-23T00:30:00+01:00', { kind: 'arrived', comparison: 'after', at: Date.UTC(2026, 10, 22, 23, 30) }],
  ['before:2024-02-29', { kind: 'arrived', comparison: 'before', at: Date.UTC(2024, 1, 29) }],
  ['newer:500ms', { kind: 'age', comparison: 'newer', ageMs: 500 }],
  ['newer:30s', { kind: 'age', comparison: 'newer', ageMs: 30_000 }],
  ['newer:5m', { kind: 'age', comparison: 'newer', ageMs: 300_000 }],
  ['older:2h', { kind: 'age', comparison: 'older', ageMs: 7_200_000 }],
  ['older:3d', { kind: 'age', comparison: 'older', ageMs: 259_200_000 }],
  ['older:1w', { kind: 'age', comparison: 'older', ageMs: 604_800_000 }],
  ['is:unread', { kind: 'is', state: 'unread' }],
  ['is:Read', { kind: 'is', state: 'read' }],
  ['is:flagged', { kind: 'is', state: 'flagged' }],
  ['is:malformed', { kind: 'is', state: 'malformed' }],
  ['has:attachment', { kind: 'has', what: 'attachment' }],
  ['has:html', { kind: 'has', what: 'html' }],
  ['tag:Billing', { kind: 'tag', tag: 'Billing' }],
  ['account:Alice@Example.com', { kind: 'account', account: 'alice@example.com' }],
  ['account:all', { kind: 'account', account: 'all' }],
  ['mailbox:"Sent Items"', { kind: 'mailbox', mailbox: 'Sent Items' }],
  ['user:app', { kind: 'user', user: 'app' }],
])

test('the query of the manual', () => {
  const query =
    'to:alice@example.com subject:"Welcome" has:attachment is:unread newer:5m header:X-Mailer=foo -from:bob OR tag:billing'
  const { criteria } = parseQuery(query)
  const text = query.replace('"Welcome"', 'welcome').replace('X-Mailer', 'x-mailer')
  assert.equal(formatQuery(criteria), text)
})

test('as many terms and as deep as the limits say', () => {
  const all = parseQuery('a '.repeat(maxQueryTerms)).criteria
  assert.equal(all?.kind === 'and' && all.of.length, maxQueryTerms)
  const deep = '('.repeat(maxQueryDepth) + 'a' + ')'.repeat(maxQueryDepth)
  assert.deepEqual(parseQuery(deep).criteria, a)
})
