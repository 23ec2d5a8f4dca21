import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dotStuffed } from '../../src/pop3/dot-stuffing.ts'
import { fc } from '../support/properties.ts'

async function stuffed(chunks: readonly string[]): Promise<string> {
  async function* octets(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1')
  }
  const pieces: Uint8Array[] = []
  for await (const piece of dotStuffed(octets())) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

/** What a client makes of it. */
function unstuffed(text: string): string {
  return text.slice(0, -3).replace(/(^|\n)\.\./g, '$1.')
}

for (const [what, message, sent] of [
  ['nothing', '', '.\r\n'],
  ['a dot', '.', '..\r\n.\r\n'],
  ['dots that begin lines', '.\r\n..a\r\nb.\r\n', '..\r\n...a\r\nb.\r\n.\r\n'],
  ['no CRLF at the end', 'a', 'a\r\n.\r\n'],
  ['CR at the end', 'a\r', 'a\r\r\n.\r\n'],
  ['LF at the end', 'a\n', 'a\n\r\n.\r\n'],
  ['a dot after a bare LF, where many clients see a line begin', 'a\n.\r\n', 'a\n..\r\n.\r\n'],
] as const) {
  test(`dot-stuffing: ${what}`, async () => assert.equal(await stuffed([message]), sent))
}

test('what was stuffed gives the same octets again, however it comes in chunks (POP-1)', async () => {
  const chunk = fc
    .array(fc.constantFrom('.', '\r', '\n', '\r\n', 'a', '\r\n.'), { maxLength: 8 })
    .map((all) => all.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 8 }), async (chunks) => {
      const whole = chunks.join('')
      const sent = await stuffed(chunks)
      assert.equal(sent, await stuffed([whole]))
      assert.equal(sent.indexOf('\n.\r\n') + 4, sent === '.\r\n' ? 3 : sent.length)
      const end = whole === '' || whole.endsWith('\r\n') ? '' : '\r\n'
      assert.equal(unstuffed(sent), whole + end)
    }),
    { numRuns: 2000 },
  )
})
