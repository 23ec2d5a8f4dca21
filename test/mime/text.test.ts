import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlToText } from '../../src/mime/html-text.ts'
import { contents, isAttachment, walk } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { messageText } from '../../src/mime/text.ts'
import { lines, messageOf, readerOf } from './corpus.ts'
import { assertLinear, cost } from './linear.ts'

const pages: [string, string][] = [
  ['Hello', 'Hello'],
  ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['a<br>b<BR/>c', 'a\nb\nc'],
  ['a  \r\n b', 'a b'],
  ['<b>bo</b>ld', 'bold'],
  ['<a href="https://x.example/?a>b">link</a>', 'link'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\n\nc'],
  ['<html><head><title>T</title><style>p{}</style></head><body>x</body></html>', 'x'],
  ['<head><style>a</style><body>x', 'x'],
  ['a<script>if (a < b) "</p>"</script>b', 'ab'],
  ['a<style>x</style >b', 'ab'],
  ['a<!-- b --> c<!---->d', 'a cd'],
  ['a<!-- never closed', 'a'],
  ['a<?xml b?>c<!DOCTYPE html>d', 'acd'],
  ['1 < 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
  ['&euro;&#8364;&#x20AC;&copy &unknown; &', '€€€© &unknown; &'],
  ['&lt;b&gt;not a tag&lt;/b&gt;', '<b>not a tag</b>'],
  ['&#0;&#xD800;&#x110000;', '\ufffd\ufffd\ufffd'],
  ['a&zwnj;&#8203;&shy;b\u034f', 'ab'],
  ['<noscript>shown</noscript>', 'shown'],
  ['<p title="a\'>b">x</p>', 'x'],
  ["<p title='never closed>x", ''],
  ['', ''],
]
for (const [html, text] of pages) {
  test(`text of ${JSON.stringify(html)}`, () => assert.equal(htmlToText(html), text))
}

test('MIME-7: hostile HTML takes linear time', () => {
  const pumps = [
    '<',
    '</',
    '<!--',
    '<a ',
    '<a b="',
    "<a b='",
    '&',
    '&#',
    '<script>',
    '</script',
    '<style></',
    '<p>',
    ' ',
    '<head>',
    '&amp',
    '<!',
    '<svg>',
  ]
  for (const pump of pumps) assertLinear((size) => htmlToText(pump.repeat(size)), 8_000)
  // Linear is not enough: each `<` of a text had cost as much as a tag of a hundred characters.
  const long = (pump: string): string => pump.repeat(400_000 / pump.length)
  const usual = cost(() => htmlToText(long('<p class="a">Hello</p>')))
  for (const pump of pumps) {
    const hostile = cost(() => htmlToText(long(pump)))
    assert.ok(hostile < 20 * usual + 5, `${pump} takes ${hostile} ms, usual mark-up ${usual} ms`)
  }
})

/** Section of the text, of the HTML, the files in order, and how many are attachments. */
const sorted: [string, string | undefined, string | undefined, string[], number][] = [
  ['rfc/simple', '', undefined, [], 0],
  ['rfc/alternative', '1', '2', [], 0],
  ['rfc/related', undefined, '1', ['2'], 0],
  ['rfc/mixed', '1.1', '1.2', ['2', '3'], 2],
  ['rfc/nested', '1', undefined, ['2'], 1],
  ['rfc/digest', undefined, undefined, ['1', '2'], 2],
  ['rfc/signed', '1', undefined, ['2'], 1],
  ['rfc/dsn', '1', undefined, ['2', '3'], 1],
  ['clients/outlook', '1.1', '1.2', ['2'], 0],
  ['clients/apple-mail', '1', undefined, ['2'], 1],
  ['clients/invitation', '1', undefined, ['2'], 0],
  ['clients/php', undefined, '', [], 0],
  ['malformed/no-boundary', '', undefined, [], 0],
  ['legacy/tnef', '1', undefined, ['2'], 1],
]
for (const [name, text, html, files, attachments] of sorted) {
  test(`what a reader shows of ${name}`, () => {
    const tree = scanMessage(messageOf(name))
    const found = contents(tree)
    assert.deepEqual([found.text?.section, found.html?.section], [text, html])
    assert.deepEqual(
      found.files.map(({ section }) => section),
      files,
    )
    assert.equal(found.attachments, attachments)
    assert.equal(found.files.filter(isAttachment).length, attachments)
    assert.deepEqual([contents(tree).text?.section, contents(tree).html?.section], [text, html])
  })
}

test('no leaf of a message is left out', () => {
  const second = lines('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'One', '--b', '', 'Footer', '--b--')
  const { asText, files } = contents(scanMessage(second))
  assert.deepEqual(
    [asText, files].map((parts) => parts.map(({ section }) => section)),
    [['1', '2'], []],
  )
})

test('walking follows the message', () => {
  const sections = [...walk(scanMessage(messageOf('rfc/mixed')))].map(({ section }) => section)
  assert.deepEqual(sections, ['', '1', '1.1', '1.2', '2', '3'])
})

test('the text for the index', () => {
  const text = (name: string, octets = 10_000): string =>
    messageText(scanMessage(messageOf(name)), readerOf(messageOf(name)), octets)
  assert.deepEqual(text('rfc/alternative').trim().split(/\n+/), ['Plain version.', 'HTML version.'])
  assert.equal(text('clients/php'), 'Prix: 5 €, café')
  assert.match(text('rfc/alternative', 5), /^Plain\n/)
  assert.equal(text('malformed/empty'), '')
})
