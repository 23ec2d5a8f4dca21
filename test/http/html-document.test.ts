import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fc } from '../support/properties.ts'
import { resolveContentIds } from '../../src/http/html-document.ts'
import { assertLinear } from '../mime/linear.ts'

const known = new Map([
  ['a', '/A'],
  ['(.*)+', '/R'],
  ['a b', '/S'],
  ['x&y', '/E'],
])
const resolve = (html: string): string => resolveContentIds(html, (contentId) => known.get(contentId))

describe('HTML-11: cid references', () => {
  const cases: [string, string][] = [
    ['<img src="cid:a">', '<img src="/A">'],
    ["<img alt='>' src='cid:a' x>", `<img alt='>' src="/A" x>`],
    ['<IMG/SRC=CID:a>', '<IMG/SRC="/A">'],
    ['<td background = cid:a >', '<td background = "/A" >'],
    ['<img src="cid:(.*)+">', '<img src="/R">'],
    ['<img src="cid:a%20b">', '<img src="/S">'],
    ['<img src="cid:x&amp;y">', '<img src="/E">'],
    ['<img src=" cid:a ">', '<img src="/A">'],
    ['<img src="cid:a"><img src="cid:a">', '<img src="/A"><img src="/A">'],
  ]
  for (const [html, expected] of cases) it(html, () => assert.equal(resolve(html), expected))
  const untouched = [
    ...[
      'cid:a',
      '<p>src="cid:a"</p>',
      '<img alt="src=cid:a">',
      '<img data-src="cid:a">',
      '<a href="cid:a">',
      '<img src="cid:b">',
    ],
    ...[
      '<!-- <img src="cid:a"> -->',
      '<style>x{}<img src="cid:a"></style>',
      '<textarea><img src=cid:a></textarea >',
      '<title><img src=cid:a>',
    ],
    ...[
      '<img src="cid:../../api">',
      '<img src="cid:a?x">',
      '<img src="cid:%">',
      '<img src="cid:a',
      '<img src',
      '<',
      '<!--',
      '<img src="cid:a b">',
    ],
    ...['<3 src="cid:a">', '<img src="x cid:a">', '<img src="http://x/cid:a">'],
  ]
  for (const html of untouched) it(`leaves ${html}`, () => assert.equal(resolve(html), html))
  it('goes on after comments and texts', () => {
    assert.equal(resolve('<!--> <img src=cid:a>'), '<!--> <img src="/A">')
    assert.equal(resolve('<style><img></style><img src=cid:a>'), '<style><img></style><img src="/A">')
  })
  it('changes nothing where there is no such part, whatever the HTML', () => {
    const piece = fc.constantFrom(
      '<img ',
      'src',
      '=',
      '"',
      "'",
      'cid:b',
      '>',
      '<!--',
      '-->',
      '</style',
      '<style>',
      ' ',
      '/',
      'é',
    )
    fc.assert(fc.property(fc.array(piece), (pieces) => resolve(pieces.join('')) === pieces.join('')))
  })
  it('is linear', () => {
    for (const piece of [
      '<',
      '<img src=',
      '<img src="cid:a">',
      '<!--',
      '<style>',
      '<a "',
      "<a b='",
      '<title',
      '<!-->',
      'cid:',
    ]) {
      assertLinear((size) => resolve(piece.repeat(size)), 20_000)
    }
  })
})
