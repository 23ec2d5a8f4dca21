import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBody, decodeText } from '../../src/mime/body.ts'
import { joinFlowed } from '../../src/mime/flowed.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { messageText } from '../../src/mime/text.ts'
import { lines, readerOf } from './corpus.ts'
import { assertLinear } from './linear.ts'

/** Text, joined, joined with DelSp=yes. */
const texts: [string, string, string][] = [
  ['a \nb\nc\n', 'a b\nc\n', 'ab\nc\n'],
  ['This is one para \n graph split.', 'This is one para graph split.', 'This is one paragraph split.'],
  ['a  \nb', 'a  b', 'a b'],
  // A paragraph that ends flowed, and an empty line.
  ['a \n', 'a \n', 'a\n'],
  ['a \n\nb', 'a \n\nb', 'a\n\nb'],
  ['', '', ''],
  // Stuffed: RFC 3676 §4.4.
  [' From x\n  y\n >z', 'From x\n y\n>z', 'From x\n y\n>z'],
  // Quoted: §4.5.
  ['> a \n> b\n>> c \n> d\ne', '> a b\n>> c \n> d\ne', '> ab\n>> c\n> d\ne'],
  ['>a \n>b\n>\n>>  c', '> a b\n>\n>>  c', '> ab\n>\n>>  c'],
  // A signature: §4.3.
  ['a \n-- \nsig \nx', 'a \n-- \nsig x', 'a\n-- \nsigx'],
  ['> -- \n> sig', '> -- \n> sig', '> -- \n> sig'],
]
for (const [text, joined, deleted] of texts) {
  test(`flowed ${JSON.stringify(text)}`, () => {
    assert.equal(joinFlowed(text, false), joined)
    assert.equal(joinFlowed(text, true), deleted)
  })
}

const message = (type: string): Buffer => lines(`Content-Type: ${type}`, '', 'one para ', ' graph')

test('flowed text is joined where it is read, its octets stay', () => {
  for (const [type, text] of [
    ['text/plain; format=flowed; delsp=yes', 'one paragraph\n'],
    ['text/plain; Format="Flowed"; DelSp=No', 'one para graph\n'],
    ['text/plain; format=fixed; delsp=yes', 'one para \n graph\n'],
    ['text/plain; delsp=yes', 'one para \n graph\n'],
    ['text/html; format=flowed', 'one para \n graph\n'],
  ] as const) {
    const octets = message(type)
    const tree = scanMessage(octets)
    assert.equal(decodeText(tree.root, readerOf(octets)).text, text, type)
    assert.equal(Buffer.from(decodeBody(tree.root, readerOf(octets))).toString(), 'one para \r\n graph\r\n')
  }
  const octets = message('text/plain; format=flowed; delsp=yes')
  assert.equal(messageText(scanMessage(octets), readerOf(octets), 1000), 'one paragraph\n')
})

test('flowed text takes linear time', () => {
  for (const pump of [' \n', '>', '> \n', 'a \n', '>>>> a \n', '-- \n']) {
    assertLinear((size) => joinFlowed(pump.repeat(size), true), 20_000)
  }
})
