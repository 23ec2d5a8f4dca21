import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeText } from '../../src/mime/body.ts'
import { decodeCharset } from '../../src/mime/charset.ts'
import { decodeUnstructured } from '../../src/mime/header.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { messageText } from '../../src/mime/text.ts'
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

/** HTML that Content-Type says no charset of, and its text; `ø` is F8 in ISO-8859-1. */
const documents: [string, string][] = [
  ['<meta charset=iso-8859-1>\xf8', 'ø'],
  ['<META  Charset = "ISO-8859-1" />\xf8', 'ø'],
  ["<meta charset='koi8-r'>\xd0", 'п'],
  ['<meta http-equiv="Content-Type" content="text/html; charset=\niso-8859-1">\xf8', 'ø'],
  ['<meta content="text/html;charset=windows-1252" http-equiv=content-type>\xf8', 'ø'],
  ['<meta name=viewport content=x><meta charset=iso-8859-1>\xf8', 'ø'],
  ['<!-- <meta charset=koi8-r> --><meta charset=iso-8859-1>\xf8', 'ø'],
  ['<metal charset=koi8-r><meta/charset=iso-8859-1>\xf8', 'ø'],
  // None that counts: it is read as UTF-8.
  ['<meta name=x content="charset=iso-8859-1">\xc3\xb8', 'ø'],
  ['<meta charset=x-no>\xc3\xb8', 'ø'],
  ['<meta charset=utf-16>\xc3\xb8', 'ø'],
  ['<meta charset=utf-7>\xc3\xb8', 'ø'],
  ['<!-- <meta charset=iso-8859-1>\xc3\xb8', ''],
  ['<meta charset=iso-8859-1 \xc3\xb8', ''],
  ['\xc3\xb8', 'ø'],
]
for (const [html, text] of documents) {
  test(`HTML without a charset: ${JSON.stringify(html)}`, () => {
    const octets = lines('Content-Type: text/html', '', html)
    assert.equal(messageText(scanMessage(octets), readerOf(octets), 1000).trim(), text)
  })
}

test('what Content-Type says of HTML counts, and nothing in plain text does', () => {
  const textOf = (type: string, body: string): string => {
    const octets = lines(`Content-Type: ${type}`, '', body)
    return decodeText(scanMessage(octets).root, readerOf(octets)).text.trim().slice(-1)
  }
  assert.equal(textOf('text/html; charset=utf-8', '<meta charset=iso-8859-1>\xc3\xb8'), 'ø')
  assert.equal(textOf('text/plain', '<meta charset=iso-8859-1>\xc3\xb8'), 'ø')
})

test('the beginning of HTML is read in the same charset as the whole', () => {
  const octets = lines('Content-Type: text/html', '', `\xf8<!--${' '.repeat(900)}--><meta charset=iso-8859-1>`)
  const { text, charset } = decodeText(scanMessage(octets).root, readerOf(octets), 1)
  assert.deepEqual([text, charset], ['ø', 'iso-8859-1'])
})

test('the search for a charset in HTML takes linear time', () => {
  for (const pump of [
    '<',
    '<meta ',
    '<meta>',
    '<!--',
    '<meta a="',
    '<meta a=\'"',
    '<!---->',
    '<meta a=b charset = ',
    'a ',
  ]) {
    assertLinear((size) => {
      const octets = lines('Content-Type: text/html', '', pump.repeat(size))
      decodeText(scanMessage(octets).root, readerOf(octets))
    }, 50_000)
  }
})
