/** Every text of a message is text: alternatives of each other, and those that follow a picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SearchedText } from '../../src/imap/searched-text.ts'
import { contents } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { messageText } from '../../src/mime/text.ts'
import { assertLinear } from './linear.ts'

const part = (type: string, body: string, ...fields: readonly string[]): string =>
  ['--b', `Content-Type: ${type}`, ...fields, '', body, ''].join('\r\n')
const mail = (subtype: string, ...parts: readonly string[]): Buffer =>
  Buffer.from(
    `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/${subtype}; boundary=b\r\n\r\n${parts.join('')}--b--\r\n`,
  )
const textOf = (octets: Buffer): string =>
  messageText(scanMessage(octets), (start, end) => octets.subarray(start, end), 1_000_000)

test('both alternatives are searched', () => {
  const text = textOf(
    mail('alternative', part('text/plain', 'Plain words'), part('text/html', '<p>Only <b>marked</b> up</p>')),
  )
  assert.match(text, /Plain words/)
  assert.match(text, /Only marked up/)
})

test('a text after a picture is text too, and a text with a name is a file', () => {
  const octets = mail(
    'mixed',
    part('text/plain', 'Before'),
    part('image/png', 'x', 'Content-Disposition: inline; filename=a.png'),
    part('text/plain', 'After'),
    part('text/plain', 'Attached', 'Content-Disposition: attachment; filename=notes.txt'),
  )
  const { asText, files } = contents(scanMessage(octets))
  assert.equal(asText.length, 2)
  assert.deepEqual(
    files.map(({ filename }) => filename),
    ['a.png', 'notes.txt'],
  )
  const text = textOf(octets)
  assert.match(text, /Before\s+After/)
  assert.doesNotMatch(text, /Attached/)
})

test('of alternatives one is shown, and what follows them is shown with either', () => {
  const inner = `Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nplain\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--c--\r\n`
  const octets = mail('mixed', `--b\r\n${inner}`, part('text/plain', 'footer'))
  const { asText, asHtml } = contents(scanMessage(octets))
  const types = (parts: typeof asText): readonly string[] => parts.map(({ mediaType }) => mediaType.subtype)
  assert.deepEqual(
    [types(asText), types(asHtml)],
    [
      ['plain', 'plain'],
      ['html', 'plain'],
    ],
  )
})

test('IMAP SEARCH TEXT sees the fields of parts, SEARCH BODY does not', () => {
  const octets = mail(
    'mixed',
    part('text/plain', 'x'),
    part('application/pdf', 'x', 'Content-Disposition: attachment; filename=Invoice.pdf'),
  )
  const tree = scanMessage(octets)
  const searched = new SearchedText({ tree, read: (start, end) => octets.subarray(start, end) })
  assert.equal(searched.holds({ kind: 'text', text: 'invoice.pdf' }), true)
  assert.equal(searched.holds({ kind: 'body', text: 'invoice.pdf' }), false)
})

test('many texts take linear time', () => {
  const many = (count: number): Buffer =>
    mail('mixed', ...Array.from({ length: count }, () => part('text/plain', 'word')))
  const inputs = new Map([250, 500, 1000, 2000, 4000].map((count) => [count, many(count)]))
  assertLinear((size) => void textOf(inputs.get(size) ?? many(size)), 500)
})
