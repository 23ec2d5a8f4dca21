import type { Criteria } from './criteria.ts'
import { readTerm } from './fields.ts'
import { QueryError } from './query-error.ts'
import { QueryReader, type Span } from './reader.ts'

/** Longest query, UTF-16 units. */
export const maxQueryLength = 10_000
/** Most terms in a query; each word of a phrase counts, since each has to be looked up. */
export const maxQueryTerms = 200
/** How deep parentheses and NOT go. Whoever walks criteria may therefore recurse. */
export const maxQueryDepth = 50

/**
 * Reads a query. Whatever is not understood is an error and never dropped, because a query also says what to delete.
 * @returns undefined as criteria where there are no terms: everything.
 * @throws QueryError that points at the place, and nothing else.
 */
export function parseQuery(text: string): { readonly criteria: Criteria | undefined } {
  if (text.length > maxQueryLength) {
    throw new QueryError(
      `A query has at most ${maxQueryLength} characters`,
      maxQueryLength,
      text.length - maxQueryLength,
    )
  }
  const reader = new QueryReader(text)
  reader.skipSpace()
  if (reader.atEnd()) return { criteria: undefined }
  const criteria = disjunction({ reader, terms: 0 }, 0, undefined)
  const stray = reader.take(')')
  if (stray !== undefined) throw fail(stray, 'This ) closes nothing: there is no ( before it')
  return { criteria }
}

interface State {
  readonly reader: QueryReader
  terms: number
}

// disjunction = conjunction *( "OR" conjunction )
function disjunction(state: State, depth: number, after: Span | undefined): Criteria {
  const of = [conjunction(state, depth, after)]
  for (let or = state.reader.take('OR'); or !== undefined; or = state.reader.take('OR')) {
    of.push(conjunction(state, depth, or))
  }
  return joined('or', of)
}

// conjunction = operand *( [ "AND" ] operand )
function conjunction(state: State, depth: number, after: Span | undefined): Criteria {
  const { reader } = state
  const of: Criteria[] = []
  let operator = after
  for (;;) {
    reader.skipSpace()
    const keyword = reader.peekKeyword()
    if (reader.atEnd() || reader.peek() === ')' || keyword === 'OR' || keyword === 'AND') {
      if (of.length === 0 || operator !== after) throw missingOperand(reader, operator)
      if (keyword !== 'AND') return joined('and', of)
      operator = reader.take(keyword)
    } else {
      of.push(operand(state, depth))
      operator = after
    }
  }
}

// operand = ( "NOT" / "-" ) operand / "(" disjunction ")" / term
function operand(state: State, depth: number): Criteria {
  const { reader } = state
  const negation = takeNegation(reader)
  if (negation !== undefined) {
    checkDepth(depth, negation)
    return { kind: 'not', of: operand(state, depth + 1) }
  }
  const open = reader.take('(')
  if (open === undefined) return term(state)
  checkDepth(depth, open)
  return parenthesised(state, depth + 1, open)
}

/** Takes a negation, which white space may follow only where it is `NOT`. */
function takeNegation(reader: QueryReader): Span | undefined {
  const minus = reader.take('-')
  const negation = minus ?? (reader.peekKeyword() === 'NOT' ? reader.take('NOT') : undefined)
  if (negation === undefined) return undefined
  if (minus === undefined) reader.skipSpace()
  const keyword = reader.peekKeyword()
  if (atBreak(reader) || keyword === 'AND' || keyword === 'OR') throw missingOperand(reader, negation)
  return negation
}

function atBreak(reader: QueryReader): boolean {
  return reader.atEnd() || /[\s)]/u.test(reader.peek())
}

function checkDepth(depth: number, nesting: Span): void {
  if (depth === maxQueryDepth) throw fail(nesting, `Parentheses and NOT go at most ${maxQueryDepth} deep`)
}

function parenthesised(state: State, depth: number, open: Span): Criteria {
  const criteria = disjunction(state, depth, open)
  if (state.reader.take(')') === undefined) throw fail(open, 'This ( is never closed: add a )')
  return criteria
}

function term(state: State): Criteria {
  const { reader } = state
  const start = reader.position
  const read = readTerm(reader)
  const end = reader.position
  if (read === undefined) throw missingOperand(reader, undefined)
  state.terms += 'words' in read ? Math.max(1, read.words.length) : 1
  if (state.terms > maxQueryTerms) throw fail({ start, end }, `A query has at most ${maxQueryTerms} terms and words`)
  if (!atBreak(reader)) {
    const text = 'A space belongs here; a value that holds spaces, quotes or parentheses goes in quotes as a whole'
    throw new QueryError(text, end, 1)
  }
  return read
}

function joined(kind: 'and' | 'or', of: readonly Criteria[]): Criteria {
  const [only] = of
  return of.length === 1 && only !== undefined ? only : { kind, of }
}

/** @param operator what an operand should follow. */
function missingOperand(reader: QueryReader, operator: Span | undefined): QueryError {
  const next = reader.peekKeyword()
  if (operator === undefined) {
    const here = { start: reader.position, end: reader.position + Math.max(next?.length ?? 1, 1) }
    return fail(here, `Nothing stands before this ${next ?? reader.peek()}`)
  }
  const text = reader.text.slice(operator.start, operator.end)
  if (text !== '(') return fail(operator, `Nothing stands after this ${text} that it could apply to`)
  return fail(
    operator,
    next === undefined ? 'There is nothing between these parentheses' : `Nothing stands before ${next}`,
  )
}

function fail({ start, end }: Span, text: string): QueryError {
  return new QueryError(text, start, end - start)
}
