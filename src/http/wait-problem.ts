/** What a wait that found too little answers: everything a person needs, as data and in a few lines of text. */
import type { Explanation, JudgedTerm, NearMessage } from '../waits/explain.ts'
import type { WaitOutcome, WaitRequest } from '../waits/wait.ts'
import { cutText } from './cut.ts'
import { HttpProblem } from './problem.ts'
import type { WireUnmet } from './wire-types.ts'

interface Unmet {
  /** As it was asked. */
  readonly query: string
  readonly request: WaitRequest
  readonly outcome: Extract<WaitOutcome, { readonly kind: 'found' | 'timeout' }>
  readonly explanation: Explanation
  /** Where SMTP is taken. */
  readonly ports: readonly number[]
}

export function notInTime(unmet: Unmet): HttpProblem {
  return new HttpProblem(408, 'Not found in time', detailOf(unmet), { extras: { unmet: wireOf(unmet) } })
}

function wireOf({ query, request, outcome, explanation }: Unmet): WireUnmet {
  return {
    query,
    waitedMs: request.timeoutMs,
    matched: outcome.messages.length,
    wanted: request.count,
    change: outcome.change,
    nearest: explanation.nearest.map(({ summary, terms }) => ({
      key: summary.key,
      subject: summary.subject,
      recipients: summary.forwardPaths.map((address) => cutText(address)),
      arrivedAt: new Date(summary.arrivedAt).toISOString(),
      terms: terms
        .slice(0, mostTerms)
        .map(({ term, holds, found }) => ({ term: cutText(term), holds, found: found ?? null })),
    })),
    refused: explanation.refused.map(({ session, reply }) => ({
      session: session.id,
      client: session.clientAddress,
      startedAt: new Date(session.startedAt).toISOString(),
      reply,
    })),
    connections: explanation.connections,
  }
}

const mostTerms = 50
/** Lines of messages and of sessions in the text; the data has more. */
const mostLines = 3

function detailOf({ query, request, outcome, explanation, ports }: Unmet): string {
  const { timeoutMs, count } = request
  const asked = query.trim() === '' ? 'any message' : query
  const matched = outcome.messages.length
  const lines = [
    `Waited ${seconds(timeoutMs)} for ${count === 1 ? '' : `${count} × `}${asked}: ${matched} of ${count} came.`,
  ]
  for (const near of explanation.nearest.slice(0, mostLines)) lines.push(lineOf(near))
  for (const { reply, session } of explanation.refused.slice(0, mostLines)) {
    lines.push(`Refused: a session from ${session.clientAddress} ended without a message, or with a refusal: ${reply}`)
  }
  if (explanation.connections === 0 && explanation.nearest.length === 0) {
    const where = ports.length === 0 ? '' : ` SMTP is taken on port ${ports.join(' and ')}.`
    lines.push(`No SMTP connection came at all: does the app send to this server?${where}`)
  }
  return lines.join('\n')
}

function lineOf({ summary, terms }: NearMessage): string {
  const to = summary.forwardPaths.join(', ') || 'nobody'
  const missed = terms.filter(({ holds }) => !holds).slice(0, mostLines)
  const why = missed.length === 0 ? 'matches' : missed.map(reasonOf).join('; ')
  return `Near: “${cutText(summary.subject, 80)}” to ${cutText(to, 120)}: ${why}`
}

const reasonOf = ({ term, found }: JudgedTerm): string =>
  found === undefined ? `not ${cutText(term, 80)}` : `not ${cutText(term, 80)}, but ${cutText(found, 120) || 'nothing'}`

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(3))} s`
