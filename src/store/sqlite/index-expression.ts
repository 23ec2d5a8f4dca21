import type { Criteria, TextField } from '../../query/criteria.ts'
import { searched } from '../../query/matches.ts'
import { indexWord } from '../../query/words.ts'

/**
 * Criteria as an expression of FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax). It is put together of
 * quoted index words and our own column names only, so nothing that a person types can be a syntax error in it.
 */

/**
 * The columns of the index, in their order: FTS5 spends two octets on each word that is not in the first, and most are
 * in the body. `from_` and `to_` because FROM and TO are SQL.
 */
export const indexColumns = ['body', 'subject', 'filename', 'from_', 'to_', 'cc', 'bcc', 'rcpt', 'sender'] as const
export type IndexColumn = (typeof indexColumns)[number]

const columnOf: Readonly<Record<ReturnType<typeof searched>[number], IndexColumn>> = {
  subject: 'subject',
  body: 'body',
  filename: 'filename',
  from: 'from_',
  to: 'to_',
  cc: 'cc',
  bcc: 'bcc',
  rcpt: 'rcpt',
  sender: 'sender',
}

/** FTS5's parser has a stack of 100 and takes 3 for a level: deeper criteria are not for the index. */
const deepest = 20

/**
 * The expression; undefined where the index cannot answer: another term than `words`, nothing positive to begin with
 * (`not` alone, or as a member of `or`), or nesting past 20 levels.
 */
export function matchExpression(criteria: Criteria, level = 0): string | undefined {
  if (level > deepest) return undefined
  switch (criteria.kind) {
    case 'words':
      return phrase(criteria.field, criteria.words, criteria.prefix)
    case 'or':
      return anyOf(criteria.of, level)
    case 'and':
      return allOf(criteria.of, level)
    case 'not':
      return criteria.of.kind === 'not' ? matchExpression(criteria.of.of, level) : undefined
    default:
      return undefined
  }
}

function phrase(field: TextField, words: readonly string[], prefix: boolean): string | undefined {
  if (words.length === 0) return undefined
  const tokens = words.map(indexWord)
  if (!tokens.every((token) => /^[a-z0-9]+$/.test(token))) return nothing
  const quoted = tokens.map((token) => `"${token}"`).join(' + ')
  return `${columnFilter(field)}${quoted}${prefix ? ' *' : ''}`
}

/** A word that no message has: in an index word, `z` never stands alone. For words that `words` would not have made. */
const nothing = '"z"'

function columnFilter(field: TextField): string {
  if (field === 'any') return ''
  const columns = searched(field).map((one) => columnOf[one])
  return `{${columns.join(' ')}} : `
}

function anyOf(of: readonly Criteria[], level: number): string | undefined {
  const parts = of.map((one) => matchExpression(one, level + 1))
  return parts.length > 0 && parts.every((part) => part !== undefined) ? group(parts, 'OR') : undefined
}

/** FTS5's NOT has two sides: what holds, and what does not. */
function allOf(of: readonly Criteria[], level: number): string | undefined {
  const held: (string | undefined)[] = []
  const barred: (string | undefined)[] = []
  for (const one of of) {
    const expression = matchExpression(one, level + 1)
    if (expression !== undefined || one.kind !== 'not') held.push(expression)
    else barred.push(matchExpression(one.of, level + 1))
  }
  const parts = [...held, ...barred]
  if (held.length === 0 || parts.some((part) => part === undefined)) return undefined
  const positive = group(held, 'AND')
  return barred.length === 0 ? positive : `(${positive} NOT ${group(barred, 'OR')})`
}

const group = (parts: readonly (string | undefined)[], operator: 'AND' | 'OR'): string =>
  parts.length === 1 ? `${parts[0]}` : `(${parts.join(` ${operator} `)})`
