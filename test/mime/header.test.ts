import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { parseDate } from '../../src/mime/date.ts'
import { decodeWords, encodeWords } from '../../src/mime/encoded-word.ts'
import { decodeUnstructured, fieldBodies, fieldBody, headerFields, unfold } from '../../src/mime/header.ts'
import { isMessageId, parseMessageId } from '../../src/mime/message-id.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { lines, messageOf } from './corpus.ts'
import { assertLinear } from './linear.ts'

const unstructured: [string, string][] = [
  [' Hello', 'Hello'],
  [' a\r\n b\r\n\tc', 'a b c'],
  // RFC 2047 §8.
  ['=?ISO-8859-1?Q?a?=', 'a'],
  ['=?ISO-8859-1?Q?a?= b', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a?=  \r\n  =?ISO-8859-1?Q?b?=', 'ab'],
  ['=?ISO-8859-1?Q?a_b?=', 'a b'],
  ['=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=', 'a b'],
  ['x =?us-ascii*en?q?y?= z', 'x y z'],
  // A character split over two words.
  ['=?utf-8?B?4oI=?= =?utf-8?B?rA==?=', '€'],
  ['=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=', '€'],
  ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  // Not encoded words.
  ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
  ['=?utf-8?Q?abc', '=?utf-8?Q?abc'],
  ['=??Q?abc?=', '=??Q?abc?='],
  ['2+2=?', '2+2=?'],
  // Raw octets.
  ['Gr\xc3\xbc\xc3\x9fe', 'Grüße'],
  ['\xff\xc0\xaf', '\ufffd\ufffd\ufffd'],
  ['=?utf-8?Q?=ED=A0=80?=', '\ufffd\ufffd\ufffd'],
  // Line ends hidden in a word do not break a list.
  ['=?utf-8?Q?a=0D=0Ab=00c?=', 'a b c'],
]
for (const [raw, text] of unstructured) {
  test(`decodes ${JSON.stringify(raw)}`, () => assert.equal(decodeUnstructured(raw), text))
}

test('an encoded word that cannot be decoded is told', () => {
  assert.equal(decodeWords('=?x-no?Q?a?=').bad, true)
  assert.equal(decodeWords('=?utf-8?Q?=FF?=').bad, true)
  assert.equal(decodeWords('=?utf-8?Q?=C3=BC?=').bad, false)
})

test('what is encoded comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const encoded = encodeWords(text)
      for (const line of encoded.split('\r\n')) assert.ok(line.length <= 998)
      if (/^[\t -~]*$/.test(text)) return
      assert.equal(decodeWords(unfold(encoded)).text, text)
    }),
  )
})

test('MIME-8: a flood of encoded words takes linear time', () => {
  for (const piece of ['=?utf-8?q?a?= ', '=?utf-8?q?', '=?', '=?x-no?q?=ff?= ', '=?a?b?c?=x']) {
    assertLinear((size) => decodeUnstructured(piece.repeat(size)), 5_000)
  }
})

const dates: [string, string | undefined][] = [
  ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06.000Z'],
  ['21 Nov 1997 09:55 +0000', '1997-11-21T09:55:00.000Z'],
  ['Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland (Time))', '1969-02-14T03:02:00.000Z'],
  ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06.000Z'],
  ['21 Nov 49 09:55:06 UT', '2049-11-21T09:55:06.000Z'],
  ['21 Nov 103 09:55:06 EST', '2003-11-21T14:55:06.000Z'],
  ['Fri, 21 Nov 1997 09(comment):55 : 06 PDT', '1997-11-21T16:55:06.000Z'],
  ['1 Jan 2020 00:00:00 Z', '2020-01-01T00:00:00.000Z'],
  ['31 Dec 2016 23:59:60 +0000', '2017-01-01T00:00:00.000Z'],
  ['29 Feb 2024 12:00:00 +0000', '2024-02-29T12:00:00.000Z'],
  ['29 Feb 2023 12:00:00 +0000', undefined],
  ['32 Jan 2023 12:00:00 +0000', undefined],
  ['1 Foo 2023 12:00:00 +0000', undefined],
  ['1 Jan 2023 24:00:00 +0000', undefined],
  ['2023-01-01T12:00:00Z', undefined],
  ['yesterday', undefined],
  ['', undefined],
]
for (const [raw, iso] of dates) {
  test(`date ${JSON.stringify(raw)}`, () => {
    const date = parseDate(raw)
    assert.equal(date === undefined ? undefined : new Date(date).toISOString(), iso)
  })
}

test('message identifiers', () => {
  assert.equal(parseMessageId(' <a@b.example> '), 'a@b.example')
  assert.equal(parseMessageId(' (why) <a@b>'), 'a@b')
  assert.equal(parseMessageId('a@b'), 'a@b')
  assert.equal(parseMessageId('  '), undefined)
  assert.deepEqual([' <a@b>', 'a@b', '<a b@c>', '<a>'].map(isMessageId), [true, false, false, false])
})

test('fields of a part: any case, in order, repeated', () => {
  const { root } = scanMessage(lines('Received: 1', 'subject: A', 'RECEIVED: 2', ''))
  assert.deepEqual(fieldBodies(root, 'received'), [' 1', ' 2'])
  assert.equal(fieldBody(root, 'Subject'), ' A')
  assert.equal(fieldBody(root, 'To'), undefined)
})

test('fields for people', () => {
  const octets = messageOf('rfc/utf8-header')
  const fields = headerFields(scanMessage(octets).root)
  const offset = octets.indexOf('Subject:')
  assert.deepEqual(fields[4], { name: 'Subject', value: 'Grüße aus 東京', raw: ' Grüße aus 東京', offset })
})

test('MIME-8: words beyond the budget stay as they are', () => {
  const raw = '=?x-no?q?a?=x'.repeat(20_000)
  assert.equal(decodeUnstructured(raw).startsWith('axax'), true)
  assert.equal(decodeUnstructured(raw).endsWith('=?x-no?q?a?=x'), true)
  const budget = { left: 1 }
  assert.equal(decodeUnstructured('=?utf-8?q?a?= b =?utf-8?q?c?=', budget), 'a b =?utf-8?q?c?=')
})
