/** The text of messages, decoded as far as it is shown. */
import { decodeText } from '../mime/body.ts'
import { htmlToText } from '../mime/html-text.ts'
import { bodyParts } from '../mime/parts.ts'
import type { Part } from '../mime/tree.ts'
import { rangeReader, type OpenMessage } from './message-content.ts'

/** What is decoded of a text, octets. The raw message has the rest. */
const maxTextOctets = 10 * 1_048_576
/** Characters of HTML that text is made from: what the event loop can spare the time for, however hostile. */
const maxStrippedHtml = 2 * 1_048_576

/** The field of an answer that holds the beginning of a text and not all of it. */
export const truncatedField = 'X-Stuntmail-Truncated'

/** For OpenAPI: when the field comes. */
export const truncatedHeaders = {
  [truncatedField]: '`1` where the body is longer than 10 MiB and this is its beginning; `/parts/{n}` has all of it',
}

export interface BodyText {
  readonly text: string
  /** There is more of it. */
  readonly truncated: boolean
}

/** What goes with it as header fields. */
export function textHeaders({ truncated }: BodyText): Readonly<Record<string, string>> {
  return truncated ? { [truncatedField]: '1' } : {}
}

export async function partText({ octets }: OpenMessage, part: Part): Promise<BodyText> {
  // Base64 takes four octets for three; quoted-printable up to three for one.
  const end = Math.min(part.end, part.bodyStart + 3 * maxTextOctets)
  const read = await rangeReader(octets, part.bodyStart, end)
  const { text, truncated } = decodeText({ ...part, end }, read, maxTextOctets)
  return { text, truncated: truncated || end < part.end }
}

/** The text body, made from the HTML where there is no other; undefined where there is neither. */
export async function textBody(message: OpenMessage): Promise<BodyText | undefined> {
  const { text, html } = bodyParts(message.tree)
  if (text !== undefined) return partText(message, text)
  if (html === undefined) return undefined
  const whole = await partText(message, html)
  const truncated = whole.truncated || whole.text.length > maxStrippedHtml
  return { text: htmlToText(whole.text.slice(0, maxStrippedHtml)), truncated }
}
