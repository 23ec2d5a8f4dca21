import { decodeUnstructured, fieldBodies } from '../../mime/header.ts'
import { scanMessage } from '../../mime/scanner.ts'
import type { RangeReader } from '../../mime/tree.ts'
import { words } from '../../query/words.ts'
import type { HeaderTerm } from './index-calls.ts'

/** How much of a message is read to begin with: most headers are within. */
const firstOctets = 16 * 1024

/** Whether the message has such a header field. Reads its header and little more. */
export function headersMatch(term: HeaderTerm, read: RangeReader, octets: number): boolean {
  const header = headerBlock(read, octets)
  // Most messages are done with here.
  if (!header.toString('latin1').toLowerCase().includes(term.name)) return false
  const bodies = fieldBodies(scanMessage(header).root, term.name)
  return bodies.some((body) => term.words.length === 0 || holds(words(decodeUnstructured(body)), term))
}

/** The octets up to the first empty line at least. RFC 5322 §2.1. */
function headerBlock(read: RangeReader, octets: number): Buffer {
  for (let size = firstOctets; ; size *= 4) {
    const start = bufferOf(read(0, Math.min(size, octets)))
    const end = firstOf(start.indexOf('\n\r\n'), start.indexOf('\n\n'))
    if (end >= 0) return start.subarray(0, end + '\n\r\n'.length)
    if (size >= octets) return start
  }
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

function firstOf(a: number, b: number): number {
  if (a < 0 || b < 0) return Math.max(a, b)
  return Math.min(a, b)
}

function holds(found: readonly string[], { words: wanted, prefix }: HeaderTerm): boolean {
  const last = wanted.length - 1
  const fits = (word: string | undefined, at: number): boolean =>
    word === wanted[at] || (prefix && at === last && word !== undefined && word.startsWith(wanted[at] ?? ''))
  return found.some((_, start) => wanted.every((_word, at) => fits(found[start + at], at)))
}
