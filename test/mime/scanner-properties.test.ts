import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { walk } from '../../src/mime/parts.ts'
import { MessageScanner, scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import type { MessageTree, MimeLimits } from '../../src/mime/tree.ts'
import { corpus, readerOf } from './corpus.ts'

function inChunks(octets: Buffer, cuts: readonly number[], limits?: Partial<MimeLimits>): MessageTree {
  const scanner = new MessageScanner(limits)
  let from = 0
  for (const cut of [...cuts, octets.length]) {
    // The scanner must not keep what it was given: the memory is wiped after each call.
    const chunk = Buffer.from(octets.subarray(from, cut))
    scanner.push(chunk)
    chunk.fill(0)
    from = cut
  }
  return scanner.end()
}

test('the chunks make no difference: every split point of every message', () => {
  for (const { name, octets } of corpus) {
    const whole = scanMessage(octets)
    for (let cut = 0; cut <= octets.length; cut++)
      assert.deepEqual(inChunks(octets, [cut]), whole, `${name} cut at ${cut}`)
    const each = Array.from({ length: octets.length }, (_, index) => index)
    assert.deepEqual(inChunks(octets, each), whole, `${name} octet by octet`)
  }
})

/** Pieces that matter to the scanner, put together at random. */
const piece = fc.constantFrom(
  'From: a@example.com',
  'Subject: x',
  ' folded',
  'Content-Type: multipart/mixed; boundary=b',
  'no field',
  'Content-Type: multipart/digest; boundary="b b"',
  'Content-Type: message/rfc822',
  '--b',
  '--b--',
  '--b b',
  '--b b--',
  '-- ',
  '--',
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  '\xff',
  ':',
  'x'.repeat(1030),
  'Content-Transfer-Encoding: base64',
)
const messages = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
const separated = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('\r\n'), 'latin1'))
const limits: Partial<MimeLimits> = { depth: 4, parts: 12, headerOctets: 1200, headerFields: 6 }

test('the chunks make no difference: random messages, random chunks, tight limits', () => {
  fc.assert(
    fc.property(fc.oneof(messages, separated), fc.array(fc.nat(2000), { maxLength: 30 }), (octets, cuts) => {
      const sorted = cuts.filter((cut) => cut < octets.length).sort((a, b) => a - b)
      assert.deepEqual(inChunks(octets, sorted, limits), scanMessage(octets, limits))
    }),
    { numRuns: 1500 },
  )
})

function assertSound(tree: MessageTree): void {
  const sections = new Set<string>()
  for (const part of walk(tree)) {
    assertAscending([0, part.start, part.bodyStart, part.end, tree.octets])
    assertAscending([part.start, ...part.header.flatMap(({ start, end }) => [start, end]), part.bodyStart])
    assertAscending([part.bodyStart, ...part.children.flatMap(({ start, end }) => [start, end]), part.end])
    assert.ok(!sections.has(part.section), `two parts ${part.section}`)
    sections.add(part.section)
  }
  assertAscending([0, ...tree.defects.map(({ offset }) => offset), tree.octets])
  assert.ok(tree.defects.length <= 100 && tree.defectCount >= tree.defects.length)
}

function assertAscending(offsets: readonly number[]): void {
  assert.deepEqual(
    offsets,
    offsets.toSorted((a, b) => a - b),
  )
}

test('ranges lie inside the message, fields inside the header, children one after the other', () => {
  for (const { octets } of corpus) assertSound(scanMessage(octets))
  fc.assert(
    fc.property(fc.oneof(messages, separated), (octets) => {
      assertSound(scanMessage(octets))
      assertSound(scanMessage(octets, limits))
    }),
    { numRuns: 1500 },
  )
})

test('any octets have a tree and a summary', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), messages, separated), (octets) => {
      const { subject, preview, to } = summarize(scanMessage(octets), readerOf(octets))
      assert.ok(subject.length <= 500 && preview.length <= 160 && to.length <= 10)
    }),
    { numRuns: 1500 },
  )
})
