import * as v from 'valibot'
import { badRequest } from '../problem.ts'
import { route } from '../router.ts'
import type { RouteServices } from '../services.ts'
import { submit } from '../submission.ts'

/** Room that JSON and base64 take beside the message itself. */
const encodedShare = 1.4
const noLimitOctets = 2 ** 31 - 1
export const maxRecipients = 1_000

export const storedAsSchema = v.object({ key: v.pipe(v.string(), v.metadata({ description: 'Key of the message' })) })
export const sendAnswers = { status: 201, text: 'Caught like any other message', content: storedAsSchema } as const
/** An address as MAIL and RCPT take it; nothing that could end a line of the conversation. API-1. */
export const pathSchema = v.pipe(v.string(), v.maxLength(1_000), v.regex(/^[^\p{Cc}\p{Z}<>]*$/u, 'not an address'))
export const forwardPathSchema = v.pipe(pathSchema, v.nonEmpty())

/** Limit of the body that carries a message. */
export function sendLimit({ maxMessageOctets }: RouteServices): number {
  return maxMessageOctets === 0 ? noLimitOctets : Math.ceil(maxMessageOctets * encodedShare)
}

export const sendRaw = route({
  method: 'POST',
  path: '/api/messages',
  summary: 'Send a message: raw, with its envelope in the query, or composed from JSON',
  tag: 'Messages',
  params: {},
  query: {
    from: v.exactOptional(
      v.pipe(pathSchema, v.metadata({ description: 'Reverse-path of a raw message; empty for bounces' })),
      '',
    ),
    to: v.exactOptional(
      v.pipe(
        v.union([v.string(), v.array(v.string())]),
        v.transform((given) => [given].flat().flatMap((list) => list.split(',').map((address) => address.trim()))),
        v.array(forwardPathSchema),
        v.maxLength(maxRecipients),
        v.metadata({ description: 'Forward-paths of a raw message, repeated or with commas between them. Needed' }),
      ),
    ),
  },
  stream: 'message/rfc822',
  maxBodyOctets: sendLimit,
  answers: sendAnswers,
  async handle(services, { query, stream, client, user }) {
    if (query.to === undefined) throw badRequest('to: the envelope needs a recipient, as in ?to=alice@example.com', {})
    const stored = await submit(services, {
      reversePath: query.from,
      forwardPaths: query.to,
      octets: stream,
      client,
      user,
    })
    return { kind: 'json', status: 201, body: { key: stored.key } }
  },
})
