import { decodeText } from '../mime/body.ts'
import { htmlToText } from '../mime/html-text.ts'
import type { Part } from '../mime/tree.ts'
import { resolveContentIds } from './html-document.ts'
import { withoutHints } from './passive-html.ts'

/** One to be answered by a thread where there is much of it. */
export interface TextQuestion {
  /** Its offsets count from the beginning of `octets`. */
  readonly part: Part
  readonly octets: Uint8Array
  /** What is decoded of it, octets. */
  readonly maxOctets: number
  /**
   * As it is, HTML without its mark-up, plain text as HTML, or a document: parts it names by Content-ID have these
   * addresses.
   */
  readonly as: 'is' | 'stripped' | 'preformatted' | ReadonlyMap<string, string>
}

export interface BodyText {
  readonly text: string
  /** There is more of it. */
  readonly truncated: boolean
}

/** The text of a part. */
export function textIn({ part, octets, maxOctets, as }: TextQuestion): BodyText {
  const { text, truncated } = decodeText(part, (start, end) => octets.subarray(start, end), maxOctets)
  if (as === 'is') return { text, truncated }
  if (as === 'stripped') return { text: htmlToText(text), truncated }
  if (as === 'preformatted') return { text: preformatted(text), truncated }
  return { text: withoutHints(resolveContentIds(text, (contentId) => as.get(contentId))), truncated }
}

/** The line end before the text is none of it. HTML §13.2.6.4.7. */
const preformatted = (text: string): string =>
  `<pre style="white-space: pre-wrap">\n${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`
