import type { Term } from '../../query/criteria.ts'
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

type PlainTerm = Exclude<Resolved, { kind: 'and' | 'or' | 'not' | 'numbers' }>
type AsSql<Of> = (criteria: Of, account: string, parts: SelectParts) => Sql

const terms: { readonly [Kind in PlainTerm['kind']]: AsSql<Extract<PlainTerm, { kind: Kind }>> } = {
  address: ({ address, field }, _account, { addresses }) => withAddress(address, fieldMask(field), addresses),
  messageId: ({ id }) => ({ text: 'm.message_id = ?', values: [id] }),
  type: ({ type, subtype }) => ({
    text: 'instr(m.types, ?) > 0',
    values: [subtype === undefined ? ` ${type}/` : ` ${type}/${subtype} `],
  }),
  octets: ({ comparison, octets }) => ({
    text: comparison === 'larger' ? 'm.octets > ?' : 'm.octets < ?',
    values: [octets],
  }),
  arrived: ({ comparison, at }) => arrival(comparison === 'after', at),
  age: ({ comparison, ageMs }, _account, { now }) => arrival(comparison === 'newer', now - ageMs),
  is: ({ state }) => states[state],
  has: ({ what }) => mark(what === 'html' ? htmlMark : attachmentMark),
  tag: ({ tag }) => ({
    text: 'EXISTS (SELECT 1 FROM json_each(e.keywords) k WHERE lower(k.value) = ?)',
    values: [tag.toLowerCase()],
  }),
  account: ({ account }, _viewed, { mailboxes }) => filedIn(mailboxes.of(account)),
  mailbox({ mailbox }, account, { mailboxes }) {
    const box = findMailbox(mailboxes, account, mailbox)
    return filedIn(box ? [box] : [])
  },
  user: ({ user }) => ({ text: 'm.user IS ?', values: [user.toLowerCase()] }),
}

/** The table has for each kind what takes it; the type system cannot follow that through the look-up. */
const term: AsSql<PlainTerm> = (criteria, account, parts) =>
  (terms[criteria.kind] as AsSql<PlainTerm>)(criteria, account, parts)

const states: Readonly<Record<Extract<PlainTerm, { kind: 'is' }>['state'], Sql>> = {
  unread: { text: `(e.flags & ${seenBit}) = 0`, values: [] },
  read: { text: `(e.flags & ${seenBit}) <> 0`, values: [] },
  flagged: { text: `(e.flags & ${flaggedBit}) <> 0`, values: [] },
  malformed: mark(malformedMark),
}

const arrival = (from: boolean, at: number): Sql => ({
  text: from ? 'm.arrived_at >= ?' : 'm.arrived_at < ?',
  values: [at],
})

function findMailbox(mailboxes: Mailboxes, account: string, name: string): Mailbox | undefined {
  try {
    return mailboxes.find(account, mailboxName(name))
  } catch {
    return undefined // not a name that a mailbox can have
  }
}

function filedIn(boxes: readonly Mailbox[]): Sql {
  if (boxes.length === 0) return never
  const list = boxes.map(({ id }) => id).join(',')
  return { text: `EXISTS (SELECT 1 FROM entry z WHERE z.mailbox IN (${list}) AND z.number = e.number)`, values: [] }
}

function withAddress(text: string, mask: number, addresses: Addresses): Sql {
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
