import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walk, findPart } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import type { DefectCode } from '../../src/mime/tree.ts'
import { lines, messageOf } from './corpus.ts'

/** `section type/subtype content`, content in octets as sent. */
function outline(octets: Buffer): string[] {
  return [...walk(scanMessage(octets))].map(({ section, mediaType, bodyStart, end, children }) => {
    const content = children.length > 0 ? '' : ` ${octets.toString('latin1', bodyStart, end).split('\r\n', 1)[0] ?? ''}`
    return `${section} ${mediaType.type}/${mediaType.subtype}${content}`
  })
}

const trees: Record<string, string[]> = {
  'rfc/simple': [' text/plain This is a message just to say hello.'],
  'rfc/mixed': [
    ' multipart/mixed',
    '1 multipart/alternative',
    '1.1 text/plain Text.',
    '1.2 text/html <p>Text.</p>',
    '2 application/pdf JVBERi0xLjQK',
    '3 text/csv a,b',
  ],
  'rfc/nested': [
    ' multipart/mixed',
    '1 text/plain Forwarded:',
    '2 message/rfc822',
    '2.TEXT multipart/alternative',
    '2.1 text/plain Inner text.',
    '2.2 text/html <p>Inner text.</p>',
  ],
  'rfc/nested-plain': [' message/rfc822', '1.1 text/plain Inner text.'],
  'rfc/digest': [
    ' multipart/digest',
    '1 message/rfc822',
    '1.1 text/plain First.',
    '2 message/rfc822',
    '2.1 text/plain Second.',
  ],
  'malformed/prefix-boundary': [
    ' multipart/mixed',
    '1 multipart/alternative',
    '1.1 text/plain Inner plain.',
    '1.2 text/html <p>Inner html.</p>',
    '2 application/octet-stream AAEC',
  ],
  'malformed/no-boundary': [' multipart/mixed --x'],
  'malformed/no-header': [' text/plain Just some text, no header at all.'],
}

for (const [name, expected] of Object.entries(trees)) {
  test(`tree of ${name}`, () => assert.deepEqual(outline(messageOf(name)), expected))
}

test('parts are found by their section number', () => {
  const tree = scanMessage(messageOf('rfc/nested'))
  assert.equal(findPart(tree, '2.1')?.mediaType.subtype, 'plain')
  assert.equal(findPart(tree, '')?.section, '')
  assert.equal(findPart(tree, '1.9'), undefined)
  assert.equal(findPart(scanMessage(messageOf('rfc/simple')), '1')?.section, '')
  assert.equal(findPart(scanMessage(messageOf('rfc/simple')), '2'), undefined)
})

test('fields have their ranges, folding included', () => {
  const octets = messageOf('rfc/obsolete')
  const fields = scanMessage(octets).root.header
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['From', 'To', 'Date', 'Message-ID', 'Subject'],
  )
  const subject = fields[4]
  const range = octets.toString('latin1', subject?.start, subject?.end)
  assert.deepEqual([subject?.body, range], [' Obsolete\r\n syntax', 'Subject: Obsolete\r\n syntax\r\n'])
})

const header = ['From: a@example.com', 'Date: Mon, 23 Nov 2026 10:00:00 +0000']
const defects: [string, Buffer, [DefectCode, number][]][] = [
  ['a sound message', lines(...header, '', 'Text'), []],
  ['a header without a body', lines(...header), []],
  ['nothing at all', Buffer.alloc(0), [['empty-message', 0]]],
  ['bare LF', Buffer.concat([lines(...header, ''), Buffer.from('a\nb\r\n')]), [['bare-lf', 63]]],
  ['bare CR', Buffer.concat([lines(...header, ''), Buffer.from('a\rb\r\n')]), [['bare-cr', 63]]],
  ['CR CR LF', Buffer.concat([lines(...header, ''), Buffer.from('a\r\r\n')]), [['bare-cr', 63]]],
  ['NUL', lines(...header, '', 'a\0b'), [['nul', 63]]],
  ['998 octets', lines(...header, '', 'x'.repeat(998)), []],
  ['999 octets', lines(...header, '', 'x'.repeat(999)), [['long-line', 62]]],
  ['no final CRLF', Buffer.concat([lines(...header, ''), Buffer.from('a')]), [['no-final-crlf', 63]]],
  ['raw octets in the header', lines(...header, 'X: \xff', ''), [['header-8bit', 60]]],
  ['no From', lines(header[1] ?? '', '', ''), [['missing-from', 0]]],
  ['no Date', lines(header[0] ?? '', '', ''), [['missing-date', 0]]],
  ['a bad date', lines('From: a@example.com', 'Date: soon', ''), [['bad-date', 21]]],
  ['two subjects', lines(...header, 'Subject: a', 'subject: b', ''), [['duplicate-field', 72]]],
  ['a bad Message-ID', lines(...header, 'Message-ID: x', ''), [['bad-message-id', 60]]],
  ['a bad address', lines(...header, 'To: Bob', ''), [['bad-address', 60]]],
  ['a bad encoded word', lines(...header, 'Subject: =?utf-8?q?=FF?=', ''), [['bad-encoded-word', 60]]],
  ['a bad media type', lines(...header, 'Content-Type: text', ''), [['bad-content-type', 60]]],
  ['an unknown charset', lines(...header, 'Content-Type: text/plain; charset=x-no', ''), [['bad-charset', 60]]],
  ['an unknown encoding', lines(...header, 'Content-Transfer-Encoding: x-no', ''), [['bad-transfer-encoding', 60]]],
  ['a parameter without a value', lines(...header, 'Content-Type: text/plain; a', ''), [['bad-parameter', 60]]],
  ['a stray line', lines(...header, 'no field', '', ''), [['header-not-a-field', 60]]],
  [
    'no empty line',
    lines('Text only', 'More'),
    [
      ['missing-header-end', 0],
      ['missing-date', 0],
      ['missing-from', 0],
    ],
  ],
]

