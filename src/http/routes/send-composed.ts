import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { parseAddressList, type Mailbox } from '../../mime/address.ts'
import { compose, ComposeError } from '../../mime/compose.ts'
import { badRequest } from '../problem.ts'
import { route } from '../router.ts'
import { submit } from '../submission.ts'
import { maxRecipients, sendAnswers, sendLimit } from './send.ts'

const line = v.pipe(v.string(), v.maxLength(100_000))
const address = v.union([
  v.pipe(
    v.string(),
    v.maxLength(10_000),
    v.metadata({ description: '`alice@example.com` or `Alice <alice@example.com>`' }),
  ),
  v.strictObject({ name: v.exactOptional(line, ''), address: v.pipe(v.string(), v.maxLength(1_000)) }),
])
const addresses = v.exactOptional(v.pipe(v.array(address), v.maxLength(maxRecipients)), [])

/** Content inline, as base64, and nothing else: no path, no URL, nothing that would be read from anywhere. API-2. */
const composed = v.strictObject({
  from: address,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  replyTo: addresses,
  subject: v.exactOptional(line, ''),
  text: v.exactOptional(v.string()),
  html: v.exactOptional(v.string()),
  headers: v.exactOptional(
    v.pipe(v.array(v.strictObject({ name: v.pipe(v.string(), v.maxLength(200)), value: line })), v.maxLength(200)),
    [],
  ),
  attachments: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          filename: v.exactOptional(v.pipe(v.string(), v.maxLength(1_000)), 'attachment'),
          mediaType: v.exactOptional(v.pipe(v.string(), v.maxLength(255)), 'application/octet-stream'),
          content: v.pipe(v.string(), v.metadata({ description: 'Base64' })),
          contentId: v.exactOptional(v.pipe(v.string(), v.maxLength(500))),
        }),
      ),
      v.maxLength(1_000),
    ),
    [],
  ),
})

export const sendComposed = route({
  method: 'POST',
  path: '/api/messages',
  summary: 'Send a message: raw, with its envelope in the query, or composed from JSON',
  tag: 'Messages',
  params: {},
  query: {},
  json: composed,
  maxBodyOctets: sendLimit,
  answers: sendAnswers,
  async handle(services, { body, client, user }) {
    const from = mailbox(body.from, 'from')
    const [to, cc, bcc, replyTo] = (['to', 'cc', 'bcc', 'replyTo'] as const).map((name) =>
      body[name].map((each, index) => mailbox(each, `${name}[${index}]`)),
    )
    const fields = { to: to ?? [], cc: cc ?? [], bcc: bcc ?? [], replyTo: replyTo ?? [] }
    const forwardPaths = [...new Set([...fields.to, ...fields.cc, ...fields.bcc].map((each) => each.address))]
    if (forwardPaths.length === 0) throw badRequest('body.to: a message needs a recipient in to, cc or bcc')
    const messageId = `${randomUUID()}@stuntmail.localhost`
    const { text, html, subject, headers, attachments } = body
    const content = {
      subject,
      headers,
      attachments,
      ...(text === undefined ? {} : { text }),
      ...(html === undefined ? {} : { html }),
    }
    const octets = written(() => compose({ from, ...fields, ...content, messageId, date: services.clock.now() }))
    const stored = await submit(services, { reversePath: from.address, forwardPaths, octets: [octets], client, user })
    return { kind: 'json', status: 201, body: { key: stored.key } }
  },
})

/** @throws HttpProblem 400 unless it is exactly one address. */
function mailbox(given: v.InferOutput<typeof address>, path: string): Mailbox {
  if (typeof given !== 'string') return given
  // eslint-disable-next-line no-control-regex -- a line end inside would be read as folding, API-1
  if (/[\x00-\x1f\x7f]/.test(given)) throw badRequest(`body.${path}: holds a control character`)
  const { mailboxes, malformed } = parseAddressList(given, 2)
  const [only, more] = mailboxes
  if (only === undefined || more !== undefined || malformed) throw badRequest(`body.${path}: not one address`)
  return only
}

function written(make: () => Uint8Array): Uint8Array {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error
    throw badRequest(`body.${error.message}`)
  }
}
