import { isUtf8 } from 'node:buffer'
import { MessageScanner, scanMessage } from '../../mime/scanner.ts'
import type { MessageTree, RangeReader } from '../../mime/tree.ts'
import { headerWords } from '../../query/message-words.ts'
import { holdsPhrase } from '../../query/phrase.ts'
import type { HeaderTerm } from './index-calls.ts'

/** How much of a message is read to begin with: most headers are within. */
const firstOctets = 16 * 1024
const chunkOctets = 256 * 1024

/** Whether the message has such a header field. Reads its header and little more. */
export function headersMatch(term: HeaderTerm, read: RangeReader, octets: number): boolean {
  const header = headerBlock(read, octets)
  // Most messages are done with here.
  if (!header.toString('latin1').toLowerCase().includes(term.name)) return false
  return headerWords(treeFor(header, read, octets), term.name).some((body) => holdsPhrase(body, term))
}

/** Raw octets that are no UTF-8 are in the charset of a text further on: then all of the message is read, which is rare. */
function treeFor(header: Buffer, read: RangeReader, octets: number): MessageTree {
  if (isUtf8(header)) return scanMessage(header)
  const scanner = new MessageScanner()
  for (let at = 0; at < octets; at += chunkOctets) scanner.push(read(at, Math.min(at + chunkOctets, octets)))
  return scanner.end()
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
