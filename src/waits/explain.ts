/** Why a wait found nothing, for a person who reads the log of a test run and cannot open anything. */
import type { Clock } from '../clock.ts'
import type { Criteria, Term } from '../query/criteria.ts'
import { formatQuery } from '../query/format.ts'
import type { QuerySubject } from '../query/subject.ts'
import type { MessageSummary } from '../store/message.ts'
import type { KeptSession, Store } from '../store/store.ts'
import { Candidate } from './candidate.ts'
import type { WaitRequest } from './wait.ts'

export interface Explanation {
  /** Those that came closest, the closest first; at most 10. */
  readonly nearest: readonly NearMessage[]
  /** SMTP sessions of that time that refused something or ended without a message; at most 10. */
  readonly refused: readonly RefusedSession[]
  /** SMTP sessions that began in that time and are over, or brought a message. */
  readonly connections: number
}

export interface NearMessage {
  readonly summary: MessageSummary
  readonly terms: readonly JudgedTerm[]
}

export interface JudgedTerm {
  /** In the query language. */
  readonly term: string
  readonly holds: boolean
  /** What stood there instead. Undefined where it holds, or where there is nothing to show. */
  readonly found: string | undefined
}

export interface RefusedSession {
  readonly session: KeptSession
  /** The reply that refused, or the last line of the session. */
  readonly reply: string
}

/** Messages that are looked at, the newest. */
const mostLookedAt = 100
const mostShown = 10
const mostSessions = 500
/** Characters of what stood there. */
const longestFound = 200

export async function explain(
  request: WaitRequest,
  { store, clock, begunAt }: { readonly store: Store; readonly clock: Clock; readonly begunAt: number },
): Promise<Explanation> {
  const sessions = await store.sessions(mostSessions, { protocol: 'smtp', since: begunAt, brief: true })
  return {
    nearest: await nearest(request, store, clock.now()),
    refused: sessions
      .filter(({ refusals, messages, outcome }) => refusals > 0 || (messages === 0 && outcome !== 'open'))
      .slice(0, mostShown)
      .map((session) => ({ session, reply: refusalIn(session.transcript) })),
    connections: sessions.length,
  }
}

async function nearest(
  { criteria, account, since }: WaitRequest,
  store: Store,
  now: number,
): Promise<readonly NearMessage[]> {
  const { messages } = await store.list({ account, limit: mostLookedAt, ...(since === undefined ? {} : { since }) })
  const judged: { readonly near: NearMessage; readonly held: number }[] = []
  for (const summary of messages) {
    const entries = (await store.get(account, summary.key))?.entries ?? []
    const candidate = new Candidate({ summary, entries }, store)
    await candidate.load()
    const terms: JudgedTerm[] = []
    for (const member of membersOf(criteria)) {
      const holds = await candidate.matches(member, account, now)
      const found = holds ? undefined : foundIn(member, candidate, account)
      terms.push({ term: formatQuery(member), holds, found: found?.slice(0, longestFound) })
    }
    judged.push({ near: { summary, terms }, held: terms.filter(({ holds }) => holds).length })
  }
  // Newer ones first where as much holds; `sort` is stable.
  return judged
    .sort((a, b) => b.held - a.held)
    .slice(0, mostShown)
    .map(({ near }) => near)
}

/** What all have to hold. */
const membersOf = (criteria: Criteria | undefined): readonly Criteria[] =>
  criteria === undefined ? [] : criteria.kind === 'and' ? criteria.of.flatMap(membersOf) : [criteria]

function foundIn(criteria: Criteria, candidate: Candidate, account: string): string | undefined {
  if (criteria.kind === 'and' || criteria.kind === 'or' || criteria.kind === 'not') return undefined
  try {
    return valueOf(criteria, candidate, candidate.subject(account))
  } catch {
    return undefined // too large to be read
  }
}

function valueOf(term: Term, { summary }: Candidate, subject: QuerySubject): string {
  switch (term.kind) {
    case 'address':
      return listed(subject.addresses(term.field))
    case 'words':
      return wordsOf(term.field, summary, subject)
    case 'header':
      return listed(subject.headerWords(term.name).map((words) => words.join(' ')))
    case 'messageId':
      return listed([summary.messageId].filter((id) => id !== ''))
    case 'type':
      return listed(subject.mediaTypes())
    case 'octets':
      return `${summary.octets} octets`
    case 'arrived':
    case 'age':
      return new Date(summary.arrivedAt).toISOString()
    default:
      return stateOf(term, summary, subject)
  }
}

function wordsOf(
  field: Extract<Term, { kind: 'words' }>['field'],
  summary: MessageSummary,
  subject: QuerySubject,
): string {
  if (field === 'subject' || field === 'any') return summary.subject
  if (field === 'body') return summary.preview
  return subject.words(field).join(' ')
}

type StateTerm = Extract<Term, { kind: 'is' | 'has' | 'tag' | 'account' | 'mailbox' | 'user' }>

function stateOf(term: StateTerm, summary: MessageSummary, subject: QuerySubject): string {
  switch (term.kind) {
    case 'is':
      return [summary.seen ? 'read' : 'unread', ...(summary.flagged ? ['flagged'] : [])].join(', ')
    case 'has':
      return `${summary.attachments} attachments, ${summary.hasHtml ? 'HTML' : 'no HTML'}`
    case 'tag':
      return listed(subject.keywords)
    case 'account':
      return listed(subject.accounts)
    case 'mailbox':
      return listed(subject.mailboxes)
    case 'user':
      return subject.user ?? 'none'
  }
}

const listed = (values: readonly string[]): string => (values.length === 0 ? 'none' : values.join(', '))

/** Of lines `0.012 S: 550 …` the last refusal; else the last line. */
function refusalIn(transcript: string): string {
  const lines = transcript.split('\n').map((line) => line.replace(/^\d+\.\d{3} /, ''))
  const refusal = lines.findLast((line) => /^S: [45]\d\d/.test(line))
  return (refusal ?? lines.at(-1) ?? '').replace(/^S: /, '').slice(0, longestFound)
}
