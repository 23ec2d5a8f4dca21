/** The text of messages, decoded as far as it is shown. */
import { helper, transferable } from '../helper-thread.ts'
import { contents } from '../mime/parts.ts'
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

/**
 * The text body: every text of the message, one after another, made from the HTML where there is no other. Undefined where
 * there is none.
 */
export async function textBody(message: OpenMessage): Promise<BodyText | undefined> {
  const { asText } = contents(message.tree)
  return joined(message, asText, (part) => (isHtml(part) ? 'stripped' : 'is'))
}

/**
 * The HTML body: every text of the message, one after another, plain ones as they stand. Undefined where none is HTML.
 * @param addresses of the parts it names by Content-ID.
 */
export async function htmlBody(
  message: OpenMessage,
  addresses: ReadonlyMap<string, string>,
): Promise<BodyText | undefined> {
  const { html, asHtml } = contents(message.tree)
  return html && joined(message, asHtml, (part) => (isHtml(part) ? addresses : 'preformatted'))
}

/** The HTML texts as they were sent, one after another. Undefined where there is none. */
export async function sentHtml(message: OpenMessage): Promise<BodyText | undefined> {
  return joined(message, contents(message.tree).asHtml.filter(isHtml), () => 'is')
}

async function joined(
  message: OpenMessage,
  parts: readonly Part[],
  as: (part: Part) => TextQuestion['as'],
): Promise<BodyText | undefined> {
  const [first, ...others] = parts
  if (first === undefined) return undefined
  const body = await partText(message, first, as(first))
  const texts = [body.text]
  let { truncated } = body
  let left = maxTextOctets - body.text.length
  for (const part of others) {
    if (truncated || left <= 0) return { text: texts.join('\n'), truncated: true }
    const next = await partText(message, part, as(part))
    texts.push(next.text)
    left -= next.text.length
    truncated = next.truncated
  }
  return { text: texts.join('\n'), truncated }
}

const isHtml = ({ mediaType: { type, subtype } }: Part): boolean => type === 'text' && subtype === 'html'
