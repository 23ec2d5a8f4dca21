import type { Criteria, Term } from '../../query/criteria.ts'
import type { NumberSet, Resolved } from './select.ts'

/** Answers terms of text and of header fields with sets of message numbers. */
export interface TextAnswers {
  words(term: Extract<Term, { kind: 'words' }>): Promise<NumberSet>
  header(term: Extract<Term, { kind: 'header' }>): Promise<NumberSet>
}

/** Replaces what SQL cannot answer. Each term is asked for once, however often it stands there. */
export async function resolveText(criteria: Criteria, answers: TextAnswers): Promise<Resolved> {
  const known = new Map<string, Promise<NumberSet>>()
  const ask = (term: Extract<Term, { kind: 'words' | 'header' }>): Promise<NumberSet> => {
    const name = JSON.stringify(term)
    const answer = known.get(name) ?? (term.kind === 'words' ? answers.words(term) : answers.header(term))
    known.set(name, answer)
    return answer
  }
  const resolve = async (each: Criteria): Promise<Resolved> => {
    switch (each.kind) {
      case 'and':
      case 'or':
        return { kind: each.kind, of: await Promise.all(each.of.map(resolve)) }
      case 'not':
        return { kind: 'not', of: await resolve(each.of) }
      case 'words':
      case 'header':
        return ask(each)
      default:
        return each
    }
  }
  return resolve(criteria)
}

/** Whether the index has to be asked at all. */
export function needsText(criteria: Criteria): boolean {
  switch (criteria.kind) {
    case 'and':
    case 'or':
      return criteria.of.some(needsText)
    case 'not':
      return needsText(criteria.of)
    default:
      return criteria.kind === 'words' || criteria.kind === 'header'
  }
}
