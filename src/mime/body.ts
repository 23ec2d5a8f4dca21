/** Bodies: the transfer encoding taken off (RFC 2045 §6), text made of octets (RFC 2046 §4.1.2). */
import { decodeCharset } from './charset.ts'
import { defectText } from './defect-list.ts'
import { deletesSpace, isFlowed, joinFlowed } from './flowed.ts'
import { declaredCharset, prescannedOctets } from './html-charset.ts'
import { transferDecoder } from './transfer-decoder.ts'
import type { Defect, Part, RangeReader } from './tree.ts'

export { transferDecoder } from './transfer-decoder.ts'

export interface DecodedBody {
  /** Line ends as LF; lines of `format=flowed` are joined. */
  readonly text: string
  /** As declared by Content-Type, else by the HTML; lower case; `us-ascii` when absent. */
  readonly charset: string
  /** What was decoded, its transfer encoding taken off. */
  readonly octets: number
  /** There is more than was asked for. */
  readonly truncated: boolean
  /** `bad-charset` and `bad-text`. */
  readonly defects: readonly Defect[]
}

const readOctets = 64 * 1024

/** The content of a part, decoded whole. */
export function decodeBody(part: Part, read: RangeReader): Uint8Array {
  return decodePrefix(part, read, Infinity).octets
}

/**
 * The content of a text part as text. Decodes no more than is needed for `maxOctets` (of content, default all of it);
 * a character cut in two at that point is left out. UTF-7 is decoded for text/plain only.
 */
export function decodeText(part: Part, read: RangeReader, maxOctets = Infinity): DecodedBody {
  const { octets, truncated } = decodePrefix(part, read, maxOctets)
  const charset = charsetOf(part, read, octets)
  const isPlain = part.mediaType.type === 'text' && part.mediaType.subtype === 'plain'
  const decoded = decodeCharset(octets, charset, { utf7: isPlain })
  const defects: Defect[] = []
  const add = (code: 'bad-charset' | 'bad-text'): void => {
    defects.push({ code, offset: part.bodyStart, text: defectText(code, charset) })
  }
  if (!decoded.known) add('bad-charset')
  if (decoded.replaced && !truncated) add('bad-text')
  const text = decoded.text.includes('\r') ? decoded.text.replace(/\r\n?/g, '\n') : decoded.text
  const whole = text.startsWith('\ufeff') ? text.slice(1) : text
  const cut = truncated ? withoutCutCharacter(whole) : whole
  const shown = isFlowed(part.mediaType) ? joinFlowed(cut, deletesSpace(part.mediaType)) : cut
  return { text: shown, charset, octets: octets.length, truncated, defects }
}

/** HTML may say it itself, where Content-Type does not. `octets`: the content, or its beginning. */
function charsetOf(part: Part, read: RangeReader, octets: Uint8Array): string {
  const { type, subtype, parameters } = part.mediaType
  const declared = (parameters.get('charset') ?? '').trim().toLowerCase()
  if (declared !== '') return declared
  if (type !== 'text' || subtype !== 'html') return 'us-ascii'
  const enough = octets.length >= prescannedOctets ? octets : decodePrefix(part, read, prescannedOctets).octets
  return declaredCharset(enough) ?? 'us-ascii'
}

/** What stands for a character cut in two: at most one U+FFFD for each of its octets but the last. */
function withoutCutCharacter(text: string): string {
  let end = text.length
  while (end > text.length - 3 && text.charCodeAt(end - 1) === 0xfffd) end--
  return text.slice(0, end)
}

function decodePrefix(part: Part, read: RangeReader, maxOctets: number): { octets: Uint8Array; truncated: boolean } {
  const decoder = transferDecoder(part.transferEncoding)
  const pieces: Uint8Array[] = []
  let size = 0
  let at = part.bodyStart
  while (at < part.end && size <= maxOctets) {
    // Base64 needs 4/3 of what it holds, quoted-printable up to 3 times; what is missing comes with the next read.
    const wanted = Math.min(Math.max(Math.ceil(maxOctets * 1.4), 512), readOctets, part.end - at)
    const piece = decoder.push(read(at, at + wanted))
    at += wanted
    pieces.push(piece)
    size += piece.length
  }
  if (at >= part.end) {
    const rest = decoder.end()
    pieces.push(rest)
    size += rest.length
  }
  const octets = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  return size > maxOctets
    ? { octets: octets.subarray(0, maxOctets), truncated: true }
    : { octets, truncated: at < part.end }
}
