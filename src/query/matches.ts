import type { Criteria, TextField } from './criteria.ts'
import { foldMailbox, foldName } from './fold.ts'
import { holdsPhrase } from './phrase.ts'
import type { QuerySubject } from './subject.ts'

/** What `any` looks in, cheapest first. */
const anyFields = ['subject', 'from', 'to', 'cc', 'bcc', 'rcpt', 'sender', 'filename', 'body'] as const

/** What `addressed` looks in. */
const addressedFields = ['to', 'cc', 'bcc', 'rcpt'] as const

/**
 * Whether the message is meant. Recurses as deep as the criteria, which `parseQuery` bounds; pure but for what the
 * subject decodes.
 * @param now milliseconds since 1970, which ages are counted from.
 */
export function matches(criteria: Criteria, subject: QuerySubject, now: number): boolean {
  switch (criteria.kind) {
    case 'and':
      return criteria.of.every((member) => matches(member, subject, now))
    case 'or':
      return criteria.of.some((member) => matches(member, subject, now))
    case 'not':
      return !matches(criteria.of, subject, now)
    case 'octets':
      return criteria.comparison === 'larger' ? subject.octets > criteria.octets : subject.octets < criteria.octets
    case 'arrived':
      return criteria.comparison === 'before' ? subject.arrivedAt < criteria.at : subject.arrivedAt >= criteria.at
    case 'age':
      return (criteria.comparison === 'newer') === now - subject.arrivedAt <= criteria.ageMs
    case 'is':
      return matchesState(criteria.state, subject)
    case 'has':
      return criteria.what === 'attachment' ? subject.hasAttachment : subject.hasHtml
    default:
      return matchesContent(criteria, subject)
  }
}

type ContentTerm = Extract<
  Criteria,
  { kind: 'address' | 'words' | 'header' | 'messageId' | 'type' | 'tag' | 'account' | 'mailbox' | 'user' }
>

function matchesContent(term: ContentTerm, subject: QuerySubject): boolean {
  switch (term.kind) {
    case 'address':
      return subject.addresses(term.field).includes(term.address)
    case 'words':
      return searched(term.field).some((field) => holdsPhrase(subject.words(field), term))
    case 'header':
      return subject.headerWords(term.name).some((body) => holdsPhrase(body, term))
    case 'messageId':
      return subject.messageId === term.id
    case 'type':
      return subject.mediaTypes().some((mediaType) => isType(mediaType, term))
    case 'tag':
      return subject.keywords.some((keyword) => foldName(keyword) === foldName(term.tag))
    case 'account':
      return subject.accounts.includes(term.account)
    case 'mailbox':
      return subject.mailboxes.some((mailbox) => foldMailbox(mailbox) === foldMailbox(term.mailbox))
    case 'user':
      return subject.user !== undefined && foldName(subject.user) === foldName(term.user)
  }
}

/** The fields, each of them a text of its own, that a search in this one looks in. A phrase never spans two of them. */
export function searched(field: TextField): readonly Exclude<TextField, 'any' | 'addressed'>[] {
  if (field === 'any') return anyFields
  return field === 'addressed' ? addressedFields : [field]
}

function isType(mediaType: string, { type, subtype }: { type: string; subtype: string | undefined }): boolean {
  return subtype === undefined ? mediaType.startsWith(`${type}/`) : mediaType === `${type}/${subtype}`
}

function matchesState(state: 'unread' | 'read' | 'flagged' | 'malformed', subject: QuerySubject): boolean {
  switch (state) {
    case 'unread':
      return !subject.seen
    case 'read':
      return subject.seen
    case 'flagged':
      return subject.flagged
    case 'malformed':
      return subject.malformed
  }
}
