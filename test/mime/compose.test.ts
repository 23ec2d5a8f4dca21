import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { decodeBody, decodeText } from '../../src/mime/body.ts'
import { compose, ComposeError, type ComposedMessage } from '../../src/mime/compose.ts'
import { decodeUnstructured, fieldBody, headerFields } from '../../src/mime/header.ts'
import { contents, walk } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import { readerOf } from './corpus.ts'

const minimal: ComposedMessage = {
  from: { name: '', address: 'ann@example.com' },
  date: Date.UTC(2026, 10, 23, 10),
  messageId: 'id@example.com',
}
const pdf = { filename: 'a.pdf', mediaType: 'application/pdf', content: 'JVBERi0xLjQK' }
const logo = { filename: 'logo.png', mediaType: 'image/png', content: 'iVBORw0KGgo=', contentId: 'logo@example.com' }

function typesOf(message: ComposedMessage): string[] {
  return [...walk(scanMessage(compose(message)))].map(
    ({ section, mediaType }) => `${section} ${mediaType.type}/${mediaType.subtype}`,
  )
}

test('the least message', () => {
  assert.equal(
    Buffer.from(
      compose({ ...minimal, to: [{ name: 'Bob', address: 'bob@example.com' }], subject: 'Hi', text: 'Hello\n' }),
    ).toString(),
    [
      'Date: Mon, 23 Nov 2026 10:00:00 +0000',
      'From: ann@example.com',
      'To: Bob <bob@example.com>',
      'Message-ID: <id@example.com>',
      'Subject: Hi',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 7bit',
      '',
      'Hello',
      '',
    ].join('\r\n'),
  )
})

test('structure follows content', () => {
  assert.deepEqual(typesOf({ ...minimal, html: '<p>' }), [' text/html'])
  assert.deepEqual(typesOf({ ...minimal, text: 'a', html: '<p>' }), [
    ' multipart/alternative',
    '1 text/plain',
    '2 text/html',
  ])
  assert.deepEqual(typesOf({ ...minimal, text: 'a', attachments: [pdf, logo] }), [
    ' multipart/mixed',
    '1 text/plain',
    '2 application/pdf',
    '3 image/png',
  ])
  assert.deepEqual(typesOf({ ...minimal, text: 'a', html: '<img>', attachments: [pdf, logo] }), [
    ' multipart/mixed',
    '1 multipart/alternative',
    '1.1 text/plain',
    '1.2 multipart/related',
    '1.2.1 text/html',
    '1.2.2 image/png',
    '2 application/pdf',
  ])
})

test('blind copies are not written', () => {
  const octets = Buffer.from(compose({ ...minimal, bcc: [{ name: 'Secret', address: 'secret@example.com' }] }))
  assert.doesNotMatch(octets.toString(), /secret|bcc/i)
})

const word = fc.string({ unit: 'grapheme', maxLength: 120 }).filter((text) => !/[\r\n\0]/.test(text))
const title = word.map((text) => text.replace(/\p{Cc}/gu, '').trim())

test('what is composed is what is read, and has no defect', () => {
  const message = fc.record({
    subject: title,
    name: title,
    text: fc.string({ unit: 'grapheme', maxLength: 2_000 }).map((text) => text.replace(/\p{Cc}/gu, '\n')),
    html: fc.string({ maxLength: 3_000 }).map((text) => text.replace(/\p{Cc}/gu, ' ')),
    filename: title.filter((text) => text !== ''),
    content: fc.uint8Array({ maxLength: 500 }),
    header: title,
  })
  fc.assert(
    fc.property(message, ({ subject, name, text, html, filename, content, header }) => {
      const octets = compose({
        ...minimal,
        subject,
        text,
        html,
        to: [{ name, address: 'bob@example.com' }],
        headers: [{ name: 'X-Own', value: header }],
        attachments: [{ filename, content: Buffer.from(content).toString('base64') }],
      })
      const read = readerOf(octets)
      const tree = scanMessage(octets)
      assert.deepEqual(tree.defects, [])
      const summary = summarize(tree, read)
      assert.equal(summary.subject, subject.replace(/\s+$/, ''))
      assert.deepEqual(summary.to, [{ name, address: 'bob@example.com' }])
      assert.equal(decodeUnstructured(fieldBody(tree.root, 'X-Own') ?? ''), header)
      const { text: plain, html: page, files } = contents(tree)
      assert.ok(plain && page && files[0])
      assert.equal(decodeText(plain, read).text.trimEnd(), text.trimEnd())
      assert.equal(decodeText(page, read).text.trimEnd(), html.trimEnd())
      assert.equal(files[0].filename, filename)
      assert.deepEqual(Buffer.from(decodeBody(files[0], read)), Buffer.from(content))
    }),
    { numRuns: 300 },
  )
})

