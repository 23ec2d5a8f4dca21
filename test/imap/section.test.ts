import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  formatSection,
  parseBinarySection,
  parsePartial,
  parseSection,
  partialRanges,
  rangeOctets,
  sectionRanges,
} from '../../src/imap/section.ts'
import { ImapBad } from '../../src/imap/error.ts'
import { Arguments } from '../../src/imap/wire/arguments.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { corpus, lines } from '../mime/corpus.ts'
import { deepMessages, nestedMultiparts } from '../mime/hostile.ts'
import { fc } from '../support/properties.ts'

/** With its literals apart, as they come over the wire. */
function argumentsOf(text: string): Arguments {
  const literals: Buffer[] = []
  const before = text.replace(/\{(\d+)\}\r\n(.*)/s, (_, size: string, rest: string) => {
    literals.push(Buffer.from(rest.slice(0, Number(size)), 'latin1'))
    return `{${size}}\r\n${rest.slice(Number(size))}`
  })
  return new Arguments(before, literals)
}

function parse(text: string) {
  const source = argumentsOf(text)
  const section = parseSection(source)
  assert.ok(source.ended)
  return section
}

/** The octets of a section; undefined where there is none. */
function fetch(octets: Buffer, text: string): string | undefined {
  const ranges = sectionRanges(scanMessage(octets), parse(text))
  return ranges?.map(([start, end]) => octets.toString('latin1', start, end)).join('')
}

/** RFC 9051 §6.4.5.1: the complex message of the example. */
const complex = lines(
  'Subject: outer',
  'Content-Type: multipart/mixed; boundary=a',
  '',
  '--a',
  '',
  'one',
  '--a',
  'Content-Type: application/octet-stream',
  '',
  'two',
  '--a',
  'Content-Type: message/rfc822',
  '',
  'Subject: three',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  '',
  'three one',
  '--b',
  'Content-Type: application/octet-stream',
  '',
  'three two',
  '--b--',
  '--a',
  'Content-Type: multipart/mixed; boundary=c',
  '',
  '--c',
  'Content-Type: image/gif',
  '',
  'four one',
  '--c',
  'Content-Type: message/rfc822',
  'X: mime',
  '',
  'Subject: four two',
  '',
  'text',
  '--c--',
  '--a--',
)

