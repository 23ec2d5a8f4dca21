/** UTF-7, RFC 2152. */

/** Decodes UTF-7; what is not valid becomes U+FFFD. */
export function decodeUtf7(octets: Uint8Array): { text: string; known: true; replaced: boolean } {
  const raw = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
  let text = ''
  let replaced = false
  let at = 0
  while (at < raw.length) {
    const plus = raw.indexOf('+', at)
    const stop = plus < 0 ? raw.length : plus
    text += raw.slice(at, stop).replace(/[\x80-\xff]/g, '\ufffd')
    if (plus < 0) break
    const run = shifted(raw, plus + 1)
    text += run.text
    replaced ||= run.replaced
    at = run.end
  }
  return { text, known: true, replaced: replaced || /[\x80-\xff]/.test(raw) }
}

/** One shifted sequence, from after its `+` to after its `-` or before what ends it. */
function shifted(raw: string, start: number): { text: string; end: number; replaced: boolean } {
  let end = start
  while (end < raw.length && /[A-Za-z0-9+/]/.test(raw.charAt(end))) end++
  const absorbed = raw.charAt(end) === '-' ? 1 : 0
  if (end === start) {
    if (absorbed === 1) return { text: '+', end: end + 1, replaced: false }
    return { text: '\ufffd', end, replaced: true }
  }
  const octets = Buffer.from(raw.slice(start, end), 'base64')
  const even = octets.subarray(0, octets.length - (octets.length % 2))
  const text = even
    .swap16()
    .toString('utf16le')
    .replace(/\p{Surrogate}/gu, '\ufffd')
  return { text, end: end + absorbed, replaced: text.includes('\ufffd') }
}
