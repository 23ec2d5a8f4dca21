import type { FieldAddresses } from '../mime/summary.ts'
import { walk } from '../mime/parts.ts'
import type { MessageTree, RangeReader } from '../mime/tree.ts'
import type { AddressField } from './criteria.ts'
import { addressWords, fieldWords, headerWords } from './message-words.ts'
import type { QuerySubject } from './subject.ts'
import { words as wordsOf } from './words.ts'

/** What is known of a message without reading it again. */
export interface MessageFacts extends Omit<QuerySubject, 'addresses' | 'words' | 'mediaTypes' | 'headerWords'> {
  /** Folded addresses of the header, `Summary.fieldAddresses`. */
  readonly fieldAddresses: FieldAddresses
  /** Folded; empty for the null reverse-path. */
  readonly reversePath: string
  /** Folded. */
  readonly forwardPaths: readonly string[]
  /** The decoded Subject field, where there is one alone and this is all of it. */
  readonly subject?: string
}

/** What has to be read for the other terms. */
export interface MessageContent {
  readonly tree: MessageTree
  readonly read: RangeReader
}

/**
 * The message as queries see it. Decodes what a term asks for, when it asks, and once however many ask.
 * @param content asked when the facts do not say it; may throw, and the evaluation with it.
 */
export function messageSubject(facts: MessageFacts, content: () => MessageContent): QuerySubject {
  const headers = remembered((name: string) => headerWords(content().tree, name))
  const words = remembered((field: Parameters<QuerySubject['words']>[0]): readonly string[] => {
    switch (field) {
      case 'rcpt':
        return addressWords(facts.forwardPaths)
      case 'sender':
        return addressWords([facts.reversePath])
      case 'addressed':
        return [...words('to'), ...words('cc'), ...words('bcc'), ...words('rcpt')]
      default: {
        if (field === 'subject' && facts.subject !== undefined) return wordsOf(facts.subject)
        const { tree, read } = content()
        return fieldWords(field, tree, read)
      }
    }
  })
  let mediaTypes: readonly string[] | undefined
  return {
    octets: facts.octets,
    arrivedAt: facts.arrivedAt,
    seen: facts.seen,
    flagged: facts.flagged,
    malformed: facts.malformed,
    hasAttachment: facts.hasAttachment,
    hasHtml: facts.hasHtml,
    keywords: facts.keywords,
    accounts: facts.accounts,
    mailboxes: facts.mailboxes,
    get user() {
      return facts.user
    },
    messageId: facts.messageId,
    addresses: remembered((field) => addressesOf(facts, field)),
    words,
    mediaTypes: () => (mediaTypes ??= mediaTypesOf(content().tree)),
    headerWords: headers,
  }
}

function mediaTypesOf(tree: MessageTree): readonly string[] {
  return Array.from(walk(tree), ({ mediaType }) => `${mediaType.type}/${mediaType.subtype}`)
}

function addressesOf(
  { fieldAddresses, forwardPaths, reversePath }: MessageFacts,
  field: AddressField,
): readonly string[] {
  switch (field) {
    case 'rcpt':
      return forwardPaths
    case 'sender':
      return reversePath === '' ? [] : [reversePath]
    case 'addressed':
      return [...fieldAddresses.to, ...fieldAddresses.cc, ...fieldAddresses.bcc, ...forwardPaths]
    default:
      return fieldAddresses[field]
  }
}

function remembered<Key extends string, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const value = known.get(key) ?? make(key)
    known.set(key, value)
    return value
  }
}
