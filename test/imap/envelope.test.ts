import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { envelope } from '../../src/imap/envelope.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { corpus, lines } from '../mime/corpus.ts'
import { readValue } from './read-value.ts'

const of = (...header: readonly string[]): string => envelope(scanMessage(lines(...header, '', 'text')).root)

/** One address field, the same three times. */
const from: readonly [field: string, written: string][] = [
  ['a@example.com', '((NIL NIL "a" "example.com"))'],
  ['Ann <a@example.com>', '(("Ann" NIL "a" "example.com"))'],
  ['"Doe, Jane" <j@example.com>, b@c.d', '(("Doe, Jane" NIL "j" "example.com")(NIL NIL "b" "c.d"))'],
  ['"a \\"b\\"" <j@example.com>', '(("a \\"b\\"" NIL "j" "example.com"))'],
  ['a@example.com (Ann (A) B)', '(("Ann (A) B" NIL "a" "example.com"))'],
  ['=?utf-8?q?J=C3=B6rg?= <j@example.com>', '(("=?utf-8?q?J=C3=B6rg?=" NIL "j" "example.com"))'],
  ['J\xc3\xb6rg <j@b\xc3\xbc.example>', '(({5}\r\nJ\xc3\xb6rg NIL "j" {11}\r\nb\xc3\xbc.example))'],
  ['M\xfcller <m@example.com>', '(({7}\r\nM\xc3\xbcller NIL "m" "example.com"))'],
  ['Doe, John <j@example.com>', '(("Doe, John" NIL "j" "example.com"))'],
  ['"john doe"@example.com', '((NIL NIL "john doe" "example.com"))'],
  ['"a\\"b@c"@example.com', '((NIL NIL "a\\"b@c" "example.com"))'],
  ['Mary <@a.test,@b.test:m@example.net>', '(("Mary" "@a.test,@b.test" "m" "example.net"))'],
  ['a@[192.0.2.1]', '((NIL NIL "a" "[192.0.2.1]"))'],
  ['Bob', '((NIL NIL "Bob" ""))'],
  ['Bob <root>', '(("Bob" NIL "root" ""))'],
  ['<>', '((NIL NIL "" ""))'],
  ['', 'NIL'],
  ['   ', 'NIL'],
  [' ,, ', 'NIL'],
  ['Nobody:;', '((NIL NIL "Nobody" NIL)(NIL NIL NIL NIL))'],
  [
    'x@y.z, "A B": a@b.c, D <d@e.f>;, g@h.i',
    '((NIL NIL "x" "y.z")(NIL NIL "A B" NIL)(NIL NIL "a" "b.c")("D" NIL "d" "e.f")(NIL NIL NIL NIL)(NIL NIL "g" "h.i"))',
  ],
  ['A: a@b.c;, B:;', '((NIL NIL "A" NIL)(NIL NIL "a" "b.c")(NIL NIL NIL NIL)(NIL NIL "B" NIL)(NIL NIL NIL NIL))'],
]

describe('ENVELOPE', () => {
  for (const [field, written] of from) {
    it(`addresses ${JSON.stringify(field)}`, () =>
      assert.equal(of(`From: ${field}`), `(NIL NIL ${written} ${written} ${written} NIL NIL NIL NIL NIL)`))
  }
  it('all fields, in their order, as they stand', () => {
    const written = of(
      'Message-ID: <1@x>',
      'in-reply-to: <0@x>',
      'BCC: b@x',
      'Cc: c@x',
      'To: t@x',
      'Reply-To: r@x',
      'Sender: s@x',
      'From: f@x',
      'Subject: =?utf-8?q?=C3=B6?= "x"',
      '  folded',
      'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
    )
    assert.equal(
      written,
      '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "=?utf-8?q?=C3=B6?= \\"x\\"  folded" ((NIL NIL "f" "x")) ' +
        '((NIL NIL "s" "x")) ((NIL NIL "r" "x")) ((NIL NIL "t" "x")) ((NIL NIL "c" "x")) ((NIL NIL "b" "x")) "<0@x>" "<1@x>")',
    )
  })
  it('absent is NIL, present and empty is the empty string', () => {
    assert.equal(of('X: y'), '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)')
    assert.equal(of('Date:', 'Subject: ', 'In-Reply-To:', 'Message-ID:'), '("" "" NIL NIL NIL NIL NIL NIL "" "")')
  })
  it('an empty Sender is the From', () => {
    assert.equal(
      of('From: f@x', 'Sender:', 'Reply-To: ,'),
      '(NIL NIL ((NIL NIL "f" "x")) ((NIL NIL "f" "x")) ((NIL NIL "f" "x")) NIL NIL NIL NIL NIL)',
    )
  })
  it('the first of two counts', () => {
    assert.match(of('Subject: one', 'Subject: two'), /"one"/)
    assert.doesNotMatch(of('Subject: one', 'Subject: two'), /two/)
  })
  it('a hundred thousand addresses are cut at the limit of the parser', () => {
    const written = of(`To: ${'a@b.example,'.repeat(100_000)}`)
    assert.equal(written.split('"b.example"').length - 1, 1_000)
    readValue(written)
  })
  it('every message of the corpus has ten members that read back', () => {
    for (const { name, octets } of corpus) {
      const value = readValue(envelope(scanMessage(octets).root))
      assert.equal(Array.isArray(value) && value.length, 10, name)
    }
  })
})
