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

export async function partText({ octets }: OpenMessage, part: Part): Promise<string> {
  // Base64 takes four octets for three; quoted-printable up to three for one.
  const end = Math.min(part.end, part.bodyStart + 3 * maxTextOctets)
  const read = await rangeReader(octets, part.bodyStart, end)
  return decodeText({ ...part, end }, read, maxTextOctets).text
}

/** The text body, made from the HTML where there is no other; undefined where there is neither. */
export async function textBody(message: OpenMessage): Promise<string | undefined> {
  const { text, html } = bodyParts(message.tree)
  if (text !== undefined) return partText(message, text)
  return html && htmlToText((await partText(message, html)).slice(0, maxStrippedHtml))
}
