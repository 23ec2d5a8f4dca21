import * as v from 'valibot'
import type { RenderingId } from '../../templates/rendering.ts'
import type { TemplateData } from '../../templates/engine.ts'
import { contentDisposition } from '../download.ts'
import { HttpProblem } from '../problem.ts'
import { route } from '../router.ts'
import type { RouteServices } from '../services.ts'
import { submit } from '../submission.ts'
import { renderingMessage, type RenderedMessage } from '../template-message.ts'
import { dataSchema } from '../template-schemas.ts'
import { forwardPathSchema, sendAnswers } from './send.ts'
import { rendered, renderingQuery } from './templates.ts'

const tag = 'Templates'
const defaultRecipient = 'inbox@stuntmail.localhost'
const toWhom = v.strictObject({
  to: v.exactOptional(
    v.pipe(
      v.array(v.pipe(forwardPathSchema, v.regex(/.@./, 'not an address'))),
      v.minLength(1),
      v.maxLength(100),
      v.metadata({ description: 'Addresses it goes to' }),
    ),
    [defaultRecipient],
  ),
  data: v.exactOptional(v.pipe(dataSchema, v.metadata({ description: 'Instead of what the fixture has' }))),
})

export const getMessageOfRendering = route({
  method: 'GET',
  path: '/api/rendering/message',
  summary: 'The message that a rendering would go out as, to be saved',
  tag,
  params: {},
  query: renderingQuery,
  answers: { status: 200, text: 'The message', content: ['message/rfc822'] },
  async handle(services, { query }) {
    const { octets } = await messageOf(services, query, { to: [defaultRecipient] })
    const name = query.template.replaceAll('/', '-')
    return {
      kind: 'stream',
      mediaType: 'message/rfc822',
      headers: { 'Content-Disposition': contentDisposition('attachment', `${name}.eml`), 'Cache-Control': 'no-store' },
      octets: octets.length,
      open: (start, end) => oneChunk(octets.subarray(start, end)),
      close: () => undefined,
    }
  },
})

export const deliverRendering = route({
  method: 'POST',
  path: '/api/rendering/deliver',
  summary: 'Put a rendering into the inbox, like any other message',
  tag,
  params: {},
  query: renderingQuery,
  json: toWhom,
  answers: sendAnswers,
  async handle(services, { query, body, client, user }) {
    const { reversePath, octets } = await messageOf(services, query, body)
    const request = 'POST /api/rendering/deliver'
    const stored = await submit(services, {
      ...{ reversePath, forwardPaths: body.to, octets: [octets], client, user, request },
    })
    return { kind: 'json', status: 201, body: { key: stored.key } }
  },
})

export const sendRendering = route({
  method: 'POST',
  path: '/api/rendering/send',
  summary: 'Send a rendering by SMTP to this server, as an app would; nothing goes to any other server',
  tag,
  params: {},
  query: renderingQuery,
  json: toWhom,
  answers: sendAnswers,
  async handle(services, { query, body }) {
    const { sendBySmtp } = services
    if (sendBySmtp === undefined) {
      throw new HttpProblem(503, 'Service unavailable', 'SMTP is switched off: start the server with --smtp PORT.')
    }
    const { reversePath, octets } = await messageOf(services, query, body)
    const stored = await sendBySmtp({ reversePath, forwardPaths: body.to, octets })
    return { kind: 'json', status: 201, body: { key: stored.key } }
  },
})

interface Wanted {
  readonly to: readonly string[]
  readonly data?: TemplateData
}

async function messageOf(services: RouteServices, id: RenderingId, wanted: Wanted): Promise<RenderedMessage> {
  const rendering = await rendered(services, id, wanted.data)
  return renderingMessage(rendering, { ...wanted, date: services.clock.now() })
}

async function* oneChunk(content: Uint8Array): AsyncIterable<Uint8Array> {
  if (content.length > 0) yield content
}
