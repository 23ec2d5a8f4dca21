import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { files, walk } from '../../src/mime/parts.ts'
import { MessageScanner, scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import type { DefectCode, MessageTree } from '../../src/mime/tree.ts'
import { assertPrototypeUnchanged } from '../support/prototype.ts'
import { corpus, lines, messageOf, readerOf } from './corpus.ts'
import { deepMessages, nestedMultiparts, siblings } from './hostile.ts'
import { assertLinear } from './linear.ts'

const codes = ({ defects }: MessageTree): DefectCode[] => defects.map(({ code }) => code)
const deepest = (tree: MessageTree): number =>
  Math.max(...[...walk(tree)].map(({ section }) => section.split('.').length))
const count = (tree: MessageTree): number => [...walk(tree)].length

test('MIME-2: nesting beyond 100 is one leaf', () => {
  for (const depth of [101, 1_000, 10_000]) {
    const tree = scanMessage(nestedMultiparts(depth))
    assert.ok(codes(tree).includes('too-deep'))
    assert.equal(count(tree), 101)
    const messages = scanMessage(deepMessages(depth))
    assert.ok(codes(messages).includes('too-deep'))
    assert.equal(count(messages), 101)
  }
})

test('MIME-2, control: nesting of 99 is a tree', () => {
  const tree = scanMessage(nestedMultiparts(99))
  assert.ok(!codes(tree).includes('too-deep'))
  assert.equal(count(tree), 100)
  assert.ok(deepest(tree) >= 99)
})

test('MIME-2: a child with the boundary of its parent', () => {
  const tree = scanMessage(siblings(5_000, ['Content-Type: multipart/mixed; boundary=b', '']))
  assert.ok(codes(tree).includes('too-deep'))
  assert.ok(count(tree) <= 10_000)
})

test('MIME-2: no recursion anywhere, with a stack of 200 kB', () => {
  const child = spawnSync(
    process.execPath,
    ['--stack-size=200', '--import', 'tsx', join(import.meta.dirname, 'small-stack.ts')],
    { encoding: 'utf8' },
  )
  assert.equal(child.stdout.trim(), 'parsed', child.stderr)
})

test('MIME-3: parts beyond 10,000 are one opaque leaf', () => {
  const tree = scanMessage(siblings(100_000))
  assert.equal(tree.root.children.length, 9_999)
  assert.deepEqual(codes(tree), ['missing-date', 'missing-from', 'too-many-parts'])
  const last = tree.root.children[9_998]
  assert.deepEqual([last?.mediaType.subtype, last?.end], ['octet-stream', tree.octets])
  const empty = scanMessage(siblings(1_000_000, []))
  assert.equal(count(empty), 10_000)
  assert.ok(codes(empty).includes('too-many-parts'))
  // Control: under the limit all of them are there.
  const few = scanMessage(siblings(9_000))
  assert.equal(few.root.children.length, 9_000)
  assert.deepEqual(codes(few), ['missing-date', 'missing-from'])
})

test('MIME-3: time is linear in the number of parts', () => {
  assertLinear((size) => scanMessage(siblings(size), { parts: 1_000_000 }), 20_000)
})

test('MIME-4: headers beyond the limits are kept raw', () => {
  const many = scanMessage(lines(...Array<string>(100_000).fill('X-A: b'), '', 'Body'))
  assert.equal(many.root.header.length, 10_000)
  assert.ok(codes(many).includes('header-too-large'))
  const long = scanMessage(lines(`X-A: ${'b'.repeat(10_000_000)}`, '', 'Body'))
  assert.ok(codes(long).includes('header-too-large'))
  assert.ok((long.root.header[0]?.body.length ?? 0) <= 2 * 1024 * 1024)
  assert.equal(long.root.end - long.root.bodyStart, 6)
  assert.ok(
    codes(scanMessage(lines(`${'N'.repeat(1_000_000)}: x`, 'X-A: b', '', 'Body'))).includes('missing-header-end'),
  )
  // Control.
  const fine = scanMessage(lines(...Array<string>(10_000).fill('X-A: b'), '', 'Body'))
  assert.equal(fine.root.header.length, 10_000)
  assert.ok(!codes(fine).includes('header-too-large'))
})

test('MIME-4: headers take linear time, by lines and by length', () => {
  const message = (header: string): Buffer => Buffer.from(`${header}\r\n\r\nBody\r\n`)
  const pumps: ((size: number) => string)[] = [
    (size) => 'X-A: b\r\n'.repeat(size),
    (size) => `X-A: ${'b'.repeat(size * 10)}`,
    (size) => `X-A: b${'\r\n c'.repeat(size)}`,
    (size) => `${'N'.repeat(size * 10)}: x`,
    (size) => `To: ${'a@b.example,\r\n '.repeat(size)}c@d.example`,
    (size) => `Content-Type: text/plain;${' a=b;'.repeat(size)}`,
    (size) => 'Subject: =?utf-8?q?a?=\r\n'.repeat(size),
  ]
  for (const pump of pumps) {
    assertLinear((size) => {
      const octets = message(pump(size))
      summarize(scanMessage(octets), readerOf(octets))
    }, 4_000)
  }
})

test('MIME-4: all headers together are bounded', () => {
  const scanned = (count: number): { tree: MessageTree; kept: number } => {
    const tree = scanMessage(siblings(count, [`X-A: ${'y'.repeat(1_000_000)}`, '', 'x']))
    assert.equal(tree.root.children.length, count)
    const kept = [...walk(tree)].flatMap(({ header }) => header).reduce((sum, { body }) => sum + body.length, 0)
    return { tree, kept }
  }
  const many = scanned(40)
  assert.ok(many.kept <= 16 * 1024 * 1024)
  assert.ok(codes(many.tree).includes('header-too-large'))
  const few = scanned(10)
  assert.ok(few.kept > 10_000_000, 'control')
  assert.ok(!codes(few.tree).includes('header-too-large'))
})

test('MIME-4: the first 1,000 of 100,000 addresses', () => {
  const summaryOf = (count: number): { tree: MessageTree; counts: number[] } => {
    const to = Array.from({ length: count }, (_, index) => `a${index}@example.com`).join(',\r\n ')
    const octets = lines(`To: ${to}`, '', 'Body')
    const tree = scanMessage(octets)
    const { toCount, to: shown, fieldAddresses } = summarize(tree, readerOf(octets))
    return { tree, counts: [toCount, shown.length, fieldAddresses.to.length] }
  }
  const many = summaryOf(100_000)
  assert.ok(codes(many.tree).includes('too-many-addresses'))
  assert.deepEqual(many.counts, [1_000, 10, 1_000])
  const all = summaryOf(1_000)
  assert.ok(!codes(all.tree).includes('too-many-addresses'), 'control')
  assert.deepEqual(all.counts, [1_000, 10, 1_000])
})

test('MIME-6: parameters beyond 200 are ignored', () => {
  const scanned = (count: number): MessageTree => {
    const pieces = Array.from({ length: count }, (_, index) => ` name*${index}=x`)
    return scanMessage(lines(`Content-Type: text/plain;${pieces.join(';\r\n')}`, '', 'Body'))
  }
  const many = scanned(100_000)
  assert.ok(codes(many).includes('too-many-parameters'))
  assert.equal(many.root.mediaType.parameters.get('name')?.length, 200)
  const all = scanned(200)
  assert.ok(!codes(all).includes('too-many-parameters'), 'control')
  assert.equal(all.root.mediaType.parameters.get('name')?.length, 200)
})

test('MIME-10: names of prototypes are plain data', async () => {
  await assertPrototypeUnchanged(() => {
    const tree = scanMessage(messageOf('malformed/prototype-names'))
    assert.deepEqual(
      tree.root.header.slice(0, 3).map(({ name }) => name),
      ['__proto__', 'constructor', 'toString'],
    )
    assert.equal(tree.root.mediaType.parameters.get('__proto__'), 'x')
    assert.equal(tree.root.mediaType.parameters.get('tostring'), undefined)
    for (const message of corpus) summarize(scanMessage(message.octets), readerOf(message.octets))
  })
})

test('MIME-11: a line of 10 MB, and no line end at all', () => {
  const tree = scanMessage(Buffer.concat([lines('A: b', ''), Buffer.alloc(10_000_000, 'x')]))
  const long = tree.defects.find(({ code }) => code === 'long-line')
  assert.equal(long?.text, 'Line of 10,000,000 octets; the limit is 998.')
  assert.ok(codes(tree).includes('no-final-crlf'))
  assert.ok(codes(scanMessage(messageOf('malformed/only-cr'))).includes('bare-cr'))
  // Control: a line at the limit, and its end.
  assert.deepEqual(codes(scanMessage(lines('A: b', '', 'x'.repeat(998)))), ['missing-date', 'missing-from'])
})

test('MIME-12: names from a message are data, however they look', () => {
  const octets = messageOf('malformed/path-names')
  const [file] = files(scanMessage(octets))
  assert.deepEqual([file?.filename, file?.contentId], ['../../etc/passwd', '../../etc/passwd'])
})

test('memory does not grow with the body', () => {
  const scanner = new MessageScanner()
  scanner.push(lines('Content-Type: application/octet-stream', ''))
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const before = process.memoryUsage().rss
  for (let index = 0; index < 3_200; index++) scanner.push(chunk)
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024)
  assert.equal(scanner.end().octets, 3_200 * 64 * 1024 + 42)
})

test('MIME-6: all parameters of a message together are bounded', () => {
  const names = Array.from({ length: 100 }, (_, index) => `a${index}=x`).join(';')
  const scanned = (count: number): { tree: MessageTree; read: number } => {
    const tree = scanMessage(siblings(count, [`Content-Type: text/plain;${names}`, '', 'x']))
    return { tree, read: [...walk(tree)].reduce((sum, { mediaType }) => sum + mediaType.parameters.size, 0) }
  }
  const many = scanned(9_000)
  assert.equal(many.read, 50_000)
  assert.ok(codes(many.tree).includes('too-many-parameters'))
  const few = scanned(400)
  assert.equal(few.read, 40_001, 'control: all of them, and the boundary')
  assert.ok(!codes(few.tree).includes('too-many-parameters'))
})
