import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertLinear } from '../mime/linear.ts'
import { fc } from '../support/properties.ts'
import { filterDeclarations, filterStyleSheet, filterValue } from '../../ui/sanitise/css-filter.ts'
import { readLink, readPicture } from '../../ui/sanitise/url-policy.ts'

const hostilePieces = [
  ...['(', '[', '{', 'a(', '("x"', 'a("x"', '{a:"x"', 'image-set(', 'var(', '(}', '{)', '}', '"', "'", '\\\\', '/*'],
  ...['url(', 'url("', '@media ', '@x', '@x{', '@x;', '<!--', '--', '#a', 'a:', '1', ' ', '\n', '\u00e4'],
]
const nothing = (): undefined => undefined

const sheets: readonly (readonly [css: string, filtered: string])[] = [
  ['p { color: red }', 'p { color: red }'],
  ['p{background:url(http://x/y)}', 'p{background: none }'],
  ['p{background:url("http://x/y")}', 'p{background:url("")}'],
  ['p{background:\\75rl(http://x/y)}', 'p{background: none }'],
  ['p{background:url(http://x/y', 'p{background: none '],
  ['@import "http://x/y"; p{color:red}', '  p{color:red}'],
  ['@\\69mport url(http://x/y); p{color:red}', '  p{color:red}'],
  ['@font-face{src:url(http://x/y)} p{color:red}', '  p{color:red}'],
  ['@media all{@import "x";p{color:#fff}}', '@media all{ p{color:#fff}}'],
  ['<!-- p{color:red} -->', '  p{color:red}  '],
  ['#big .a{color:#fff}', '#user-content-big .a{color:#fff}'],
  ['@media (max-width:9px){#big{color:#fff}}', '@media (max-width:9px){#user-content-big{color:#fff}}'],
  ['a[href^="http://x"]{color:red}', 'a[href^="http://x"]{color:red}'],
  ['p{--a:"http://x"}', 'p{--a:"http://x"}'],
  ['p{background:image-set(var(--a) 1x)}', 'p{background:image-set( none  1x)}'],
  ['p{background:image-set(var(--b,{}) "http://x" 1x)}', 'p{background:image-set( none  "" 1x)}'],
  ['p{background:image-set({}"http://x" 1x)}', 'p{background:image-set({}"" 1x)}'],
  ['p{background:image-set(url(http://x) type("a/b"))}', 'p{background:image-set( none  type("a/b"))}'],
  ['p{background:new-picture("http://x")}', 'p{background:new-picture("")}'],
  ['p{background:new-picture(attr(title))}', 'p{background:new-picture( none )}'],
  ['p{background:attr(title type(*))}', 'p{background:attr(title  none )}'],
  ['p{background:"http://x"}', 'p{background:""}'],
  ['p{content:"http://x"}', 'p{content:"http://x"}'],
  ['p{font:1px "A B",x}', 'p{font:1px "A B",x}'],
  ['p{-webkit-locale:"de"}', 'p{-webkit-locale:"de"}'],
  ['@keyframes "k"{from{color:red}}', '@keyframes "k"{from{color:red}}'],
  ['@function --f(){result:"http://x"} p{color:red}', '  p{color:red}'],
  ['@unknown x{p{color:red}} p{color:red}', '  p{color:red}'],
  ['p{a[title="x"]{color:red}}', 'p{a[title="x"]{color:red}}'],
  ['p{background:url@x;(http://x)}', 'p{background:url (http://x)}'],
  ['/@x;* a', '/ * a'],
  ['p{a:(}b{c:"http://x"}', 'p{a:(}b{c:""}'],
  ['p{content:\u00a0url("http://x")}', 'p{content:\\a0 url("")}'],
  ['p::after{content:"</style>"}', 'p::after{content:"\\3c /style>"}'],
  ['p{background:image-set("y" 1x)}', 'p{background:image-set("" 1x)}'],
  ['p{color:red}/* url(http://x) */', 'p{color:red} '],
]

for (const [css, filtered] of sheets) {
  test(`style sheet ${css}`, () => assert.equal(filterStyleSheet(css, nothing), filtered))
}

test('what the policy allows is written as a string that cannot be left', () => {
  const filtered = filterDeclarations('background:url(a)', () => 'x"); b:url(<\\')
  assert.equal(filtered, 'background:url("x\\22 ); b:url(\\3c \\5c ")')
})

test('what is deeper than anybody writes is left out, and what comes after it is not', () => {
  const deep = '('.repeat(200)
  const filtered = filterStyleSheet(`p{a:${deep}/*x*/url(http://x)${')'.repeat(200)}}b{c:d}`, nothing)
  assert.match(filtered, /^p\{a:\(+ none \)+\}b\{c:d\}$/)
  assert.equal(filterValue('fill', '/'.repeat(2) + '['.repeat(200), nothing), `//${'['.repeat(100)} none `)
})

test('its cost is of the length of what comes in', () => {
  for (const piece of hostilePieces) assertLinear((size) => filterStyleSheet(piece.repeat(size), nothing), 5_000)
})

test('whatever comes in, the filter leaves nothing for itself to find', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'url(',
      '"',
      "'",
      '\\',
      '{',
      '}',
      '(',
      ')',
      ';',
      ':',
      '@',
      '#',
      'a',
      '7',
      '\n',
      '/*',
      '*/',
      'http://x',
      '<!--',
      '-',
      ' ',
    ),
  })
  fc.assert(
    fc.property(text, (css) => {
      const once = filterStyleSheet(css, nothing)
      const asked: string[] = []
      filterStyleSheet(once, (url) => void asked.push(url))
      assert.deepEqual(
        asked.filter((url) => url.includes('http')),
        [],
      )
      assert.doesNotMatch(once, /<!--|<\//)
    }),
    { numRuns: 2000 },
  )
})

const links: readonly (readonly [raw: string, url: string | undefined])[] = [
  ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
  ['//example.com/', 'https://example.com/'],
  ['mailto:a@example.com', 'mailto:a@example.com'],
  ['tel:+49', 'tel:+49'],
  ['javascript:alert(1)', undefined],
  [' java\tscript:alert(1)', undefined],
  ['\u0001javascript:alert(1)', undefined],
  ['vbscript:x', undefined],
  ['data:text/html,x', undefined],
  ['blob:https://example.com/x', undefined],
  ['file:///etc/passwd', undefined],
  ['view-source:https://example.com', undefined],
  ['/api/messages', undefined],
  ['x', undefined],
]

for (const [raw, url] of links) {
  test(`link ${JSON.stringify(raw)}`, () => {
    const found = readLink(raw)
    assert.equal(found?.kind === 'link' ? found.url : undefined, url)
  })
}

const pictures: readonly (readonly [raw: string, kind: string | undefined])[] = [
  ['http://x/y', 'remote'],
  ['\\\\x/y', 'remote'],
  ['cid:a%40b', 'cid'],
  ['data:image/png;base64,x', 'data'],
  ['data:text/html,x', undefined],
  ['data:image/svg+xml,x', 'data'],
  ['ftp://x/y', undefined],
  ['/api/state', undefined],
  ['../../api/state', undefined],
]

for (const [raw, kind] of pictures) {
  test(`picture ${raw}`, () => assert.equal(readPicture(raw)?.kind, kind))
}
