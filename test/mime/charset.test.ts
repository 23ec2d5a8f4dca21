import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeText } from '../../src/mime/body.ts'
import { decodeCharset } from '../../src/mime/charset.ts'
import { decodeUnstructured } from '../../src/mime/header.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { lines, readerOf } from './corpus.ts'
import { assertLinear } from './linear.ts'

const shifting: [string, string, string][] = [
  ['iso-2022-kr', '\x1b$)C\x0e>H3gGO<<?d\x0f, Kim\n', '안녕하세요, Kim\n'],
  ['ISO-2022-KR', 'Kim \x0e>H3g\nGO\x0eGO', 'Kim 안녕\nGO하'],
  ['iso-2022-kr', '\x0e>H 3g', '안 녕'],
  ['iso-2022-kr', '\x0e>', '\ufffd'],
  ['iso-2022-kr', '\x1b$B', '\x1b$B'],
  ['hz-gb-2312', '~{Dc:C#,J@=g~}!', '你好，世界!'],
  ['HZ', 'a~~b ~{Dc~\nb', 'a~b 你\ufffd\nb'],
  ['hz', 'one ~\nline, 1~2', 'one line, 1~2'],
  ['hz', '~{Dc\nDc~}', '你\nDc~}'],
  ['hz', '~{!~~}~', '〓~'],
]
for (const [charset, octets, text] of shifting) {
  test(`${charset} ${JSON.stringify(octets)}`, () => {
    assert.equal(decodeCharset(Buffer.from(octets, 'latin1'), charset).text, text)
  })
}

test('charsets of seven bits in bodies and encoded words', () => {
  const octets = lines('Content-Type: text/plain; charset=iso-2022-kr', '', '\x1b$)C', '\x0e>H3gGO<<?d\x0f')
  const { text, defects } = decodeText(scanMessage(octets).root, readerOf(octets))
  assert.deepEqual([text, defects], ['\n안녕하세요\n', []])
  const word = Buffer.from('~{Dc:C~}').toString('base64')
  assert.equal(decodeUnstructured(`=?hz-gb-2312?B?${word}?=`), '你好')
})

test('charsets of seven bits take linear time', () => {
  for (const [charset, pump] of [
    ['iso-2022-kr', '\x0e\x0f'],
    ['iso-2022-kr', '\x1b$)'],
    ['iso-2022-kr', '\x0e>H'],
    ['hz', '~'],
    ['hz', '~{'],
    ['hz', '~{D'],
  ] as const) {
    assertLinear((size) => decodeCharset(Buffer.from(pump.repeat(size)), charset), 50_000)
  }
})
