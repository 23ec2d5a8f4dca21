/** Header fields: RFC 5322 §2.2, with encoded words (RFC 2047) and raw UTF-8 (RFC 6532). */
import type { DecodingBudget } from './charset.ts'
import { decodeWords } from './encoded-word.ts'
import { asUtf8 } from './raw-header.ts'
import type { Part } from './tree.ts'

/** One field as it is shown. */
export interface DecodedField {
  readonly name: string
  /** Unfolded and decoded. */
  readonly value: string
  /** What follows the colon, folding included, octets above 127 as in `value`. */
  readonly raw: string
  /** Octets from the start of the message to the first of the name. */
  readonly offset: number
}

/** Raw bodies of the fields of this name (any case), in order; octets above 127 are UTF-8 in them. */
export function fieldBodies(part: Part, name: string): string[] {
  const bodies: string[] = []
  for (const field of part.header) if (sameName(field.name, name)) bodies.push(asUtf8(field.body, part.headerCharset))
  return bodies
}

/** Raw body of the first field of this name (any case); octets above 127 are UTF-8 in it. */
export function fieldBody(part: Part, name: string): string | undefined {
  for (const field of part.header) if (sameName(field.name, name)) return asUtf8(field.body, part.headerCharset)
  return undefined
}

function sameName(a: string, b: string): boolean {
  return a.length === b.length && (a === b || a.toLowerCase() === b.toLowerCase())
}

/** Takes the line ends of folding out, RFC 5322 §2.2.3, and the white space around the whole. */
export function unfold(raw: string): string {
  return (raw.includes('\n') || raw.includes('\r') ? raw.replace(/[\r\n]+/g, '') : raw).trim()
}

/** The text of an unstructured field; invalid octets become U+FFFD, control characters spaces. */
export function decodeUnstructured(raw: string, budget?: DecodingBudget): string {
  return printable(decodeWords(unfold(raw), budget).text)
}

/** Control characters can come out of encoded words; they would break lines and lists. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what it is about
  return /[\x00-\x1f\x7f]/.test(text) ? text.replace(/[\x00-\x1f\x7f]+/g, ' ') : text
}

/** All fields of a part in order, for people. */
export function headerFields(part: Part): DecodedField[] {
  const budget = { left: 5_000 }
  return part.header.map(({ name, body: octets, start }) => {
    const body = asUtf8(octets, part.headerCharset)
    const raw = Buffer.from(body, 'latin1').toString('utf8')
    return { name, value: decodeUnstructured(body, budget), raw, offset: start }
  })
}
