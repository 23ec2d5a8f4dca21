import { parseAddressList } from '../../mime/address.ts'
import { decodeUnstructured, fieldBodies } from '../../mime/header.ts'
import { files } from '../../mime/parts.ts'
import { MessageScanner, scanMessage } from '../../mime/scanner.ts'
import { messageText } from '../../mime/text.ts'
import type { MessageTree, Part, RangeReader } from '../../mime/tree.ts'
import { indexWord, words } from '../../query/words.ts'
import type { IndexColumn } from './index-expression.ts'

/** Octets above which a message is read in chunks, never whole. */
const wholeOctets = 1024 * 1024
const chunkOctets = 256 * 1024
const bodyOctets = 1024 * 1024

/** What is known of a message that is not in its octets. */
export interface Envelope {
  readonly rcpt: readonly string[]
  readonly sender: string
}

export type IndexText = Readonly<Record<IndexColumn, string>>

/** The index words of a message, column by column. */
export function indexText(read: RangeReader, octets: number, envelope: Envelope): IndexText {
  const { tree, read: reader } = scan(read, octets)
  const { root } = tree
  return {
    ...nothingKnown(envelope),
    subject: tokens(fieldBodies(root, 'Subject').map(decodeUnstructured)),
    body: tokens([messageText(tree, reader, bodyOctets)]),
    filename: tokens(files(tree).map(({ filename }) => filename ?? '')),
    from_: addressTokens(root, 'From'),
    to_: addressTokens(root, 'To'),
    cc: addressTokens(root, 'Cc'),
    bcc: addressTokens(root, 'Bcc'),
  }
}

/** Of a message whose octets are gone. */
export function nothingKnown({ rcpt, sender }: Envelope): IndexText {
  return {
    subject: '',
    body: '',
    filename: '',
    from_: '',
    to_: '',
    cc: '',
    bcc: '',
    rcpt: tokens(rcpt),
    sender: tokens([sender]),
  }
}

/** The tree; and a reader that has the octets of a small message in memory. */
export function scan(read: RangeReader, octets: number): { tree: MessageTree; read: RangeReader } {
  if (octets <= wholeOctets) {
    const whole = read(0, octets)
    return { tree: scanMessage(whole), read: (start, end) => whole.subarray(start, end) }
  }
  const scanner = new MessageScanner()
  for (let at = 0; at < octets; at += chunkOctets) scanner.push(read(at, Math.min(at + chunkOctets, octets)))
  return { tree: scanner.end(), read }
}

function addressTokens(root: Part, name: string): string {
  return tokens(
    fieldBodies(root, name).flatMap((body) =>
      parseAddressList(body).mailboxes.flatMap((mailbox) => [mailbox.name, mailbox.address]),
    ),
  )
}

const tokens = (texts: readonly string[]): string => texts.flatMap(words).map(indexWord).join(' ')
