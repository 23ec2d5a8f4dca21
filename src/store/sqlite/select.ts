import type { Term } from '../../query/criteria.ts'
import { numberOf } from '../key.ts'
import type { MessageKey } from '../message.ts'
import { fieldMask, type Addresses } from './addresses.ts'
import type { SqlValue } from './driver.ts'
import { flaggedBit, seenBit } from './flags.ts'
import { mailboxName, type Mailbox, type Mailboxes } from './mailboxes.ts'
import { attachmentMark, htmlMark, malformedMark } from './rows.ts'

/**
 * Criteria as SQL over `entry e` joined to `message m`, one row for each message of the viewed account. It means what
 * `query/matches.ts` means. Terms that need the text were answered by the index before and come as sets of numbers.
 */
export interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** Message numbers that some criteria stand for, descending or not. */
export interface NumberSet {
  readonly kind: 'numbers'
  readonly numbers: readonly number[] | Float64Array
}

/** Criteria in which every term of text and header has been replaced. */
export type Resolved =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Resolved[] }
  | { readonly kind: 'not'; readonly of: Resolved }
  | Exclude<Term, { kind: 'words' | 'header' }>
  | NumberSet

export interface SelectParts {
  readonly mailboxes: Mailboxes
  readonly addresses: Addresses
  readonly now: number
}

/** Beyond this many messages an address is looked up message by message, not as a set. */
const popularAddress = 2000

const never: Sql = { text: '0', values: [] }

/** Picks one entry a message: in the first of the account's mailboxes that has it. */
export function inAccount(boxes: readonly Mailbox[]): Sql {
  const filled = boxes.filter(({ messages }) => messages > 0)
  const [only] = filled
  if (!only) return never
  if (filled.length === 1 && !only.holdsCopies) return { text: 'e.mailbox = ?', values: [only.id] }
  const list = filled.map(({ id }) => id).join(',')
  const first = `NOT EXISTS (SELECT 1 FROM entry y WHERE y.mailbox IN (${list}) AND y.number = e.number AND (y.mailbox, y.uid) < (e.mailbox, e.uid))`
  return { text: `e.mailbox IN (${list}) AND ${first}`, values: [] }
}

/** `entry e`, joined to `message m` only where the condition asks for it: rows of messages are wide. */
export const tablesFor = ({ text }: Sql): string =>
  text.includes('m.') ? 'entry e JOIN message m ON m.number = e.number' : 'entry e'

export function condition(criteria: Resolved, account: string, parts: SelectParts): Sql {
  switch (criteria.kind) {
    case 'and':
      return joined(criteria.of, ' AND ', '1', (of) => condition(of, account, parts))
    case 'or':
      return joined(criteria.of, ' OR ', '0', (of) => condition(of, account, parts))
    case 'not': {
      const { text, values } = condition(criteria.of, account, parts)
      return { text: `NOT ${text}`, values }
    }
    case 'numbers':
      return inSet(criteria.numbers)
    default:
      return term(criteria, account, parts)
  }
}

export function keySet(keys: readonly MessageKey[]): NumberSet {
  return { kind: 'numbers', numbers: keys.map(numberOf).filter((number) => number !== undefined) }
}

export function both(a: Sql, b: Sql | undefined): Sql {
  return b ? { text: `${a.text} AND ${b.text}`, values: [...a.values, ...b.values] } : a
}

function joined(of: readonly Resolved[], operator: string, empty: string, each: (of: Resolved) => Sql): Sql {
  const parts = of.map(each)
  if (parts.length === 0) return { text: empty, values: [] }
  return { text: `(${parts.map(({ text }) => text).join(operator)})`, values: parts.flatMap(({ values }) => values) }
}

const inSet = (numbers: readonly number[] | Float64Array): Sql =>
  numbers.length === 0
    ? never
    : { text: 'e.number IN (SELECT value FROM json_each(?))', values: [`[${numbers.join(',')}]`] }

const mark = (bit: number): Sql => ({ text: `(m.marks & ${bit}) <> 0`, values: [] })

function term(
  criteria: Exclude<Resolved, { kind: 'and' | 'or' | 'not' | 'numbers' }>,
  account: string,
  parts: SelectParts,
): Sql {
  switch (criteria.kind) {
    case 'address':
      return address(criteria.address, fieldMask(criteria.field), parts.addresses)
    case 'messageId':
      return { text: 'm.message_id = ?', values: [criteria.id] }
    case 'type':
      return {
        text: 'instr(m.types, ?) > 0',
        values: [criteria.subtype === undefined ? ` ${criteria.type}/` : ` ${criteria.type}/${criteria.subtype} `],
      }
    case 'octets':
      return { text: criteria.comparison === 'larger' ? 'm.octets > ?' : 'm.octets < ?', values: [criteria.octets] }
    case 'arrived':
      return {
        text: criteria.comparison === 'before' ? 'm.arrived_at < ?' : 'm.arrived_at >= ?',
        values: [criteria.at],
      }
    case 'age':
      return {
        text: criteria.comparison === 'newer' ? 'm.arrived_at >= ?' : 'm.arrived_at < ?',
        values: [parts.now - criteria.ageMs],
      }
    case 'is':
      return state(criteria.state)
    case 'has':
      return mark(criteria.what === 'html' ? htmlMark : attachmentMark)
    case 'tag':
      return {
        text: 'EXISTS (SELECT 1 FROM json_each(e.keywords) k WHERE lower(k.value) = ?)',
        values: [criteria.tag.toLowerCase()],
      }
    case 'account':
      return filedIn(parts.mailboxes.of(criteria.account))
    case 'mailbox': {
      const box = findMailbox(parts.mailboxes, account, criteria.mailbox)
      return filedIn(box ? [box] : [])
    }
    case 'user':
      return { text: 'm.user IS ?', values: [criteria.user.toLowerCase()] }
  }
}

function findMailbox(mailboxes: Mailboxes, account: string, name: string): Mailbox | undefined {
  try {
    return mailboxes.find(account, mailboxName(name))
  } catch {
    return undefined // not a name that a mailbox can have
  }
}

function state(name: 'unread' | 'read' | 'flagged' | 'malformed'): Sql {
  switch (name) {
    case 'unread':
      return { text: `(e.flags & ${seenBit}) = 0`, values: [] }
    case 'read':
      return { text: `(e.flags & ${seenBit}) <> 0`, values: [] }
    case 'flagged':
      return { text: `(e.flags & ${flaggedBit}) <> 0`, values: [] }
    case 'malformed':
      return mark(malformedMark)
  }
}

function filedIn(boxes: readonly Mailbox[]): Sql {
  if (boxes.length === 0) return never
  const list = boxes.map(({ id }) => id).join(',')
  return { text: `EXISTS (SELECT 1 FROM entry z WHERE z.mailbox IN (${list}) AND z.number = e.number)`, values: [] }
}

function address(text: string, mask: number, addresses: Addresses): Sql {
  const id = addresses.idOf(text)
  if (id === undefined) return never
  const values = [id, mask]
  if (addresses.count(id, popularAddress) < popularAddress) {
    return { text: 'e.number IN (SELECT number FROM message_address WHERE address = ? AND (fields & ?) <> 0)', values }
  }
  return {
    text: 'EXISTS (SELECT 1 FROM message_address a WHERE a.address = ? AND (a.fields & ?) <> 0 AND a.number = e.number)',
    values,
  }
}