const sections: readonly [text: string, octets: string | undefined][] = [
  ['[]', complex.toString('latin1')],
  ['[HEADER]', 'Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n'],
  ['[1]', 'one'],
  ['[1.MIME]', '\r\n'],
  ['[1.HEADER]', undefined],
  ['[1.TEXT]', undefined],
  ['[1.1]', undefined],
  ['[2]', 'two'],
  ['[2.MIME]', 'Content-Type: application/octet-stream\r\n\r\n'],
  ['[3.HEADER]', 'Subject: three\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'],
  ['[3.HEADER.FIELDS (SUBJECT X)]', 'Subject: three\r\n\r\n'],
  ['[3.HEADER.FIELDS.NOT (subject)]', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'],
  ['[3.MIME]', 'Content-Type: message/rfc822\r\n\r\n'],
  ['[3.1]', 'three one'],
  ['[3.2]', 'three two'],
  ['[3.3]', undefined],
  ['[4.1]', 'four one'],
  ['[4.1.MIME]', 'Content-Type: image/gif\r\n\r\n'],
  ['[4.HEADER]', undefined],
  ['[4.2]', 'Subject: four two\r\n\r\ntext'],
  ['[4.2.MIME]', 'Content-Type: message/rfc822\r\nX: mime\r\n\r\n'],
  ['[4.2.HEADER]', 'Subject: four two\r\n\r\n'],
  ['[4.2.TEXT]', 'text'],
  ['[4.2.1]', 'text'],
  ['[4.2.1.1]', undefined],
  ['[4.2.2]', undefined],
  ['[5]', undefined],
  ['[4294967295]', undefined],
]
const plain = lines('A: 1', 'b: 2', ' folded', 'A: 3', '', 'text')
const fields: readonly [message: Buffer, text: string, octets: string | undefined][] = [
  [plain, '[1]', 'text\r\n'],
  [plain, '[TEXT]', 'text\r\n'],
  [plain, '[1.MIME]', 'A: 1\r\nb: 2\r\n folded\r\nA: 3\r\n\r\n'],
  [plain, '[1.HEADER]', undefined],
  [plain, '[HEADER.FIELDS (a)]', 'A: 1\r\nA: 3\r\n\r\n'],
  [plain, '[HEADER.FIELDS ("B" a)]', 'A: 1\r\nb: 2\r\n folded\r\nA: 3\r\n\r\n'],
  [plain, '[HEADER.FIELDS (none)]', '\r\n'],
  [plain, '[HEADER.FIELDS.NOT (a)]', 'b: 2\r\n folded\r\n\r\n'],
  [plain, '[HEADER.FIELDS.NOT (none)]', 'A: 1\r\nb: 2\r\n folded\r\nA: 3\r\n\r\n'],
  // No body and no blank line.
  [lines('A: 1', 'B: 2'), '[HEADER.FIELDS (A)]', 'A: 1\r\n'],
  [lines('A: 1', 'B: 2'), '[TEXT]', ''],
  [Buffer.from('A: 1\nB: 2\n\nx'), '[HEADER.FIELDS (A)]', 'A: 1\n\n'],
  [lines('A: 1', 'no field', '', 'x'), '[HEADER.FIELDS (A)]', 'A: 1\r\n\r\n'],
  [lines('A: 1', 'no field', '', 'x'), '[HEADER.FIELDS.NOT (A)]', 'no field\r\n\r\n'],
  [lines('no header'), '[HEADER]', ''],
  [lines('no header'), '[HEADER.FIELDS (A)]', ''],
  [lines('Content-Type: multipart/mixed', '', 'x'), '[1]', 'x\r\n'],
  [lines('Content-Type: message/rfc822', '', 'A: 1', '', 'x'), '[1.HEADER]', 'A: 1\r\n\r\n'],
  [lines('Content-Type: message/rfc822', '', 'A: 1', '', 'x'), '[1.1]', 'x\r\n'],
  [Buffer.alloc(0), '[]', ''],
  [Buffer.alloc(0), '[1]', ''],
]

describe('sections', () => {
  for (const [text, octets] of sections) it(text, () => assert.equal(fetch(complex, text), octets))
  for (const [message, text, octets] of fields) {
    it(`${text} of ${JSON.stringify(message.toString('latin1'))}`, () => assert.equal(fetch(message, text), octets))
  }
  it('TEXT of a multipart is what is after the header', () => {
    const header = fetch(complex, '[HEADER]') ?? ''
    assert.equal(fetch(complex, '[TEXT]'), complex.toString('latin1', header.length))
    assert.match(fetch(complex, '[3.TEXT]') ?? '', /^--b\r\n[\s\S]*--b--$/)
  })
  it('header and text are the whole of every message', () => {
    for (const { name, octets } of corpus) {
      const whole = `${fetch(octets, '[HEADER]') ?? ''}${fetch(octets, '[TEXT]') ?? ''}`
      assert.equal(whole, octets.toString('latin1'), name)
    }
  })
})

describe('sections as they are written', () => {
  for (const [text] of sections) it(text, () => assert.equal(formatSection(parse(text)).length, text.length))
  it('come back as they were asked for', () => {
    const text = '[header.fields (Subject "x y" {1}\r\n\xe4)]'
    assert.equal(formatSection(parse(text)), '[HEADER.FIELDS (Subject "x y" {1}\r\n\xe4)]')
    assert.equal(formatSection(parse('[1.2.text]'), { start: 7, octets: 5 }), '[1.2.TEXT]<7>')
  })
  for (const text of [
    '[',
    '[0]',
    '[01]',
    '[1.]',
    '[1..2]',
    '[.1]',
    '[4294967296]',
    '[MIME]',
    '[TEXT.1]',
    '[HEADER.FIELDS]',
    '[HEADER.FIELDS ()]',
    '[HEADER.FIELDS (A  B)]',
    '[HEADER.FIELDS(A)]',
    '[HEADER.FIELDS (A]',
    '[HEADERS]',
    '[1HEADER]',
    '[NIL]',
    '[-1]',
    '[1 ]',
  ]) {
    it(`${text} is BAD`, () => assert.throws(() => parse(text), ImapBad))
  }
  it('BINARY has part numbers only', () => {
    assert.deepEqual(parseBinarySection(argumentsOf('[1.2]')).path, [1, 2])
    assert.throws(() => parseBinarySection(argumentsOf('[1.MIME]')), ImapBad)
  })
  it('of two hundred numbers are read, and found where they are', () => {
    const path = `[${Array.from({ length: 200 }, () => '1').join('.')}]`
    const octets = nestedMultiparts(300)
    assert.equal(sectionRanges(scanMessage(octets), parse(path)), undefined)
    for (const deep of [octets, deepMessages(300)]) {
      assert.equal(sectionRanges(scanMessage(deep, { depth: 1_000 }), parse(path))?.length, 1)
    }
  })
})

describe('partial fetches', () => {
  const partial = (text: string) => parsePartial(argumentsOf(text))
  it('are read', () => {
    assert.deepEqual(partial('<0.2048>'), { start: 0, octets: 2048 })
    assert.equal(partial(' '), undefined)
    for (const bad of ['<0.0>', '<0>', '<.1>', '<-1.1>', '<1.2', '<1.2.3>', '< 1.2>']) {
      assert.throws(() => partial(bad), ImapBad, bad)
    }
  })
  it('past the end are empty, and no error', () => {
    assert.deepEqual(partialRanges([[0, 10]], { start: 10, octets: 1 }), [])
    assert.deepEqual(partialRanges([[0, 10]], { start: 4294967295, octets: 4294967295 }), [])
    assert.deepEqual(partialRanges([[0, 10]], { start: 9, octets: 4294967295 }), [[9, 10]])
  })
  it('are what a slice of the octets is', () => {
    const gap = fc.tuple(fc.nat(5), fc.nat(5))
    fc.assert(
      fc.property(fc.array(gap), fc.nat(30), fc.integer({ min: 1, max: 30 }), (gaps, start, octets) => {
        let at = 0
        const ranges = gaps.map(([before, size]): [number, number] => [(at += before), (at += size)])
        const all = ranges.flatMap(numbers)
        assert.equal(rangeOctets(ranges), all.length)
        assert.deepEqual(partialRanges(ranges, { start, octets }).flatMap(numbers), all.slice(start, start + octets))
      }),
    )
  })
})

function numbers([start, end]: readonly [number, number]): number[] {
  return Array.from({ length: end - start }, (_, at) => start + at)
}
