import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDisposition, parseMediaType } from '../../src/mime/media-type.ts'
import { parseParameters } from '../../src/mime/parameter.ts'
import { assertLinear } from './linear.ts'

const parameters: [string, Record<string, string>, boolean][] = [
  ['x; a=b', { a: 'b' }, false],
  ['x; A=b; C="d e"', { a: 'b', c: 'd e' }, false],
  ['x;a="b;c=d"', { a: 'b;c=d' }, false],
  ['x; a="b\\"c\\\\d"', { a: 'b"c\\d' }, false],
  ['x; a = b ;\r\n c=d;', { a: 'b', c: 'd' }, false],
  ['x; charset=us-ascii (Plain text)', { charset: 'us-ascii' }, false],
  ['x; (comment); a=b', { a: 'b' }, false],
  ['x; name="J\xc3\xb6rg"', { name: 'Jörg' }, false],
  // RFC 2231 §3 and §4.
  ['x; URL*0="ftp://";\r\n URL*1="cs.utk.edu/pub"', { url: 'ftp://cs.utk.edu/pub' }, false],
  ["x; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", { title: 'This is ***fun***' }, false],
  [
    "x; t*0*=us-ascii'en'This%20is%20even%20more%20; t*1*=%2A%2A%2Afun%2A%2A%2A%20; t*2=\"isn't it!\"",
    { t: "This is even more ***fun*** isn't it!" },
    false,
  ],
  ['x; f*1=b; f*0=a', { f: 'ab' }, false],
  ["x; f*=utf-8''%e2%82%ac; f=EUR", { f: '€' }, false],
  ["x; f*0*=utf-8''%E2%82; f*1*=%AC", { f: '€' }, false],
  ["x; f*=iso-8859-1''%e4", { f: 'ä' }, false],
  // Broken.
  ['x; a', {}, true],
  ['x; a="b', { a: 'b' }, true],
  ['x; name=my file.pdf', { name: 'my file.pdf' }, true],
  ['x; name=report (1).pdf', { name: 'report (1).pdf' }, true],
  ['x; a=1; a=2', { a: '1' }, true],
  ['x; f*0=a; f*0=b', { f: 'a' }, true],
  ['x; f*0=a; f*2=c', { f: 'a' }, false],
  ['x; f*1=b', {}, false],
  ['x; f*x=b; f*99999999=c', {}, true],
  ["x; f*=x-no''%ff", { f: '\ufffd' }, false],
  ['x; f*=%41', { f: 'A' }, false],
  ['x; __proto__=a; constructor=b', { ['__proto__']: 'a', constructor: 'b' }, false],
]
for (const [raw, expected, broken] of parameters) {
  test(`parameters of ${JSON.stringify(raw)}`, () => {
    const parsed = parseParameters(raw, 0, 200)
    assert.deepEqual([...parsed.parameters], Object.entries(expected))
    assert.equal(parsed.malformed, broken)
    assert.equal(parsed.tooMany, false)
  })
}

test('media types', () => {
  const read = (raw: string): string => {
    const { mediaType, unreadable } = parseMediaType(raw, 200)
    return `${mediaType.type}/${mediaType.subtype}${unreadable ? ' unreadable' : ''}`
  }
  assert.equal(read(' Text/HTML; charset=utf-8'), 'text/html')
  assert.equal(read(' text / plain (comment)'), 'text/plain')
  assert.equal(read('application/vnd.openxml+xml'), 'application/vnd.openxml+xml')
  assert.equal(read('text'), 'text/plain unreadable')
  assert.equal(read('a/b/c'), 'text/plain unreadable')
  assert.equal(read(''), 'text/plain unreadable')
  assert.equal(parseMediaType('text; charset=koi8-r', 200).mediaType.parameters.get('charset'), 'koi8-r')
})

test('dispositions', () => {
  const { disposition, parameters: found } = parseDisposition(' ATTACHMENT; filename="a b.txt"', 200)
  assert.deepEqual([disposition, found.parameters.get('filename')], ['attachment', 'a b.txt'])
  assert.equal(parseDisposition('; filename=x', 200).disposition, undefined)
})

test('MIME-6: hostile parameters take linear time and stop at the limit', () => {
  const pumps = [';', ' ;', 'a=', '"', ';a="', ';a="\\', ';a=b', ';a*0*=', ';a=b (', "'", ';a=   ', ';\\']
  for (const pump of pumps) {
    assertLinear((size) => parseParameters(`x;${pump.repeat(size)}`, 0, 1_000_000), 30_000)
  }
  assert.equal(parseParameters('x; a=1; b=2; c=3', 0, 2).tooMany, true)
  assert.equal(parseParameters('x; a=1; b=2', 0, 2).tooMany, false)
})
