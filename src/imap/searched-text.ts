/** What SEARCH keys ask of the content of a message. */
import { decodeText } from '../mime/body.ts'
import { decodeUnstructured, fieldBodies } from '../mime/header.ts'
import { htmlToText } from '../mime/html-text.ts'
import { walk } from '../mime/parts.ts'
import { asUtf8 } from '../mime/raw-header.ts'
import { scanMessage } from '../mime/scanner.ts'
import type { MessageTree, Part, RangeReader } from '../mime/tree.ts'
import { onDay, parseDate } from './date-time.ts'
import { foldText, type SearchKey } from './search-key.ts'

/** A key that only the content of a message answers. */
export type ContentKey = Extract<SearchKey, { kind: 'header' | 'text' | 'body' }> | SentKey
type SentKey = Extract<SearchKey, { kind: 'date' }> & { readonly of: 'sent' }

export function isContentKey(key: SearchKey): key is ContentKey {
  return (
    key.kind === 'header' || key.kind === 'text' || key.kind === 'body' || (key.kind === 'date' && key.of === 'sent')
  )
}

/** Those within a key, itself included. */
export function contentKeys(key: SearchKey): readonly ContentKey[] {
  if (key.kind === 'not') return contentKeys(key.of)
  if (key.kind === 'and' || key.kind === 'or') return key.of.flatMap(contentKeys)
  return isContentKey(key) ? [key] : []
}

/** What a thread answers where there is much to read. */
export interface ContentQuestion {
  readonly octets: Uint8Array
  readonly keys: readonly ContentKey[]
}

/** One answer for each key. */
export function contentAnswers({ octets, keys }: ContentQuestion): readonly boolean[] {
  const text = new SearchedText({ tree: scanMessage(octets), read: (start, end) => octets.subarray(start, end) })
  return keys.map((key) => text.holds(key))
}

/** A message as keys look at it; each form is made once, when it is asked for. */
export interface Searched {
  readonly tree: MessageTree
  readonly read: RangeReader
}

/** Octets of text of one message that are looked at. */
const maxText = 64 * 1024 * 1024

/** The decoded, folded texts of one message; made when they are asked for. */
export class SearchedText {
  readonly #message: Searched
  #header: string | undefined
  #mimeHeader: string | undefined
  #body: string | undefined

  constructor(message: Searched) {
    this.#message = message
  }

  holds(key: ContentKey): boolean {
    switch (key.kind) {
      case 'header':
        return this.fields(key.name).some((value) => value.includes(key.text))
      case 'text':
        return this.mimeHeader().includes(key.text) || this.body().includes(key.text)
      case 'body':
        return this.body().includes(key.text)
      case 'date': {
        const sent = this.sent()
        return sent !== undefined && onDay(key, sent)
      }
    }
  }

  fields(name: string): readonly string[] {
    return fieldBodies(this.#message.tree.root, name).map((body) => foldText(decodeUnstructured(body)))
  }

  header(): string {
    return (this.#header ??= headerText(this.#message.tree.root))
  }

  /** The fields of every part, with the names of files. RFC 9051 §6.4.4. */
  mimeHeader(): string {
    return (this.#mimeHeader ??= [...walk(this.#message.tree)]
      .flatMap((part) => [headerText(part), foldText(part.filename ?? '')])
      .join('\n'))
  }

  /** Every text there is, and the headers of messages within. */
  body(): string {
    if (this.#body !== undefined) return this.#body
    const { tree, read } = this.#message
    const texts: string[] = []
    let left = maxText
    for (const part of walk(tree)) {
      if (part !== tree.root && isMessageWithin(part)) texts.push(headerText(part))
      if (part.mediaType.type !== 'text' || left <= 0) continue
      const { text } = decodeText(part, read, left)
      left -= text.length
      texts.push(foldText(text))
      // Words that mark-up tears apart are found too.
      if (part.mediaType.subtype === 'html') texts.push(foldText(htmlToText(text)))
    }
    return (this.#body = texts.join('\n'))
  }

  /** The day that the Date field names, in its own time zone, as the midnight in UTC. RFC 9051 §6.4.4. */
  sent(): number | undefined {
    const [body = ''] = fieldBodies(this.#message.tree.root, 'date')
    const [, day = '', month = '', year = ''] =
      /(\d{1,2})\s+([A-Za-z]{3})[A-Za-z]*\s+(\d{2,4})/.exec(body.slice(0, 200)) ?? []
    return parseDate(`${day}-${month}-${year.length === 2 ? fullYear(year) : year}`)
  }
}

// RFC 5322 §4.3
const fullYear = (year: string): string => (Number(year) < 50 ? `20${year}` : `19${year}`)

const headerText = ({ header, headerCharset }: Part): string =>
  header.map(({ name, body }) => foldText(`${name}: ${decodeUnstructured(asUtf8(body, headerCharset))}`)).join('\n')

/** Whether a part is the message that a `message/rfc822` holds: it has the fields of one. */
const isMessageWithin = ({ header }: Part): boolean => header.some(({ name }) => /^(?:from|subject|date)$/i.test(name))
