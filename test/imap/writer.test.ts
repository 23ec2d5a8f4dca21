import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { list, mailboxString, nil, nstring, string } from '../../src/imap/wire/writer.ts'
import { fc } from '../support/properties.ts'

const strings: readonly [raw: string, written: string][] = [
  ['', '""'],
  ['a b', '"a b"'],
  ['NIL', '"NIL"'],
  ['a "b" \\c', '"a \\"b\\" \\\\c"'],
  ['a\tb', '"a\tb"'],
  ['a\r\nb', '{4}\r\na\r\nb'],
  ['\n* OK', '{5}\r\n\n* OK'],
  ['J\xc3\xb6rg', '{5}\r\nJ\xc3\xb6rg'],
  ['a\x01b', '{3}\r\na\x01b'],
  ['a\0b', '{3}\r\na?b'],
  ['x'.repeat(1_000), `"${'x'.repeat(1_000)}"`],
  ['x'.repeat(1_001), `{1001}\r\n${'x'.repeat(1_001)}`],
]
const atoms: readonly [raw: string, written: string][] = [
  ['INBOX', 'INBOX'],
  ['a/b]', '"a/b]"'],
  ['&AOk-', '&AOk-'],
  ['', '""'],
  ['nil', '"nil"'],
  ['a b', '"a b"'],
  ['a*', '"a*"'],
  ['a%', '"a%"'],
  ['(a', '"(a"'],
  ['{3}', '"{3}"'],
  ['a"b', '"a\\"b"'],
  ['\xc3\xa9', '"\xc3\xa9"'],
]

describe('writer', () => {
  for (const [raw, written] of strings) {
    it(`string ${JSON.stringify(raw.slice(0, 30))}`, () => assert.equal(string(raw), written))
  }
  for (const [raw, written] of atoms) {
    it(`mailbox ${JSON.stringify(raw)}`, () => assert.equal(mailboxString(raw), written))
  }
  it('nothing is NIL, the empty string is not', () => {
    assert.equal(nstring(undefined), nil)
    assert.equal(nstring(''), '""')
  })
  it('lists', () => {
    assert.equal(list([]), '()')
    assert.equal(list([string('a'), nil, list(['1'])]), '("a" NIL (1))')
  })
  it('whatever is written reads back as the same octets', () => {
    const raws = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })
    fc.assert(fc.property(raws, (raw) => assert.equal(read(string(raw)), raw)))
  })
})

/** As a client reads it, by the grammar. */
function read(written: string): string {
  const size = /^\{(\d+)\}\r\n/.exec(written)
  if (size !== null) {
    const octets = written.slice(size[0].length)
    assert.equal(octets.length, Number(size[1]))
    return octets
  }
  if (!written.startsWith('"')) {
    assert.match(written, /^[!#$&'+-Z[\]-z|}~]+$/)
    return written
  }
  assert.match(written, /^"(?:[^"\\\r\n\x80-\xff]|\\["\\])*"$/)
  return written.slice(1, -1).replace(/\\(["\\])/g, '$1')
}
