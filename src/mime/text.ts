import { decodeText } from './body.ts'
import { htmlToText } from './html-text.ts'
import { bodyParts, type BodyParts } from './parts.ts'
import type { MessageTree, RangeReader } from './tree.ts'

/** The text of a message for the index: the plain part if there is one, else the text of the HTML. Decodes at most `maxOctets`. */
export function messageText(tree: MessageTree, read: RangeReader, maxOctets: number): string {
  return textOf(bodyParts(tree), read, maxOctets)
}

/** The same for parts that were found already. */
export function textOf({ text, html }: BodyParts, read: RangeReader, maxOctets: number): string {
  const plain = text === undefined ? '' : decodeText(text, read, maxOctets).text
  if (html === undefined || plain.trim() !== '') return plain
  return htmlToText(decodeText(html, read, maxOctets).text)
}
