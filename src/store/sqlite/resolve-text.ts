import type { Criteria, Term } from '../../query/criteria.ts'
import type { NumberSet, Resolved } from './select.ts'
import { canSearch } from './text-index.ts'

/** Answers terms of text and of header fields with sets of message numbers. */
export interface TextAnswers {
  /** Only criteria that `canSearch`. */
  search(criteria: Criteria): Promise<NumberSet>
  header(term: Extract<Term, { kind: 'header' }>): Promise<NumberSet>
}

/** Replaces what SQL cannot answer, as large pieces as the index takes; each is asked for once. */
export async function resolveText(criteria: Criteria, answers: TextAnswers): Promise<Resolved> {
  const known = new Map<string, Promise<NumberSet>>()
  const once = (criteria: Criteria, answer: () => Promise<NumberSet>): Promise<NumberSet> => {
    const name = JSON.stringify(criteria)
    const numbers = known.get(name) ?? answer()
    known.set(name, numbers)
    return numbers
  }
  const resolve = async (each: Criteria): Promise<Resolved> => {
    if (canSearch(each)) return once(each, () => answers.search(each))
    switch (each.kind) {
      case 'and':
      case 'or':
        return { kind: each.kind, of: await Promise.all(each.of.map(resolve)) }
      case 'not':
        return { kind: 'not', of: await resolve(each.of) }
      case 'words':
        return once(each, () => answers.search(each))
      case 'header':
        return once(each, () => answers.header(each))
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
