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

test('SMTP-1: of the ways to end a message falsely, those with a bare CR or LF are found', () => {
  const bare = ['\n.\n', '\r.\r', '\r.\n', '\n.\r', '\n.\r\n', '\r\n.\n', '\r.\r\n', '\r\n.\r', '\r\n.\r\r\n']
  for (const ending of bare) assert.equal(new LineEnds().hasBare(Buffer.from(`a${ending}b`)), true, ending)
  // What is left has no line end but CRLF: strict or not, it is content.
  for (const ending of ['\r\n\0.\r\n', '\r\n.\0\r\n', '\r\n..\r\n', '\r\n. \r\n'])
    assert.equal(new LineEnds().hasBare(Buffer.from(`a${ending}b`)), false, ending)
})
