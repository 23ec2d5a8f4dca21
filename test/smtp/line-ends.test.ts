import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineEnds } from '../../src/smtp/line-ends.ts'
import { fc } from '../support/properties.ts'

const alone = /\r(?!\n)|(?<!\r)\n/

test('finds every CR and LF that stands alone, wherever the chunks are cut', () => {
  const octets = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'a', '.', '\0') })
  fc.assert(
    fc.property(fc.array(octets), (chunks) => {
      const lineEnds = new LineEnds()
      const found = chunks.filter((chunk) => lineEnds.hasBare(Buffer.from(chunk)))
      // What ends in the middle of a line end is told with the next chunk.
      const last = lineEnds.hasBare(Buffer.from('a'))
      assert.equal(found.length > 0 || last, alone.test(`${chunks.join('')}a`))
    }),
  )
})
