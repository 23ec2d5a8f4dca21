/** Whether a message matches SEARCH keys: from what is known of its entry where that is enough, else from its content. */
import { decodeText } from '../mime/body.ts'
import { decodeUnstructured, fieldBodies } from '../mime/header.ts'
import { htmlToText } from '../mime/html-text.ts'
import { walk } from '../mime/parts.ts'
import type { MessageTree, Part, RangeReader } from '../mime/tree.ts'
import { parseDate } from './date-time.ts'
import { foldText, type SearchKey } from './search-key.ts'
import type { TextSearch } from './text-signatures.ts'
import type { Entry, View } from './view.ts'

const dayMs = 86_400_000

export interface MatchContext {
  readonly view: View
  /** Milliseconds since 1970. */
  readonly now: number
  /** What is known of the headers of messages, and of all their text, without reading them. */
  readonly headers: TextSearch
  readonly texts: TextSearch
}

/** By what is known without the message; undefined where that does not decide. */
export function matchesEntry(key: SearchKey, entry: Entry, context: MatchContext): boolean | undefined {
  switch (key.kind) {
    case 'all':
    case 'none':
      return key.kind === 'all'
    case 'not':
      return opposite(matchesEntry(key.of, entry, context))
    case 'and':
      return combined(key.of, entry, context, false)
    case 'or':
      return combined(key.of, entry, context, true)
    case 'header':
      return falseOrUnknown([context.headers, context.texts].some((known) => known.excludes(entry.key, key.text)))
    case 'text':
    case 'body':
      return falseOrUnknown(context.texts.excludes(entry.key, key.text))
    case 'date':
      return key.of === 'sent' ? undefined : onDay(key, key.of === 'internal' ? entry.internalDate : entry.savedAt)
    default:
      return matchesFact(key, entry, context)
  }
}

const falseOrUnknown = (excluded: boolean): false | undefined => (excluded ? false : undefined)

const opposite = (answer: boolean | undefined): boolean | undefined => (answer === undefined ? undefined : !answer)

/** @param decisive the answer of one that is the answer of all. */
function combined(
  of: readonly SearchKey[],
  entry: Entry,
  context: MatchContext,
  decisive: boolean,
): boolean | undefined {
  let open = false
  for (const each of of) {
    const answer = matchesEntry(each, entry, context)
    if (answer === decisive) return decisive
    open ||= answer === undefined
  }
  return open ? undefined : !decisive
}

type Fact = Extract<SearchKey, { kind: 'flag' | 'recent' | 'set' | 'octets' | 'age' | 'modSeq' | 'emailId' }>

function matchesFact(key: Fact, entry: Entry, { view, now }: MatchContext): boolean {
  switch (key.kind) {
    case 'flag':
      return entry.flags.some((flag) => flag.length === key.flag.length && flag.toLowerCase() === key.flag)
    case 'recent':
      return entry.recent
    case 'set':
      if (key.set === '$') return view.saved.includes(entry.uid)
      return key.uid ? key.set.has(entry.uid, view.lastUid) : key.set.has(entry.seqNum, view.count)
    case 'octets':
      return key.comparison === 'larger' ? entry.octets > key.octets : entry.octets < key.octets
    case 'age': {
      const youngest = now - key.seconds * 1000
      return key.comparison === 'younger' ? entry.internalDate >= youngest : entry.internalDate <= youngest
    }
    case 'modSeq':
      return entry.modSeq >= key.modSeq
    case 'emailId':
      return entry.key === key.id
  }
}

/** A message as keys look at it; each form is made once, when it is asked for. */
export interface Searched {
  readonly tree: MessageTree
  readonly read: RangeReader
}

/** By everything. To be asked where `matchesEntry` does not know. */
export function matchesMessage(
  key: SearchKey,
  entry: Entry,
  context: MatchContext & { readonly text: SearchedText },
): boolean {
  switch (key.kind) {
    case 'not':
      return !matchesMessage(key.of, entry, context)
    case 'and':
      return key.of.every((each) => matchesMessage(each, entry, context))
    case 'or':
      return key.of.some((each) => matchesMessage(each, entry, context))
    case 'header':
      return context.text.fields(key.name).some((value) => value.includes(key.text))
    case 'text':
      return context.text.header().includes(key.text) || context.text.body().includes(key.text)
    case 'body':
      return context.text.body().includes(key.text)
    default: {
      if (key.kind === 'date' && key.of === 'sent') {
        const sent = context.text.sent()
        return sent !== undefined && onDay(key, sent)
      }
      return matchesEntry(key, entry, context) ?? false
    }
  }
}

function onDay({ comparison, day }: Extract<SearchKey, { kind: 'date' }>, at: number): boolean {
  if (comparison === 'before') return at < day
  return at >= day && (comparison === 'since' || at < day + dayMs)
}

/** Octets of text of one message that are looked at. */
const maxText = 64 * 1024 * 1024

/** The decoded, folded texts of one message; made when they are asked for. */
export class SearchedText {
  readonly #message: Searched
  #header: string | undefined
  #body: string | undefined

  constructor(message: Searched) {
    this.#message = message
  }

  fields(name: string): readonly string[] {
    return fieldBodies(this.#message.tree.root, name).map((body) => foldText(decodeUnstructured(body)))
  }

  header(): string {
    return (this.#header ??= headerText(this.#message.tree.root))
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

const headerText = ({ header }: Part): string =>
  header.map(({ name, body }) => foldText(`${name}: ${decodeUnstructured(body)}`)).join('\n')

/** Whether a part is the message that a `message/rfc822` holds: it has the fields of one. */
const isMessageWithin = ({ header }: Part): boolean => header.some(({ name }) => /^(?:from|subject|date)$/i.test(name))
