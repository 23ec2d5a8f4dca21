import type { AddressField } from './criteria.ts'

/**
 * One message as the query language sees it, from the point of view of one account. `matches.ts` evaluates criteria
 * on it. Members that cost decoding are functions and are called only when a term asks.
 */
export interface QuerySubject {
  readonly octets: number
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  readonly seen: boolean
  readonly flagged: boolean
  readonly malformed: boolean
  readonly hasAttachment: boolean
  readonly hasHtml: boolean
  readonly keywords: readonly string[]
  /** Accounts that have it. */
  readonly accounts: readonly string[]
  /** Mailboxes of the viewed account that have it. */
  readonly mailboxes: readonly string[]
  readonly user: string | undefined
  readonly messageId: string | undefined
  /** Folded addresses in a field. */
  addresses(field: AddressField): readonly string[]
  /** The words of a field, in order, by `words.ts`; for an address field display names and addresses. */
  words(field: 'subject' | 'body' | 'filename' | AddressField): readonly string[]
  /** `type/subtype` of every part, lower case. */
  mediaTypes(): readonly string[]
  /** Decoded bodies of the header fields of this name (lower case) of the message itself, as words, one list a field. */
  headerWords(name: string): readonly (readonly string[])[]
}
