import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WirePart } from '../../src/http/wire-types.ts'
import { partRows } from '../../ui/parts/part-rows.ts'

function part(n: string, children: WirePart[] = []): WirePart {
  const nothing = { charset: null, disposition: null, filename: null, contentId: null }
  return { n, mediaType: 'text/plain', transferEncoding: '7bit', octets: 1, lines: 1, children, ...nothing }
}

test('parts come in the order of the message, each with its depth', () => {
  const rows = partRows(part('', [part('1', [part('1.1'), part('1.2')]), part('2')]))
  assert.deepEqual(
    rows.map(({ part: { n }, depth }) => [n, depth]),
    [
      ['', 0],
      ['1', 1],
      ['1.1', 2],
      ['1.2', 2],
      ['2', 1],
    ],
  )
})

test('neither very many nor very deep parts are too much', () => {
  const wide = Array.from({ length: 100_000 }, (_, index) => part(String(index + 1)))
  assert.equal(partRows(part('', wide)).length, 100_001)
  let deep = part('1')
  for (let level = 0; level < 100_000; level += 1) deep = part('1', [deep])
  assert.equal(partRows(deep).at(-1)?.depth, 100_000)
})
