import { parseAddressList } from '../mime/address.ts'
import { decodeUnstructured, fieldBodies } from '../mime/header.ts'
import { files } from '../mime/parts.ts'
import { messageText } from '../mime/text.ts'
import type { MessageTree, Part, RangeReader } from '../mime/tree.ts'
import { words } from './words.ts'

/**
 * Which words a message has in which field. The text index and the predicate both take them from here, so they cannot
 * disagree about what a message says.
 */

/** The body is searched in its first so many octets of plain text, and as many of HTML. */
export const searchedBodyOctets = 1024 * 1024

/** The fields whose words come from the octets; `rcpt` and `sender` are the envelope's. */
export type MessageField = 'subject' | 'body' | 'filename' | 'from' | 'to' | 'cc' | 'bcc'

/** The words of every field, in order. */
export function indexedText(tree: MessageTree, read: RangeReader): Readonly<Record<MessageField, readonly string[]>> {
  return {
    subject: fieldWords('subject', tree, read),
    body: fieldWords('body', tree, read),
    filename: fieldWords('filename', tree, read),
    from: fieldWords('from', tree, read),
    to: fieldWords('to', tree, read),
    cc: fieldWords('cc', tree, read),
    bcc: fieldWords('bcc', tree, read),
  }
}

/**
 * The words of one field, in order; where it occurs more than once, one after the other. The body is every text
 * a reader may see, plain and HTML alike. Address fields give display names and addresses.
 */
export function fieldWords(field: MessageField, tree: MessageTree, read: RangeReader): string[] {
  switch (field) {
    case 'subject':
      return headerWords(tree, field).flat()
    case 'body':
      return words(messageText(tree, read, searchedBodyOctets))
    case 'filename':
      return allWords(files(tree).map(({ filename }) => filename ?? ''))
    default:
      return allWords(namesAndAddresses(tree.root, field))
  }
}

/** The words of addresses of the envelope, for `rcpt` and `sender`. */
export function addressWords(addresses: readonly string[]): string[] {
  return allWords(addresses)
}

/** The words of the decoded bodies of the message's own header fields of this name (any case), one list for each. */
export function headerWords(tree: MessageTree, name: string): string[][] {
  return fieldBodies(tree.root, name).map((body) => words(decodeUnstructured(body)))
}

function namesAndAddresses(root: Part, name: string): string[] {
  return fieldBodies(root, name)
    .flatMap((body) => parseAddressList(body).mailboxes)
    .flatMap((mailbox) => [mailbox.name, mailbox.address])
}

function allWords(texts: readonly string[]): string[] {
  return texts.flatMap((text) => words(text))
}
