import type { Criteria, Term } from './criteria.ts'
import { formatAge, formatOctets, formatTime } from './quantities.ts'

/**
 * The canonical text of criteria: `parseQuery` makes equal criteria of it. Lists in it have two members or more, as the
 * parser makes them; undefined is everything.
 */
export function formatQuery(criteria: Criteria | undefined): string {
  if (criteria === undefined) return ''
  switch (criteria.kind) {
    case 'or':
      return criteria.of.map((member) => enclosed(member, member.kind === 'or')).join(' OR ')
    case 'and':
      return criteria.of.map((member) => enclosed(member, member.kind === 'or' || member.kind === 'and')).join(' ')
    case 'not':
      return `-${enclosed(criteria.of, criteria.of.kind === 'or' || criteria.of.kind === 'and')}`
    default:
      return formatTerm(criteria)
  }
}

function enclosed(criteria: Criteria, parentheses: boolean): string {
  return parentheses ? `(${formatQuery(criteria)})` : formatQuery(criteria)
}

function formatTerm(term: Term): string {
  switch (term.kind) {
    case 'address':
      return `${term.field}:${formatValue(term.address)}`
    case 'words':
      return formatWords(term)
    case 'header':
      return `header:${formatName(term.name)}${term.words.length === 0 ? '' : `=${formatPhrase(term)}`}`
    case 'messageId':
      return `message-id:${formatValue(term.id)}`
    case 'tag':
      return `tag:${formatValue(term.tag)}`
    case 'account':
      return `account:${formatValue(term.account)}`
    case 'mailbox':
      return `mailbox:${formatValue(term.mailbox)}`
    case 'user':
      return `user:${formatValue(term.user)}`
    default:
      return formatProperty(term)
  }
}

function formatProperty(term: Extract<Term, { kind: 'type' | 'octets' | 'arrived' | 'age' | 'is' | 'has' }>): string {
  switch (term.kind) {
    case 'type':
      return `type:${term.type}/${term.subtype ?? '*'}`
    case 'octets':
      return `${term.comparison}:${formatOctets(term.octets)}`
    case 'arrived':
      return `${term.comparison}:${formatTime(term.at)}`
    case 'age':
      return `${term.comparison}:${formatAge(term.ageMs)}`
    case 'is':
      return `is:${term.state}`
    case 'has':
      return `has:${term.what}`
  }
}

function formatWords(term: Extract<Term, { kind: 'words' }>): string {
  return `${term.field === 'any' ? '' : `${term.field}:`}${formatPhrase(term)}`
}

function formatPhrase({ words, prefix }: { words: readonly string[]; prefix: boolean }): string {
  const phrase = `${words.join(' ')}${prefix ? '*' : ''}`
  return words.length === 1 ? phrase : `"${phrase}"`
}

function formatName(name: string): string {
  return /["()=*\\]/.test(name) ? quoted(name) : name
}

function formatValue(value: string): string {
  return /[\s()"*\\]/.test(value) ? quoted(value) : value
}

function quoted(value: string): string {
  return `"${value.replace(/["\\*]/g, '\\$&')}"`
}
