import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMailboxName, encodeMailboxName, humanText } from '../../src/imap/mailbox-name.ts'
import { fc } from '../support/properties.ts'

const names: readonly [name: string, raw: string][] = [
  ['', ''],
  ['INBOX', 'INBOX'],
  ['a + b ~ c \\ "d"', 'a + b ~ c \\ "d"'],
  ['Lost & Found', 'Lost &- Found'],
  // RFC 3501 §5.1.3
  ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
  ['Entwürfe', 'Entw&APw-rfe'],
  ['é&é', '&AOk-&-&AOk-'],
  ['&-', '&--'],
  ['😀', '&2D3eAA-'],
  ['a\tb', 'a&AAk-b'],
]
for (const [name, raw] of names) {
  test(`${JSON.stringify(name)} is ${raw}`, () => {
    assert.equal(encodeMailboxName(name, false), raw)
    assert.equal(decodeMailboxName(raw, false), name)
  })
}

const invalid: readonly [raw: string, why: string][] = [
  ['&', 'a shift without its end'],
  ['Entw&APw', 'ends in base64'],
  ['&AGE-', 'a letter that can stand for itself'],
  ['&ACY-', 'the ampersand that has a form of its own'],
  ['&U,BTFw-&ZeVnLIqe-', 'a superfluous shift'],
  ['&U/BTFw-', 'a slash in base64'],
  ['&AP-', 'half a character'],
  ['&APx-', 'bits that are left over and not zero'],
  ['&APw=-', 'padding'],
  ['&2D0-', 'half a surrogate pair'],
  ['&3gDYPQ-', 'a surrogate pair in the wrong order'],
  ['Entwürfe', 'not US-ASCII'],
  ['a\tb', 'a control character'],
  ['&A Pw-', 'a space in base64'],
]
for (const [raw, why] of invalid) {
  test(`${JSON.stringify(raw)} is not valid: ${why}`, () => assert.equal(decodeMailboxName(raw, false), undefined))
}

test('every name comes back, and is printable on the way', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const raw = encodeMailboxName(name, false)
      assert.match(raw, /^[ -~]*$/)
      assert.equal(decodeMailboxName(raw, false), name)
    }),
  )
})

test('a text for people is one line of octets, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, utf8) => {
      // eslint-disable-next-line no-control-regex -- what it is about
      assert.doesNotMatch(humanText(text, utf8), utf8 ? /[\x00-\x1f\x7f]|[^\x00-\xff]/ : /[^ -~]/)
    }),
  )
  assert.equal(humanText('There is no mailbox "Entwürfe"\r\n', false), 'There is no mailbox "Entw&APw-rfe" ')
})

test('whatever is read has no other form', () => {
  const raws = fc.string({ unit: fc.constantFrom('&', '-', 'A', 'G', 'w', 'P', 'O', 'k', ',', '+', '/', '=', ' ') })
  fc.assert(
    fc.property(raws, (raw) => {
      const name = decodeMailboxName(raw, false)
      if (name !== undefined) assert.equal(encodeMailboxName(name, false), raw)
    }),
  )
})
