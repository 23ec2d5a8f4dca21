import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import type { RangeReader } from '../../src/mime/tree.ts'
import { matches } from '../../src/query/matches.ts'
import { messageSubject, type MessageFacts } from '../../src/query/message-subject.ts'
import { indexedText, searchedBodyOctets } from '../../src/query/message-words.ts'
import { parseQuery } from '../../src/query/parse.ts'
import type { QuerySubject } from '../../src/query/subject.ts'

const now = Date.UTC(2026, 10, 23, 12)

const letter = `From: =?utf-8?Q?Zo=C3=AB_M=C3=BCller?= <zoe@example.com>
To: Alice Smith <Alice@Example.com>, "Team; all" <team@example.com>
Cc: carol@cc.example
Bcc: dan@bcc.example
Subject: Welcome to =?utf-8?B?5pel5pys?=
Message-ID: <1.ABC@example.com>
X-Mailer: Foo Bar 2
X-Mailer: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
X-Empty:
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=utf-8

Your code is 123456
--c
Content-Type: text/html

<p>only html here</p>
--c--
--b
Content-Type: application/pdf; name="Invoice 17.pdf"
Content-Disposition: attachment

attached
--b--
`.replaceAll('\n', '\r\n')

function subjectOf(
  text: string,
  more: Partial<MessageFacts> = {},
  onRead: () => unknown = () => undefined,
): QuerySubject {
  const octets = Buffer.from(text)
  const read: RangeReader = (start, end) => octets.subarray(start, end)
  const tree = scanMessage(octets)
  const summary = summarize(tree, read)
  const facts: MessageFacts = {
    octets: octets.length,
    arrivedAt: now - 3_600_000,
    seen: false,
    flagged: true,
    malformed: tree.defectCount > 0,
    hasAttachment: summary.attachments > 0,
    hasHtml: summary.hasHtml,
    keywords: ['Billing'],
    accounts: ['all', 'alice@example.com'],
    mailboxes: ['INBOX', 'Projects/X'],
    user: 'App',
    messageId: summary.messageId,
    fieldAddresses: summary.fieldAddresses,
    reversePath: 'bounce@sender.example',
    forwardPaths: ['alice@example.com', 'hidden@rcpt.example'],
    ...more,
  }
  return messageSubject(facts, () => ({
    tree,
    read(start, end) {
      onRead()
      return read(start, end)
    },
  }))
}

const holds = (query: string, subject: QuerySubject): boolean => {
  const { criteria } = parseQuery(query)
  return criteria === undefined || matches(criteria, subject, now)
}

/** Each query that is meant to match beside one, nearly the same, that is not. */
const table: readonly (readonly [matching: string, missing: string])[] = [
  ['from:zoe@example.com', 'from:oe@example.com'],
  ['from:"zoe muller"', 'from:"muller example"'],
  ['from:müll*', 'from:müll'],
  ['to:ALICE@example.COM', 'to:alice@example.co'],
  ['to:team@example.com', 'cc:team@example.com'],
  ['cc:carol@cc.example', 'to:carol@cc.example'],
  ['bcc:dan', 'from:dan'],
  ['rcpt:hidden@rcpt.example', 'to:hidden@rcpt.example'],
  ['rcpt:hidden', 'rcpt:carol'],
  ['sender:bounce@sender.example', 'from:bounce@sender.example'],
  ['sender:bounce', 'sender:zoe'],
  ['addressed:hidden@rcpt.example addressed:carol@cc.example addressed:dan', 'addressed:zoe@example.com'],
  ['subject:"welcome to 日本"', 'subject:"welcome 日本"'],
  ['subject:本', 'body:本'],
  ['body:123456', 'body:23456'],
  ['body:1234*', 'body:attached'],
  ['body:"only html"', 'body:"html only"'],
  ['filename:"invoice 17"', 'filename:17.invoice'],
  ['alice@example.com', 'alice@example.org'],
  ['hidden bounce invoice 123456 zoe', 'attached'],
  ['"smith alice"', '"to alice"'],
  ['header:X-Mailer', 'header:X-Mail'],
  ['header:x-empty', 'header:x-empty=a'],
  ['header:X-Mailer="foo bar"', 'header:X-Mailer="bar foo"'],
  ['header:X-Mailer=grüße', 'header:X-Mailer="2 grüße"'],
  ['message-id:1.ABC@example.com', 'message-id:1.abc@example.com'],
  ['type:application/pdf', 'type:application/pd'],
  ['type:multipart', 'type:image/*'],
  ['larger:500', 'larger:5k'],
  ['smaller:5k', 'smaller:500'],
  ['before:2026-11-23T11:00:00.001Z', 'before:2026-11-23T11:00'],
  ['after:2026-11-23T11:00', 'after:2026-11-23T11:00:00.001Z'],
  ['newer:1h', 'newer:59m'],
  ['older:59m', 'older:1h'],
  ['is:unread', 'is:read'],
  ['is:flagged', '-is:flagged'],
  ['has:attachment', '-has:attachment'],
  ['has:html', '-has:html'],
  ['tag:billing', 'tag:bill'],
  ['account:Alice@example.com', 'account:bob@example.com'],
  ['mailbox:inbox', 'mailbox:projects/x'],
  ['mailbox:Projects/X', 'mailbox:Projects'],
  ['user:app', 'user:ap'],
]