for (const [what, octets, expected] of defects) {
  test(`defects of ${what}`, () => {
    const found = scanMessage(octets).defects
    assert.deepEqual(
      found.map(({ code, offset }) => [code, offset]),
      expected,
    )
  })
}

test('defects of multiparts', () => {
  const codes = (...content: string[]): DefectCode[] =>
    scanMessage(lines(...header, ...content)).defects.map(({ code }) => code)
  assert.deepEqual(codes('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b--'), [])
  assert.deepEqual(codes('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x'), ['unclosed-boundary'])
  assert.deepEqual(codes('Content-Type: multipart/mixed; boundary=b', '', '--b--'), ['empty-multipart'])
  assert.deepEqual(codes('Content-Type: multipart/mixed; boundary=b', ''), ['unclosed-boundary', 'empty-multipart'])
  assert.deepEqual(codes('Content-Type: multipart/mixed', '', 'x'), ['missing-boundary'])
})

test('a flood of one defect is counted and hides no other', () => {
  const flood = Buffer.concat([lines(...header, '', 'a\0b'), Buffer.from('x\n'.repeat(5000))])
  const { defects: listed, defectCount } = scanMessage(flood)
  assert.equal(defectCount, 5001)
  assert.equal(listed.filter(({ code }) => code === 'bare-lf').length, 10)
  assert.ok(listed.some(({ code }) => code === 'nul'))
})

test('lines are counted as BODYSTRUCTURE wants them', () => {
  const count = (body: string): number | undefined => {
    const octets = Buffer.concat([
      lines('Content-Type: multipart/mixed; boundary=b', '', '--b', ''),
      Buffer.from(body),
      lines('', '--b--'),
    ])
    return scanMessage(octets).root.children[0]?.lines
  }
  assert.deepEqual(['', 'a', 'a\r\n', 'a\r\nb', 'a\r\n\r\n'].map(count), [0, 1, 1, 2, 2])
  assert.equal(scanMessage(lines('A: b', '', 'x', 'y')).root.lines, 2)
  assert.equal(scanMessage(Buffer.from('A: b\r\n\r\nx\r\ny')).root.lines, 2)
  assert.equal(scanMessage(lines('A: b', '')).root.lines, 0)
})

test('a message that a delimiter cuts short has its own section', () => {
  const digest = lines('Content-Type: multipart/digest; boundary=b', '', '--b', '--b', 'Subject: cut', '--b--')
  assert.deepEqual(outline(digest), [
    ' multipart/digest',
    '1 message/rfc822',
    '1.1 text/plain ',
    '2 message/rfc822',
    '2.1 text/plain ',
  ])
})

test('a message holds the one inside it, where both end in a header', () => {
  const digest = lines('Content-Type: multipart/digest; boundary=b', '', '--b', '', '', '--b--')
  const [message] = scanMessage(digest).root.children
  assert.deepEqual(
    message?.children.map(({ end }) => end),
    [message?.end],
  )
})

test('an encoded message inside stays a leaf', () => {
  const inner = ['From: x@example.com', '', 'Inner']
  const plain = lines('Content-Type: message/rfc822', '', ...inner)
  const encoded = lines('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', ...inner)
  assert.equal(scanMessage(plain).root.children.length, 1)
  assert.equal(scanMessage(encoded).root.children.length, 0)
})
