import { foldAddress } from '../mime/address.ts'
import type { AddressField, Term, TextField } from './criteria.ts'
import { nearNames } from './near-names.ts'
import { QueryError } from './query-error.ts'
import type { QueryReader, Span, Value } from './reader.ts'
import { parseAge, parseOctets, parseTime } from './quantities.ts'
import { words } from './words.ts'

/** What a `field:value` or a bare word means. The reader stands behind the colon. */
type FieldParser = (value: Value, field: string) => Term

const addressFields: readonly AddressField[] = ['from', 'to', 'cc', 'bcc', 'rcpt', 'sender', 'addressed']
const textFields: readonly TextField[] = ['subject', 'body', 'filename']

const fields = new Map<string, FieldParser>([
  ...addressFields.map((field): [string, FieldParser] => [field, (value) => addressTerm(field, value)]),
  ...textFields.map((field): [string, FieldParser] => [field, (value) => wordsTerm(field, value)]),
  ['message-id', (value, field) => ({ kind: 'messageId', id: unbracketed(exact(value, field)) })],
  ['type', typeTerm],
  ['larger', (value, field) => ({ kind: 'octets', comparison: 'larger', octets: parseOctets(value, field) })],
  ['smaller', (value, field) => ({ kind: 'octets', comparison: 'smaller', octets: parseOctets(value, field) })],
  ['before', (value, field) => ({ kind: 'arrived', comparison: 'before', at: parseTime(value, field) })],
  ['after', (value, field) => ({ kind: 'arrived', comparison: 'after', at: parseTime(value, field) })],
  ['newer', (value, field) => ({ kind: 'age', comparison: 'newer', ageMs: parseAge(value, field) })],
  ['older', (value, field) => ({ kind: 'age', comparison: 'older', ageMs: parseAge(value, field) })],
  ['is', (value, field) => ({ kind: 'is', state: choice(value, field, ['unread', 'read', 'flagged', 'malformed']) })],
  ['has', (value, field) => ({ kind: 'has', what: choice(value, field, ['attachment', 'html']) })],
  ['tag', (value, field) => ({ kind: 'tag', tag: exact(value, field) })],
  ['account', (value, field) => ({ kind: 'account', account: foldAddress(exact(value, field)) })],
  ['mailbox', (value, field) => ({ kind: 'mailbox', mailbox: exact(value, field) })],
  ['user', (value, field) => ({ kind: 'user', user: exact(value, field) })],
])

/** Every name that may stand before a colon, for people who type. */
export const fieldNames: readonly string[] = [...fields.keys(), 'header']

/** Reads one term: `field:value`, a bare word or a phrase. Undefined, and nothing taken, where none begins. */
export function readTerm(reader: QueryReader): Term | undefined {
  const name = reader.peekFieldName()
  if (name !== undefined) return readField(reader, name)
  const value = reader.value()
  return value && wordsTerm('any', value)
}

function readField(reader: QueryReader, name: string): Term {
  const start = reader.position
  const field = name.toLowerCase()
  const parse = fields.get(field)
  if (parse === undefined && field !== 'header') throw unknownField(name, start)
  reader.take(name)
  const end = reader.take(':')?.end ?? start
  if (parse === undefined) return readHeader(reader, { start, end })
  const value = reader.value()
  if (value === undefined) throw missingValue(`${field}:`, { start, end })
  return parse(value, field)
}

// header-term = "header:" name [ "=" value ]
function readHeader(reader: QueryReader, colon: Span): Term {
  const name = reader.headerName()
  if (name === undefined) {
    throw problem(colon, 'header: needs a name right after the colon: header:X-Mailer, or header:X-Mailer=value')
  }
  // RFC 5322 §3.6.8: ftext is printable ASCII without the colon.
  if (!/^[!-9;-~]+$/.test(name.text)) {
    throw problem(name, 'This cannot be the name of a header field; a value is written header:NAME=value')
  }
  const [star] = name.stars
  if (star !== undefined) throw new QueryError('The name of a header field is compared as a whole, without *', star, 1)
  const kind = 'header'
  const header = name.text.toLowerCase()
  const equals = reader.take('=')
  if (equals === undefined) return { kind, name: header, words: [], prefix: false }
  const value = reader.value()
  if (value === undefined) throw missingValue(`header:${name.text}=`, { start: colon.start, end: equals.end })
  return { kind, name: header, ...phrase(value) }
}