/** Each member that goes into the header, with the value put there. */
const members: [string, (value: string) => ComposedMessage][] = [
  ['from.name', (value) => ({ ...minimal, from: { name: value, address: 'a@example.com' } })],
  ['from.address', (value) => ({ ...minimal, from: { name: '', address: `a${value}@example.com` } })],
  ['to[0].name', (value) => ({ ...minimal, to: [{ name: value, address: 'a@example.com' }] })],
  ['to[0].address', (value) => ({ ...minimal, to: [{ name: '', address: `a@example${value}.com` }] })],
  ['cc[0].address', (value) => ({ ...minimal, cc: [{ name: '', address: `"a${value}"@example.com` }] })],
  ['bcc[0].name', (value) => ({ ...minimal, bcc: [{ name: value, address: 'a@example.com' }] })],
  ['replyTo[0].name', (value) => ({ ...minimal, replyTo: [{ name: value, address: 'a@example.com' }] })],
  ['subject', (value) => ({ ...minimal, subject: value })],
  ['messageId', (value) => ({ ...minimal, messageId: `a${value}@example.com` })],
  ['headers[0].name', (value) => ({ ...minimal, headers: [{ name: `X${value}`, value: 'a' }] })],
  ['headers[0].value', (value) => ({ ...minimal, headers: [{ name: 'X-A', value }] })],
  ['attachments[0].filename', (value) => ({ ...minimal, attachments: [{ ...pdf, filename: value }] })],
  ['attachments[0].mediaType', (value) => ({ ...minimal, attachments: [{ ...pdf, mediaType: `a/b${value}` }] })],
  ['attachments[0].contentId', (value) => ({ ...minimal, attachments: [{ ...logo, contentId: `a${value}` }] })],
]
for (const [field, message] of members) {
  test(`API-1: CR, LF and NUL in ${field} are refused`, () => {
    for (const bad of ['\r\nX-Injected: 1', '\n', '\r', '\0']) {
      assert.throws(
        () => compose(message(`x${bad}`)),
        (error) => error instanceof ComposeError && error.field === field,
      )
    }
    // Control.
    assert.ok(compose(message('x')))
  })
}

test('API-1: the header has exactly the fields that were meant', () => {
  fc.assert(
    fc.property(word, word, (subject, value) => {
      const octets = compose({ ...minimal, subject, headers: [{ name: 'X-Own', value }] })
      const names = headerFields(scanMessage(octets).root).map(({ name }) => name)
      assert.deepEqual(names, [
        'Date',
        'From',
        'Message-ID',
        'Subject',
        'X-Own',
        'MIME-Version',
        'Content-Type',
        'Content-Transfer-Encoding',
      ])
    }),
  )
})

const refused: [string, ComposedMessage][] = [
  ['from.address', { ...minimal, from: { name: '', address: 'nobody' } }],
  ['to[1].address', { ...minimal, to: [minimal.from, { name: '', address: 'a@b, c@d' }] }],
  ['to[0].address', { ...minimal, to: [{ name: '', address: 'a@b> <c@d' }] }],
  ['headers[0].name', { ...minimal, headers: [{ name: 'Bcc', value: 'a@b' }] }],
  ['headers[0].name', { ...minimal, headers: [{ name: 'content-type', value: 'text/html' }] }],
  ['headers[0].name', { ...minimal, headers: [{ name: 'X-A: b', value: 'c' }] }],
  ['attachments[0].content', { ...minimal, attachments: [{ ...pdf, content: 'file:///etc/passwd' }] }],
  ['attachments[0].mediaType', { ...minimal, attachments: [{ ...pdf, mediaType: 'multipart/mixed' }] }],
  ['messageId', { ...minimal, messageId: 'a b' }],
  ['date', { ...minimal, date: Number.NaN }],
]
for (const [field, message] of refused) {
  test(`${field} is refused`, () => {
    assert.throws(
      () => compose(message),
      (error) => error instanceof ComposeError && error.field === field,
    )
  })
}
