import { MessageScanner, scanMessage } from '../../mime/scanner.ts'
import type { MessageTree, RangeReader } from '../../mime/tree.ts'
import { addressWords, indexedText } from '../../query/message-words.ts'
import { indexWord } from '../../query/words.ts'
import type { IndexColumn } from './index-expression.ts'

/** A larger message is read in chunks, never whole. */
const wholeOctets = 1024 * 1024
const chunkOctets = 256 * 1024

/** What is known of a message that is not in its octets. */
export interface Envelope {
  readonly rcpt: readonly string[]
  readonly sender: string
}

/** The index words of a message, a space between them. */
export type IndexText = Readonly<Record<IndexColumn, string>>

/** The words of each column. */
export function indexText(read: RangeReader, octets: number, envelope: Envelope): IndexText {
  const scanned = scan(read, octets)
  const { subject, body, filename, from, to, cc, bcc } = indexedText(scanned.tree, scanned.read)
  return {
    ...envelopeText(envelope),
    subject: tokens(subject),
    body: tokens(body),
    filename: tokens(filename),
    from_: tokens(from),
    to_: tokens(to),
    cc: tokens(cc),
    bcc: tokens(bcc),
  }
}

/** Of a message whose octets are gone, or make no sense. */
export function envelopeText({ rcpt, sender }: Envelope): IndexText {
  const envelope = { rcpt: tokens(addressWords(rcpt)), sender: tokens(addressWords([sender])) }
  return { subject: '', body: '', filename: '', from_: '', to_: '', cc: '', bcc: '', ...envelope }
}

/** The tree; and a reader that has the octets of a small message in memory. */
function scan(read: RangeReader, octets: number): { tree: MessageTree; read: RangeReader } {
  if (octets <= wholeOctets) {
    const whole = read(0, octets)
    return { tree: scanMessage(whole), read: (start, end) => whole.subarray(start, end) }
  }
  const scanner = new MessageScanner()
  for (let at = 0; at < octets; at += chunkOctets) scanner.push(read(at, Math.min(at + chunkOctets, octets)))
  return { tree: scanner.end(), read }
}

/** Encoded in one go: that goes character by character, and the spaces between stay. */
const tokens = (words: readonly string[]): string => indexWord(words.join(' '))
