import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { decodeBody, decodeText, transferDecoder } from '../../src/mime/body.ts'
import { decodeCharset, knownCharset } from '../../src/mime/charset.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { lines, messageOf, readerOf } from './corpus.ts'
import { assertLinear } from './linear.ts'

function decode(encoding: string, octets: Uint8Array, cuts: readonly number[] = []): Buffer {
  const decoder = transferDecoder(encoding)
  const out: Buffer[] = []
  let from = 0
  for (const cut of [...cuts, octets.length]) {
    out.push(Buffer.from(decoder.push(octets.subarray(from, cut))))
    from = cut
  }
  out.push(Buffer.from(decoder.end()))
  return Buffer.concat(out)
}

const encoded: [string, string, string][] = [
  ['base64', 'SGVsbG8=', 'Hello'],
  ['base64', 'SGVs\r\nbG8=\r\n', 'Hello'],
  ['base64', 'SGVsbG8', 'Hello'],
  ['base64', 'SG*V#s bG8=', 'Hello'],
  ['base64', 'SGVsbG8=SGVsbG8=', 'HelloHello'],
  ['base64', '====', ''],
  ['base64', '', ''],
  ['quoted-printable', 'a=3Db', 'a=b'],
  ['quoted-printable', 'a=\r\nb=\nc', 'abc'],
  ['quoted-printable', 'a \t\r\nb  ', 'a\r\nb'],
  ['quoted-printable', 'a=20\r\nb', 'a \r\nb'],
  ['quoted-printable', 'a= \r\nb', 'ab'],
  ['quoted-printable', 'a=3db', 'a=b'],
  ['quoted-printable', 'a=ZZ=4', 'a=ZZ=4'],
  ['quoted-printable', 'a==\r\nbe', 'a=be'],
  ['quoted-printable', 'end=', 'end'],
  ['7bit', 'a=3D\r\n', 'a=3D\r\n'],
  ['x-nobody', 'a=3D', 'a=3D'],
  ['x-uuencode', 'junk\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\njunk', 'Cat'],
  ['uuencode', 'no beginning\r\n#0V%T', ''],
]
for (const [encoding, octets, text] of encoded) {
  test(`${encoding} ${JSON.stringify(octets)}`, () => {
    const raw = Buffer.from(octets, 'latin1')
    assert.equal(decode(encoding, raw).toString('latin1'), text)
    const each = Array.from({ length: raw.length }, (_, index) => index)
    assert.equal(decode(encoding, raw, each).toString('latin1'), text, 'octet by octet')
  })
}

test('decoders give the same for any chunks', () => {
  const piece = fc.constantFrom(
    '=',
    '=3D',
    '=\r\n',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    'a',
    'QUJD',
    'QQ==',
    '#0V%T\r\n',
    'begin 644 a\r\n',
    'end\n',
    '\xff',
    ' '.repeat(40),
  )
  const encoding = fc.constantFrom('base64', 'quoted-printable', 'x-uuencode', 'binary')
  fc.assert(
    fc.property(
      encoding,
      fc.array(piece, { maxLength: 25 }),
      fc.array(fc.nat(2000), { maxLength: 8 }),
      (name, pieces, cuts) => {
        const octets = Buffer.from(pieces.join(''), 'latin1')
        const sorted = cuts.filter((cut) => cut < octets.length).sort((a, b) => a - b)
        assert.deepEqual(decode(name, octets, sorted), decode(name, octets))
      },
    ),
    { numRuns: 3000 },
  )
})

test('base64 of any octets comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) =>
      assert.deepEqual(decode('base64', Buffer.from(Buffer.from(octets).toString('base64'))), Buffer.from(octets)),
    ),
  )
})

test('MIME-7: decoders take linear time', () => {
  for (const [encoding, pump] of [
    ['base64', '='],
    ['base64', 'QQ=='],
    ['quoted-printable', '='],
    ['quoted-printable', ' \t'],
    ['quoted-printable', ' a'],
    ['quoted-printable', '\r'],
    ['x-uuencode', '\n'],
  ] as const) {
    assertLinear((size) => decode(encoding, Buffer.from(pump.repeat(size))), 50_000)
  }
})

