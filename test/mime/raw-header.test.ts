import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerFields } from '../../src/mime/header.ts'
import { walk } from '../../src/mime/parts.ts'
import { asUtf8 } from '../../src/mime/raw-header.ts'
import { MessageScanner, scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import type { MessageTree } from '../../src/mime/tree.ts'
import { fieldWords, headerWords } from '../../src/query/message-words.ts'
import { lines, readerOf } from './corpus.ts'
import { assertLinear } from './linear.ts'

const date = 'Date: Mon, 30 Nov 2026 10:00:00 +0000'
const found = ({ defects }: MessageTree): string[] => defects.map(({ code, text }) => `${code} ${text}`)
const readAs = (charset: string): string =>
  `header-8bit Octets above 127 in the header that are not valid UTF-8; read as ${charset}.`

/** Content-Type, raw subject, what it is, the charset it was read in. */
const subjects: [string, string, string, string][] = [
  ['text/plain; charset=iso-8859-1', 'Gr\xfc\xdfe', 'Grüße', 'iso-8859-1'],
  ['text/plain; charset="KOI8-R"', '\xf0\xd2\xc9', 'При', 'koi8-r'],
  ['text/plain; charset=shift_jis', '\x93\xfa\x96\x7b \x83\x5c', '日本 ソ', 'shift_jis'],
  ['multipart/mixed; boundary=x; charset=koi8-r', '\xf0', 'П', 'koi8-r'],
  // None that helps.
  ['text/plain', 'Gr\xfc\xdfe \x80', 'Grüße €', 'windows-1252'],
  ['text/plain; charset=utf-8', 'Gr\xfc\xdfe', 'Grüße', 'windows-1252'],
  ['text/plain; charset=x-no', 'Gr\xfc\xdfe', 'Grüße', 'windows-1252'],
  ['text/plain; charset=utf-16', 'Gr\xfc\xdfe', 'Grüße', 'windows-1252'],
  ['text/plain; charset=utf-7', 'Gr\xfc\xdfe', 'Grüße', 'windows-1252'],
  ['text/plain; charset=iso-2022-jp', 'Gr\xfc\xdfe', 'Grüße', 'windows-1252'],
  ['text/plain; charset=euc-kr', 'Gr\xfc', 'Grü', 'windows-1252'],
]
for (const [type, raw, subject, charset] of subjects) {
  test(`a raw subject ${JSON.stringify(raw)} of ${type}`, () => {
    const octets = lines(
      date,
      `From: ${raw} <a@example.com>`,
      `Subject: ${raw}`,
      `Content-Type: ${type}`,
      '',
      'x',
      '--x',
    )
    const before = Buffer.from(octets)
    const tree = scanMessage(octets)
    const summary = summarize(tree, readerOf(octets))
    assert.equal(summary.subject, subject)
    assert.deepEqual(summary.from, { name: subject, address: 'a@example.com' })
    assert.equal(headerFields(tree.root)[2]?.value, subject)
    assert.equal(headerFields(tree.root)[2]?.raw, ` ${subject}`)
    assert.deepEqual(headerWords(tree, 'subject')[0], fieldWords('subject', tree, readerOf(octets)))
    assert.equal(found(tree).filter((text) => text === readAs(charset)).length, 2)
    assert.deepEqual(octets, before)
  })
}

test('UTF-8 stays UTF-8 whatever the body is in', () => {
  const octets = lines(
    date,
    'From: a@example.com',
    'Subject: Gr\xc3\xbc',
    'Content-Type: text/plain; charset=koi8-r',
    '',
    'x',
  )
  const tree = scanMessage(octets)
  assert.equal(summarize(tree, readerOf(octets)).subject, 'Grü')
  assert.deepEqual(found(tree), [])
})

test('encoded words and raw octets in one field', () => {
  assert.equal(asUtf8('=?utf-8?q?=C3=BC?= \xfc', 'iso-8859-1'), '=?utf-8?q?=C3=BC?= \xc3\xbc')
})

test('a header is read in the charset of the text inside, an attached message in its own', () => {
  const octets = lines(
    ...['Subject: \xf0', 'Content-Type: multipart/mixed; boundary=r', '', '--r'],
    ...['Content-Type: multipart/alternative; boundary=i', 'Content-Description: \xf0', '', '--i'],
    ...['Content-Type: text/plain; charset=us-ascii', '', 'x', '--i'],
    ...['Content-Type: text/html; charset=koi8-r', '', 'x', '--i--', '--r'],
    ...['Content-Type: image/png; name="\xf0.png"', '', 'x', '--r'],
    ...['Content-Type: message/rfc822', '', 'Subject: \xf0', '', 'x', '--r--'],
  )
  const tree = scanMessage(octets)
  assert.deepEqual(
    [...walk(tree)].map(({ section, headerCharset }) => `${section} ${headerCharset}`),
    [' koi8-r', '1 koi8-r', '1.1 windows-1252', '1.2 koi8-r', '2 koi8-r', '3 koi8-r', '3.1 windows-1252'],
  )
  assert.equal(tree.root.children[1]?.filename, 'П.png')
  assert.equal(tree.defects.filter(({ code }) => code === 'header-8bit').length, 4)
})

test('a raw file name is read in the charset of the part, else of the texts before it', () => {
  const nameOf = (...header: string[]): string | undefined => scanMessage(lines(...header, '', 'x')).root.filename
  const disposition = 'Content-Disposition: attachment; filename="informe a\xf1o.pdf"'
  assert.equal(nameOf('Content-Type: application/pdf', disposition), 'informe año.pdf')
  assert.equal(nameOf('Content-Type: text/plain; charset=koi8-r; name="\xf0.txt"'), 'П.txt')
  assert.equal(nameOf('Content-Type: text/plain; name=a\xf1o.txt'), 'año.txt')
  assert.equal(nameOf("Content-Disposition: attachment; filename*=utf-8''%C3%B1; x=\xf1"), 'ñ')
  assert.ok(
    found(scanMessage(lines('Content-Type: application/pdf', disposition, '', ''))).includes(readAs('windows-1252')),
  )
})

test('raw UTF-8 in a header is a defect where SMTPUTF8 was not said', () => {
  const octets = lines(
    date,
    'From: M\xc3\xbc <a@example.com>',
    'Content-Type: x/y; name="\xc3\xbc"',
    'X: \xfc',
    '',
    'x',
  )
  const codes = (smtpUtf8?: boolean): string[] => {
    const scanner = new MessageScanner()
    scanner.push(octets)
    return scanner.end(smtpUtf8 === undefined ? {} : { smtpUtf8 }).defects.map(({ code }) => code)
  }
  assert.deepEqual(codes(false), ['header-utf8', 'header-utf8', 'header-8bit'])
  assert.deepEqual(codes(true), ['header-8bit'])
  assert.deepEqual(codes(), ['header-8bit'])
})

test('raw octets in headers take linear time', () => {
  for (const charset of ['koi8-r', 'iso-2022-kr', 'x-no']) {
    const type = `Content-Type: text/plain; charset=${charset}`
    assertLinear((size) => {
      const octets = lines(`Subject: ${'\xff '.repeat(size)}`, type, '', '')
      summarize(scanMessage(octets), readerOf(octets))
    }, 10_000)
    assertLinear((size) => {
      const tree = scanMessage(lines(...Array.from({ length: size }, () => 'X: \xff'), type, '', ''))
      headerFields(tree.root)
    }, 100)
  }
})
