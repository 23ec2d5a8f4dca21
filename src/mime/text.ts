import { decodeText } from './body.ts'
import { htmlToText } from './html-text.ts'
import { contents } from './parts.ts'
import type { MessageTree, Part, RangeReader } from './tree.ts'

/**
 * Everything a reader may see as the text of a message, for the index: plain texts as they are and the text of the HTML,
 * also where one is the alternative of the other. Decodes at most `maxOctets` of all plain texts, and as much of all HTML.
 */
export function messageText(tree: MessageTree, read: RangeReader, maxOctets: number): string {
  const left = { plain: maxOctets, html: maxOctets }
  const pieces: string[] = []
  for (const part of contents(tree).texts) {
    const kind = part.mediaType.subtype === 'html' ? 'html' : 'plain'
    if (left[kind] <= 0) continue
    const { text, octets } = decodeText(part, read, left[kind])
    left[kind] -= octets
    pieces.push(kind === 'html' ? htmlToText(text) : text)
  }
  return pieces.join('\n')
}

/** The text of one part; of HTML what is read in it. Decodes at most `maxOctets`. */
export function partText(part: Part, read: RangeReader, maxOctets: number): string {
  const { text } = decodeText(part, read, maxOctets)
  return part.mediaType.subtype === 'html' ? htmlToText(text) : text
}