describe('a message answers', () => {
  const subject = subjectOf(letter)
  for (const [matching, missing] of table) {
    test(`${matching} and not ${missing}`, () => {
      assert.equal(holds(matching, subject), true)
      assert.equal(holds(missing, subject), false)
    })
  }
})

test('the text of HTML is the body where there is no plain text', () => {
  const html = subjectOf('Content-Type: text/html\r\n\r\n<style>p{}</style><p>Hello <b>Ann</b></p>\r\n')
  assert.equal(holds('body:"hello ann"', html), true)
  assert.equal(holds('body:style', html), false)
})

test('malformed, and a null reverse-path without a user', () => {
  const subject = subjectOf('no header at all', {
    reversePath: '',
    user: undefined,
    messageId: undefined,
    fieldAddresses: { from: [], to: [], cc: [], bcc: [] },
  })
  assert.equal(holds('is:malformed', subject), true)
  assert.deepEqual(subject.addresses('sender'), [])
  assert.deepEqual(subject.words('sender'), [])
  assert.equal(holds('user:app', subject), false)
  assert.equal(holds('message-id:x', subject), false)
})

test('names that objects have of themselves are header fields like any', () => {
  const subject = subjectOf('__proto__: polluted\r\nconstructor: x\r\n\r\n')
  assert.equal(holds('header:__proto__=polluted header:constructor', subject), true)
  assert.equal(holds('header:toString', subject), false)
})

test('the body is searched as far as it says', () => {
  const line = `${'x'.repeat(61)}\r\n`
  const filler = line.repeat(Math.ceil(searchedBodyOctets / line.length))
  const subject = subjectOf(`Subject: long\r\n\r\nfirst\r\n${filler}last\r\n`)
  assert.equal(holds('body:first', subject), true)
  assert.equal(holds('body:last', subject), false)
})

test('nothing is decoded before it is asked for, and once then', () => {
  const reads: number[] = []
  const subject = subjectOf(letter, {}, () => reads.push(1))
  assert.equal(holds('is:unread subject:welcome from:zoe@example.com type:text', subject), true)
  assert.deepEqual(reads, [])
  assert.equal(holds('body:code', subject), true)
  const once = reads.length
  assert.ok(once > 0)
  assert.equal(holds('body:code body:123456 code', subject), true)
  assert.equal(reads.length, once)
  assert.equal(subject.words('to'), subject.words('to'))
})

test('the index is given the words that the predicate sees', () => {
  const octets = Buffer.from(letter)
  const text = indexedText(scanMessage(octets), (start, end) => octets.subarray(start, end))
  const subject = subjectOf(letter)
  const fields = ['subject', 'body', 'filename', 'from', 'to', 'cc', 'bcc'] as const
  assert.deepEqual(Object.keys(text).sort(), [...fields].sort())
  for (const field of fields) assert.deepEqual(text[field], subject.words(field))
  assert.deepEqual(text.to, ['alice', 'smith', 'alice', 'example', 'com', 'team', 'all', 'team', 'example', 'com'])
})
