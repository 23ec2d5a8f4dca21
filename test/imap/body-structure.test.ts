import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { body, bodyStructure } from '../../src/imap/body-structure.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { corpus, lines } from '../mime/corpus.ts'
import { deepMessages, nestedMultiparts, siblings } from '../mime/hostile.ts'
import { readValue, type Value } from './read-value.ts'

const scan = (...content: readonly string[]) => scanMessage(lines(...content)).root

/** Header fields of a message whose body is `ab`, and its BODYSTRUCTURE. */
const leaves: readonly [header: readonly string[], written: string][] = [
  [['X: y'], '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)'],
  [
    ['Content-Type: TEXT/HTML; CharSet="UTF-8"; format=flowed'],
    '("text" "html" ("CharSet" "UTF-8" "format" "flowed") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)',
  ],
  [['Content-Type: x/y; name=a\xf1o'], '("x" "y" ("name" {4}\r\na\xc3\xb1o) NIL NIL "7bit" 4 NIL NIL NIL NIL)'],
  [
    ['Content-Type: text/plain; format=flowed'],
    '("text" "plain" ("charset" "us-ascii" "format" "flowed") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)',
  ],
  [
    [
      'Content-Type: application/pdf; name="a \\"b\\".pdf"',
      'Content-Transfer-Encoding: BASE64',
      'Content-ID: <1@x>',
      'Content-Description: =?utf-8?q?=C3=B6?=',
      'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
      'Content-Disposition: ATTACHMENT; filename=a.pdf;',
      ' size=4',
      'Content-Language: de, en',
      'Content-Location: http://x/',
      ' y',
    ],
    '("application" "pdf" ("name" "a \\"b\\".pdf") "<1@x>" "=?utf-8?q?=C3=B6?=" "base64" 4 "Q2hlY2sgSW50ZWdyaXR5IQ==" ' +
      '("attachment" ("filename" "a.pdf" "size" "4")) ("de" "en") "http://x/ y")',
  ],
  [
    ['Content-Type: image/png', 'Content-Disposition: inline', 'Content-Language: de'],
    '("image" "png" NIL NIL NIL "7bit" 4 NIL ("inline" NIL) "de" NIL)',
  ],
  [
    ['Content-Type: image/png; name*0*=utf-8\'\'%e2%82%ac; name*1="b"', 'Content-Language: ,'],
    '("image" "png" ("name*0*" "utf-8\'\'%e2%82%ac" "name*1" "b") NIL NIL "7bit" 4 NIL NIL NIL NIL)',
  ],
  [
    ['Content-Type: image/png; name="\xc3\xb6"'],
    '("image" "png" ("name" {2}\r\n\xc3\xb6) NIL NIL "7bit" 4 NIL NIL NIL NIL)',
  ],
  [['Content-Type: text'], '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)'],
  // What cannot be sent with what is inside is an opaque leaf.
  [['Content-Type: multipart/mixed'], '("application" "octet-stream" NIL NIL NIL "7bit" 4 NIL NIL NIL NIL)'],
  [
    ['Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64'],
    '("application" "octet-stream" NIL NIL NIL "base64" 4 NIL NIL NIL NIL)',
  ],
  [['Content-Type: message/partial; id=1'], '("message" "partial" ("id" "1") NIL NIL "7bit" 4 NIL NIL NIL NIL)'],
]

const nested = [
  'From: o@x',
  'Content-Type: multipart/mixed; boundary=b',
  'Content-Disposition: inline',
  'Content-Language: en',
  '',
  '--b',
  '',
  'one',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'Content-Type: multipart/alternative; boundary="c c"',
  '',
  '--c c',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'two',
  'three',
  '--c c',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>',
  '--c c--',
  '--b--',
]

describe('BODYSTRUCTURE', () => {
  for (const [header, written] of leaves) {
    it(header.join(' '), async () => assert.equal(await bodyStructure(scan(...header, '', 'ab')), written))
  }
  it('nests', async () => {
    const one = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1'
    const two = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 10 2'
    const three = '("text" "html" ("charset" "utf-8") NIL NIL "7bit" 3 1'
    const inner = nested.slice(nested.indexOf('Subject: inner'), -1)
    const message = `("message" "rfc822" NIL NIL NIL "7bit" ${inner.join('\r\n').length}`
    const envelope = '(NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL)'
    assert.equal(
      await bodyStructure(scan(...nested)),
      `(${one} NIL NIL NIL NIL)${message} ${envelope} (${two} NIL NIL NIL NIL)${three} NIL NIL NIL NIL) "alternative" ` +
        `("boundary" "c c") NIL NIL NIL) ${inner.length} NIL NIL NIL NIL) "mixed" ("boundary" "b") ("inline" NIL) "en" NIL)`,
    )
    assert.equal(
      await body(scan(...nested)),
      `(${one})${message} ${envelope} (${two})${three}) "alternative") ${inner.length}) "mixed")`,
    )
  })
  it('a part of a digest is a message', async () => {
    const digest = scan('Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: x', '', 'y', '--b--')
    assert.match(await body(digest), /^\(\("message" "rfc822" NIL NIL NIL "7bit" \d+ \(NIL "x" .*\) "digest"\)$/)
  })
  it('message/global is a message too', async () => {
    const global = scan('Content-Type: message/global', '', 'Subject: x', '', 'y')
    assert.match(await body(global), /^\("message" "global" NIL NIL NIL "7bit" 17 \(NIL "x" /)
  })
  it('every message of the corpus reads back', async () => {
    for (const { name, octets } of corpus) {
      const { root } = scanMessage(octets)
      for (const written of await Promise.all([bodyStructure(root), body(root)]))
        assert.ok(Array.isArray(readValue(written)), name)
    }
  })
})

describe('BODYSTRUCTURE of what is hostile', () => {
  const limits = { depth: 20_000, parts: 100_000 }
  it('is no deeper than a hundred parts, and whole above that', async () => {
    for (const octets of [nestedMultiparts(5_000), deepMessages(5_000)]) {
      const depth = depthOf(readValue(await bodyStructure(scanMessage(octets, limits).root)))
      assert.ok(depth >= 100 && depth <= 220, `${depth}`)
    }
  })
  it('has every part of a message with many', async () => {
    const value = readValue(await body(scanMessage(siblings(20_000), limits).root))
    assert.ok(Array.isArray(value))
    assert.equal(value.length, 20_001)
  })
  it('lets others have their turn between many parts', async () => {
    const { root } = scanMessage(siblings(20_000), limits)
    const seen = { turns: 0 }
    const count = (): void => {
      seen.turns++
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    await body(scan('', 'x'))
    const early = seen.turns
    await body(root)
    clearImmediate(next)
    assert.equal(early, 0, 'control: of one part it is written at once')
    assert.ok(seen.turns >= 20, `${seen.turns} turns`)
  })
  it('has no more languages than a hundred', async () => {
    const written = await bodyStructure(scan(`Content-Language: ${'de,'.repeat(10_000)}`, '', 'x'))
    assert.equal(written.split('"de"').length - 1, 100)
  })
})

function depthOf(value: Value): number {
  let depth = 0
  for (let level: readonly Value[] = [value]; level.length > 0; depth++) {
    level = level.flatMap((member) => (Array.isArray(member) ? (member as readonly Value[]) : []))
  }
  return depth
}