function wordsTerm(field: TextField, value: Value): Term {
  return { kind: 'words', field, ...phrase(value) }
}

function addressTerm(field: AddressField, value: Value): Term {
  const address = value.stars.length === 0 ? wholeAddress(value.text) : undefined
  return address === undefined ? wordsTerm(field, value) : { kind: 'address', field, address }
}

/** The folded address where the text is one: something, `@`, something, and white space in a quoted local part at most. */
function wholeAddress(text: string): string | undefined {
  const address = unbracketed(text.trim())
  const at = address.lastIndexOf('@')
  const local = address.slice(0, Math.max(at, 0))
  const domain = address.slice(at + 1)
  if (local === '' || domain === '' || /\s/.test(domain)) return undefined
  const quoted = local.length > 2 && local.startsWith('"') && local.endsWith('"')
  return quoted || !/\s/.test(local) ? foldAddress(address) : undefined
}

function phrase(value: Value): { words: readonly string[]; prefix: boolean } {
  const prefix = value.stars.length > 0
  const contentEnd = value.quoted ? value.end - 1 : value.end
  for (const star of value.stars) {
    if (star !== contentEnd - 1 || !/[\p{L}\p{N}\p{M}]\*$/u.test(value.text)) {
      throw new QueryError('A * can only stand at the end of a word, for everything that begins so: wel*', star, 1)
    }
  }
  const found = words(value.text)
  if (found.length === 0)
    throw problem(value, 'There is no letter and no digit in this, so there is nothing to search for')
  return { words: found, prefix }
}

function exact(value: Value, field: string): string {
  const star = value.stars[0]
  if (star !== undefined) {
    throw new QueryError(`${field}: is compared as a whole, without *; for the character itself write "\\*"`, star, 1)
  }
  if (value.text.trim() === '') throw missingValue(`${field}:`, value)
  return value.text
}

function choice<Choice extends string>(value: Value, field: string, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === value.text.toLowerCase())
  if (chosen !== undefined) return chosen
  throw problem(value, `After ${field}: stands one of ${choices.join(', ')}`)
}

// RFC 2045 §5.1; names as RFC 6838 §4.2 restricts them.
function typeTerm(value: Value): Term {
  const mediaType = /^([a-z0-9][\w!#$&^.+-]*)(?:\/(\*|[a-z0-9][\w!#$&^.+-]*))?$/.exec(value.text.toLowerCase())
  const type = mediaType?.[1]
  const subtype = mediaType?.[2]
  if (type === undefined) throw problem(value, 'After type: stands a media type, such as image/png or image/*')
  return { kind: 'type', type, subtype: subtype === '*' ? undefined : subtype }
}

function unbracketed(text: string): string {
  return text.length > 2 && text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text
}

function unknownField(name: string, start: number): QueryError {
  const near = nearNames(name.toLowerCase(), fieldNames)
  const known =
    near.length > 0 ? `did you mean ${near.map((field) => `${field}:`).join(' or ')}` : fieldNames.join(', ')
  const text = `There is no field ${name}: (${known}). To search for the text itself, put it in quotes`
  return new QueryError(text, start, name.length)
}

function missingValue(before: string, span: Span): QueryError {
  return problem(
    span,
    `${before} needs a value right behind it, without a space; two words go in quotes: ${before}"two words"`,
  )
}

function problem({ start, end }: Span, text: string): QueryError {
  return new QueryError(text, start, end - start)
}
