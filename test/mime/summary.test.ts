import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanMessage } from '../../src/mime/scanner.ts'
import { emptySummary, summarize, type Summary } from '../../src/mime/summary.ts'
import { lines, messageOf, readerOf } from './corpus.ts'

const summaryOf = (octets: Buffer): Summary => summarize(scanMessage(octets), readerOf(octets))

test('the summary of a message with everything', () => {
  const octets = lines(
    'From: =?utf-8?q?J=C3=B6rg?= <Joerg@Example.com>, second@example.com',
    'To: "Doe, Jane" <jane@example.com>, Team: bob@example.com, bob@example.com;',
    'Cc: carol@example.com',
    'Bcc: Dave@example.com',
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    'Date: Mon, 23 Nov 2026 10:00:00 +0100',
    'Message-ID: <id@example.com>',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<style>p { color: red }</style><p>Hello&nbsp;<b>you</b></p><p>Second</p>',
    '--b',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename=a.pdf',
    '',
    'x',
    '--b--',
  )
  assert.deepEqual(summaryOf(octets), {
    subject: 'Grüße',
    from: { name: 'Jörg', address: 'Joerg@Example.com' },
    to: [
      { name: 'Doe, Jane', address: 'jane@example.com' },
      { name: '', address: 'bob@example.com' },
      { name: '', address: 'bob@example.com' },
      { name: '', address: 'carol@example.com' },
    ],
    toCount: 4,
    date: Date.UTC(2026, 10, 23, 9),
    messageId: 'id@example.com',
    preview: 'Hello you Second',
    attachments: 1,
    hasHtml: true,
    fieldAddresses: {
      from: ['joerg@example.com', 'second@example.com'],
      to: ['jane@example.com', 'bob@example.com'],
      cc: ['carol@example.com'],
      bcc: ['dave@example.com'],
    },
  })
})

test('nothing comes of nothing', () => {
  assert.deepEqual(summaryOf(Buffer.alloc(0)), emptySummary)
})

test('lengths are bounded', () => {
  const long = summaryOf(
    lines(`Subject: ${'s'.repeat(3_000)}`, `Message-ID: <${'i'.repeat(5_000)}>`, '', 'word '.repeat(100)),
  )
  assert.deepEqual([long.subject.length, long.messageId.length, long.preview.length], [500, 998, 160])
})

test('a preview finds its text behind a long style sheet', () => {
  const octets = lines('Content-Type: text/html', '', `<style>${'a{b:c}'.repeat(2_000)}</style>`, '<p>Here it is</p>')
  assert.equal(summaryOf(octets).preview, 'Here it is')
})

test('a preview begins with the first text, of whatever kind', () => {
  const mixed = (...texts: readonly (readonly [kind: string, text: string])[]): Buffer =>
    lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...texts.flatMap(([kind, text]) => ['--b', `Content-Type: ${kind}`, '', text]),
      '--b--',
    )
  const after = ['text/plain', 'Sent from my phone'] as const
  assert.equal(summaryOf(mixed(['text/html', '<p>Hello</p>'], ['image/png', 'x'], after)).preview, 'Hello')
  assert.equal(summaryOf(mixed(['text/html', '<img src=x>'], ['image/png', 'x'], after)).preview, after[1])
  assert.equal(summaryOf(mixed(after, ['text/html', '<p>Hello</p>'])).preview, after[1])
})

test('the preview reads a few hundred octets of a long text', () => {
  const octets = lines('From: a@example.com', '', ...Array<string>(20_000).fill('Some line of text.'))
  let read = 0
  summarize(scanMessage(octets), (start, end) => {
    read += end - start
    return octets.subarray(start, end)
  })
  assert.ok(read < 1_500, `${read} octets`)
})

test('fields that are repeated are read together', () => {
  const { toCount, subject } = summaryOf(
    lines('To: a@example.com', 'To: b@example.com', 'Subject: 1', 'Subject: 2', ''),
  )
  assert.deepEqual([toCount, subject], [2, '1'])
})

test('addresses that could be confused', () => {
  const { from, fieldAddresses } = summaryOf(messageOf('malformed/address-confusion'))
  assert.deepEqual(from, { name: 'attacker@evil.example', address: 'ann@example.com' })
  assert.deepEqual(fieldAddresses.to, ['bob@example.com', '"evil@evil.example"@example.com'])
  assert.deepEqual(fieldAddresses.cc, ['carol@example.com'])
})
