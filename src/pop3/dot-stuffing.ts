/** Octets of a message as a multi-line response carries them: a dot before each dot that begins a line. RFC 1939 §3. */

const lf = 0x0a
const dot = 0x2e
const stuffedDot = Buffer.from('.')
const crlf = Buffer.from('\r\n')
const finalDot = Buffer.from('.\r\n')

/** With the final line; a message that does not end with CRLF is given one. */
export async function* dotStuffed(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let lineBegins = true
  let last: readonly [number | undefined, number | undefined] = [undefined, undefined]
  for await (const chunk of octets) {
    let from = 0
    for (let at = chunk.indexOf(dot); at >= 0; at = chunk.indexOf(dot, at + 1)) {
      if (at === 0 ? !lineBegins : chunk[at - 1] !== lf) continue
      yield chunk.subarray(from, at)
      yield stuffedDot
      from = at
    }
    if (chunk.length === 0) continue
    yield chunk.subarray(from)
    lineBegins = chunk.at(-1) === lf
    last = [chunk.length > 1 ? chunk.at(-2) : last[1], chunk.at(-1)]
  }
  if (last[1] !== undefined && (last[0] !== 0x0d || last[1] !== lf)) yield crlf
  yield finalDot
}
