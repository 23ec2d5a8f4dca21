import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withoutHints } from '../../src/http/passive-html.ts'
import { assertLinear } from '../mime/linear.ts'

describe('HTML-2: tags that reach other machines under any policy', () => {
  const renamed: readonly (readonly [html: string, expected: string])[] = [
    ['<link rel=preconnect href=//x>', '<basefont rel=preconnect href=//x>'],
    ['<LINK REL="dns-prefetch" href=//x>', '<basefont REL="dns-prefetch" href=//x>'],
    ['<link/rel=preconnect/>', '<basefont/rel=preconnect/>'],
    ['<link rel="stylesheet preconnect">', '<basefont rel="stylesheet preconnect">'],
    ['<link rel=stylesheet rel=preconnect>', '<basefont rel=stylesheet rel=preconnect>'],
    ['<link rel="&#112;reconnect">', '<basefont rel="&#112;reconnect">'],
    ['<link>', '<basefont>'],
    ['<link rel=stylesheet title="<" rel=preconnect>', '<basefont rel=stylesheet title="<" rel=preconnect>'],
    ['<svg><style><p><link rel=preconnect>', '<svg><style><p><basefont rel=preconnect>'],
    ['<!x <link rel=preconnect>', '<!x <basefont rel=preconnect>'],
    ['<meta http-equiv=refresh content=0>', '<basefont http-equiv=refresh content=0>'],
    ['<meta name=x HTTP-EQUIV="x-dns-prefetch-control">', '<basefont name=x HTTP-EQUIV="x-dns-prefetch-control">'],
    ['<meta content="<" http-equiv=refresh>', '<basefont content="<" http-equiv=refresh>'],
    ['<iframe srcdoc="&lt;link>">x</iframe>', '<noembed srcdoc="&lt;link>">x</noembed>'],
  ]
  for (const [html, expected] of renamed) it(html, () => assert.equal(withoutHints(html), expected))
  for (const html of [
    '<link rel=stylesheet href=x.css>',
    '<link rel="alternate StyleSheet" href="x.css"/>',
    '<meta charset=utf-8>',
    '<meta name=viewport content="width=device-width">',
    '<linked rel=preconnect>',
    'link rel=preconnect',
    '</link>',
  ]) {
    it(`leaves ${html}`, () => assert.equal(withoutHints(html), html))
  }
  it('is linear', () => {
    for (const piece of [
      '<link ',
      '<link a="',
      '<meta',
      '<meta x',
      '<iframe ',
      '<link>',
      '<link rel=stylesheet>',
      '<',
    ]) {
      assertLinear((size) => void withoutHints(piece.repeat(size)), 20_000)
    }
  })
})