/** Messages of the corpus and their text. */
const texts: [string, string][] = [
  ['legacy/iso-2022-jp', 'こんにちは、世界。'],
  ['legacy/shift_jis', 'こんにちは、世界。'],
  ['legacy/euc-kr', '안녕하세요 세계'],
  ['legacy/gb18030', '你好，世界 €'],
  ['legacy/big5', '你好，世界'],
  ['legacy/koi8-r', 'Привет, мир'],
  ['legacy/windows-1251', 'Привет, мир'],
  ['legacy/windows-1252', '“Curly” – €'],
  ['legacy/windows-1256', 'مرحبا'],
  ['legacy/iso-8859-15', 'Œuvre à 5 €'],
  ['legacy/utf-7', 'Hi Mom ☺! A≢Α.'],
  ['legacy/cp850', 'Grüße'],
  ['clients/php', '<p>Prix: 5 €, café</p>'],
  ['malformed/unknown-charset', 'Still here.'],
]
for (const [name, text] of texts) {
  test(`text of ${name}`, () => {
    const octets = messageOf(name)
    assert.equal(decodeText(scanMessage(octets).root, readerOf(octets)).text.trim(), text)
  })
}

test('MIME-8: what cannot be decoded is U+FFFD and a defect', () => {
  const codes = (name: string): string[] => {
    const octets = messageOf(name)
    return decodeText(scanMessage(octets).root, readerOf(octets)).defects.map(({ code }) => code)
  }
  assert.deepEqual(codes('malformed/bad-utf8'), ['bad-text'])
  assert.deepEqual(codes('malformed/unknown-charset'), ['bad-charset'])
  assert.deepEqual(codes('rfc/utf8-header'), [])
  const octets = messageOf('malformed/bad-utf8')
  const { text } = decodeText(scanMessage(octets).root, readerOf(octets))
  assert.equal(text, 'Over\ufffd\ufffdong \ufffd\ufffd\ufffd surrogate\n')
  assert.equal(decodeCharset(Buffer.from('\ufffd'), 'utf-8').replaced, false)
})

test('MIME-8: UTF-7 is decoded for plain text and never for HTML', () => {
  const script = '+ADw-script+AD4-'
  const part = (type: string): string => {
    const octets = lines(`Content-Type: ${type}; charset=utf-7`, '', script)
    return decodeText(scanMessage(octets).root, readerOf(octets)).text.trim()
  }
  assert.equal(part('text/plain'), '<script>')
  assert.equal(part('text/html'), script)
  assert.equal(decodeCharset(Buffer.from(script), 'utf-7').text, script)
  assert.equal(decodeCharset(Buffer.from('+- +2AA-'), 'utf-7', { utf7: true }).text, '+ \ufffd')
})

test('MIME-8: any octets in any charset are text', () => {
  const charset = fc.constantFrom(
    'utf-8',
    'iso-2022-jp',
    'gb18030',
    'utf-7',
    'cp437',
    'utf-16',
    'utf-32',
    'x-no',
    '',
    '\0',
    '__proto__',
    'base64',
    'hex',
  )
  fc.assert(
    fc.property(fc.uint8Array(), charset, (octets, label) => {
      assert.equal(typeof decodeCharset(octets, label, { utf7: true }).text, 'string')
    }),
  )
})

test('charsets that are known', () => {
  for (const label of [
    'utf-8',
    'US-ASCII',
    'ISO-8859-16',
    'cp437',
    'CP850',
    'utf-7',
    'cp949',
    'ISO-2022-KR',
    'hz-gb-2312',
  ])
    assert.equal(knownCharset(label), true, label)
  for (const label of ['x-no', 'iso-2022-cn', 'base64', '__proto__']) assert.equal(knownCharset(label), false, label)
})

test('a text is decoded as far as asked for', () => {
  const body = 'ü'.repeat(40_000)
  const octets = Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n`)
  const root = scanMessage(octets).root
  let read = 0
  const reader = (start: number, end: number): Uint8Array => {
    read += end - start
    return octets.subarray(start, end)
  }
  const cut = decodeText(root, reader, 101)
  assert.deepEqual([cut.text, cut.truncated], ['ü'.repeat(50), true])
  assert.ok(read < 2_000)
  const whole = decodeText(root, readerOf(octets))
  assert.deepEqual([whole.text.length, whole.truncated], [40_001, false])
  assert.equal(decodeText(root, readerOf(octets), 80_002).truncated, false)
})

test('a body of several reads is decoded whole', () => {
  const content = Buffer.alloc(200_000, 'abcdefg')
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\r\n')
  const octets = Buffer.from(`Content-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`)
  assert.deepEqual(Buffer.from(decodeBody(scanMessage(octets).root, readerOf(octets))), content)
})
