import * as v from 'valibot'
import { idParameter, numberParameter, switchParameter, timeParameter } from '../parameters.ts'
import { notFound } from '../problem.ts'
import { route } from '../router.ts'
import { sessionSchema, sessionsSchema } from '../schemas.ts'
import { wireSession, wireSessionSummary } from '../wire.ts'

const tag = 'Server'
const outcomes = ['open', 'completed', 'closed', 'dropped', 'refused', 'timeout', 'shutdown', 'tls-failed'] as const

export const listSessions = route({
  method: 'GET',
  path: '/api/sessions',
  summary: 'Sessions, newest first; those that brought no message too',
  tag,
  params: {},
  query: {
    limit: numberParameter({ min: 1, max: 500, fallback: 50 }, 'Sessions at most'),
    before: v.exactOptional(idParameter('`next` of the page before')),
    protocol: v.exactOptional(v.picklist(['smtp', 'imap', 'pop3', 'http'])),
    outcome: v.exactOptional(v.picklist(outcomes)),
    user: v.exactOptional(
      v.pipe(v.string(), v.maxLength(1_000), v.metadata({ description: 'Who logged in, or tried to; in any case' })),
    ),
    since: timeParameter('Began then or later'),
    until: timeParameter('Began before'),
    refused: switchParameter('Only those with an answer that refused something'),
  },
  answers: { status: 200, text: 'The sessions', content: sessionsSchema },
  async handle({ store }, { query: { limit, refused, ...filter } }) {
    const only = { ...filter, brief: true, ...(refused && { refused }) } as const
    const found = await store.sessions(limit + 1, only)
    const sessions = found.slice(0, limit).map(wireSessionSummary)
    return { kind: 'json', body: { sessions, next: found.length > limit ? (sessions.at(-1)?.id ?? null) : null } }
  },
})

export const getSession = route({
  method: 'GET',
  path: '/api/sessions/{id}',
  summary: 'A session with its conversation',
  tag,
  params: { id: idParameter('Id of the session') },
  query: {},
  answers: { status: 200, text: 'The session', content: sessionSchema },
  async handle({ store }, { params }) {
    const session = await store.session(params.id)
    if (session === undefined) throw notFound('session')
    return { kind: 'json', body: wireSession(session) }
  },
})
