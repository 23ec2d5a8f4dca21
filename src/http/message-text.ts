/** The text of messages, decoded as far as it is shown. */
import { helper, transferable } from '../helper-thread.ts'
import { bodyParts } from '../mime/parts.ts'
import type { Part } from '../mime/tree.ts'
import type { OpenMessage } from './message-content.ts'
import { textIn, type BodyText, type TextQuestion } from './text-in.ts'

/** What is decoded of a text, octets. The raw message has the rest. */
const maxTextOctets = 10 * 1_048_576

/** The field of an answer that holds the beginning of a text and not all of it. */
export const truncatedField = 'X-Stuntmail-Truncated'

/** For OpenAPI: when the field comes. */
export const truncatedHeaders = {
  [truncatedField]: '`1` where the body is longer than 10 MiB and this is its beginning; `/parts/{n}` has all of it',
}

/** What goes with it as header fields. */
export function textHeaders({ truncated }: BodyText): Readonly<Record<string, string>> {
  return truncated ? { [truncatedField]: '1' } : {}
}

/** Octets that are decoded here; more would keep the other requests waiting. */
const maxOctetsHere = 256 * 1024
const thread = helper<TextQuestion, BodyText>({ name: 'text-thread', base: import.meta.url })

/** @param as default: as it is. */
export async function partText({ octets }: OpenMessage, part: Part, as: TextQuestion['as'] = 'is'): Promise<BodyText> {
  // Base64 takes four octets for three; quoted-printable up to three for one.
  const end = Math.min(part.end, part.bodyStart + 3 * maxTextOctets)
  const read = await octets.read(part.bodyStart, end)
  const alone = { ...part, header: [], children: [], bodyStart: 0, end: read.length }
  const question = { part: alone, octets: read, maxOctets: maxTextOctets, as }
  const { text, truncated } =
    read.length <= maxOctetsHere ? textIn(question) : await thread.ask(question, transferable(read))
  return { text, truncated: truncated || end < part.end }
}

/** The text body, made from the HTML where there is no other; undefined where there is neither. */
export async function textBody(message: OpenMessage): Promise<BodyText | undefined> {
  const { text, html } = bodyParts(message.tree)
  if (text !== undefined) return partText(message, text)
  return html && partText(message, html, 'stripped')
}
