import * as v from 'valibot'
import { contents as contentsOf, findPart } from '../../mime/parts.ts'
import { contentDisposition, contentHeaders, passiveType } from '../download.ts'
import { decodedBody, type OpenMessage } from '../message-content.ts'
import { htmlBody, textBody, textHeaders, truncatedHeaders } from '../message-text.ts'
import { accountParameter, keyParameter, switchParameter } from '../parameters.ts'
import { partName } from '../part-name.ts'
import { notFound } from '../problem.ts'
import { route } from '../router.ts'
import { headersSchema, messageSchema } from '../schemas.ts'
import { mediaTypeOf, sectionOf, wireHeaders, wireMessage } from '../wire.ts'
import type { RouteServices } from '../services.ts'

const tag = 'Message'
const plainText = 'text/plain; charset=utf-8'
const ofMessage = { params: { key: keyParameter }, query: { account: accountParameter } }
/** IMAP section numbers: `1`, `1.2`. RFC 9051 §6.4.5. */
const sectionParameter = v.pipe(
  v.string(),
  v.maxLength(700),
  v.regex(/^[1-9]\d{0,5}(?:\.[1-9]\d{0,5})*$/, 'not a section number'),
  v.metadata({ description: 'IMAP section number: `1`, `1.2`' }),
)

export const getMessage = route({
  method: 'GET',
  path: '/api/messages/{key}',
  summary: 'A message: summary, envelope, parts, defects',
  tag,
  ...ofMessage,
  answers: { status: 200, text: 'The message', content: messageSchema },
  async handle({ store, contents, ties, replays }, { params, query }) {
    const message = await store.get(query.account, params.key)
    if (message === undefined) throw notFound('message')
    return contents.open(params.key, async (open) => {
      const { tree } = open
      const { text, html, files } = contentsOf(tree)
      const content = {
        tree,
        files,
        hasText: text !== undefined || html !== undefined,
        tie: await ties.of(message, open),
        replayed: await replays?.of(params.key),
      }
      return { kind: 'json', body: wireMessage(message, content) }
    })
  },
})

export const getRaw = route({
  method: 'GET',
  path: '/api/messages/{key}/raw',
  summary: 'The octets of a message, exactly as they arrived; ranges are answered',
  tag,
  ...ofMessage,
  query: { ...ofMessage.query, download: switchParameter('Ask the browser to save it') },
  answers: { status: 200, text: 'The raw message', content: ['message/rfc822'] },
  async handle({ store }, { params, query }) {
    const message = await store.get(query.account, params.key)
    const octets = message && (await store.octets(params.key))
    if (message === undefined || octets === undefined) throw notFound('message')
    return {
      kind: 'stream',
      mediaType: 'message/rfc822',
      headers: query.download ? { 'Content-Disposition': contentDisposition('attachment', `${params.key}.eml`) } : {},
      octets: octets.octets,
      etag: message.sha256,
      open: (start, end) => octets.stream(start, end),
      close: () => octets.close(),
    }
  },
})

export const getHtml = route({
  method: 'GET',
  path: '/api/messages/{key}/html',
  summary:
    'The HTML body as a document: UTF-8, inline pictures resolved, unable to run scripts or to load from outside',
  tag,
  ...ofMessage,
  answers: { status: 200, text: 'The document', content: ['text/html'], headers: truncatedHeaders },
  async handle(services, { params, query }) {
    return openAs(services, query.account, params.key, async (message) => {
      const body = await htmlBody(message, partUrls(message))
      if (body === undefined) throw notFound('HTML body in this message')
      const policy = [
        'sandbox allow-same-origin',
        "default-src 'none'",
        "script-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data: 'self'",
        'font-src data:',
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
      ]
      return {
        kind: 'text',
        mediaType: 'text/html; charset=utf-8',
        text: body.text,
        headers: {
          ...textHeaders(body),
          'Content-Security-Policy': policy.join('; '),
          'X-Frame-Options': 'SAMEORIGIN',
          // Of the hosts of its links.
          'X-DNS-Prefetch-Control': 'off',
        },
      }
    })
  },
})

export const getText = route({
  method: 'GET',
  path: '/api/messages/{key}/text',
  summary: 'The text body; made from the HTML body where there is no other',
  tag,
  ...ofMessage,
  answers: { status: 200, text: 'The text', content: ['text/plain'], headers: truncatedHeaders },
  async handle(services, { params, query }) {
    return openAs(services, query.account, params.key, async (message) => {
      const body = await textBody(message)
      if (body === undefined) throw notFound('text in this message')
      return { kind: 'text', mediaType: plainText, text: body.text, headers: textHeaders(body) }
    })
  },
})

export const getHeaders = route({
  method: 'GET',
  path: '/api/messages/{key}/headers',
  summary: 'The header fields in the order of the message, decoded and raw',
  tag,
  ...ofMessage,
  answers: { status: 200, text: 'The header fields', content: headersSchema },
  async handle(services, { params, query }) {
    return openAs(services, query.account, params.key, async ({ tree }) => ({ kind: 'json', body: wireHeaders(tree) }))
  },
})

export const getPart = route({
  method: 'GET',
  path: '/api/messages/{key}/parts/{n}',
  summary: 'The decoded content of a part, never under a type that browsers run',
  tag,
  params: { key: keyParameter, n: sectionParameter },
  query: { ...ofMessage.query, download: switchParameter('Ask the browser to save it') },
  answers: { status: 200, text: 'The content', content: ['application/octet-stream', 'image/*', 'audio/*', 'video/*'] },
  async handle({ store, contents }, { params, query }) {
    const message = await store.get(query.account, params.key)
    if (message === undefined) throw notFound('message')
    const { octets, tree } = await contents.keep(params.key)
    // A multipart that could not be taken apart is one part, too.
    const whole = params.n === '1' && tree.root.children.length === 0
    const part = whole ? tree.root : findPart(tree, params.n)
    if (part === undefined) {
      octets.close()
      throw notFound('part')
    }
    return {
      kind: 'stream',
      mediaType: passiveType(mediaTypeOf(part)),
      headers: contentHeaders(mediaTypeOf(part), partName(part), query.download),
      etag: `${message.sha256}-${params.n}`,
      open: () => decodedBody(octets, part),
      close: () => octets.close(),
    }
  },
})

export const getTranscript = route({
  method: 'GET',
  path: '/api/messages/{key}/transcript',
  summary: 'The conversation that brought the message, secrets taken out',
  tag,
  ...ofMessage,
  answers: { status: 200, text: 'Lines `C: …` and `S: …`', content: ['text/plain'] },
  async handle({ store }, { params, query }) {
    const known = await store.get(query.account, params.key)
    const text = known && (await store.conversation(params.key))
    if (text === undefined) throw notFound('message')
    return { kind: 'text', mediaType: plainText, text }
  },
})

/** Opens a message of an account. @throws HttpProblem 404, the same for one that others have and one that nobody has. */
async function openAs<T>(
  { store, contents }: RouteServices,
  account: string,
  key: string,
  use: (message: OpenMessage) => Promise<T>,
): Promise<T> {
  if (account !== 'all' && (await store.get(account, key)) === undefined) throw notFound('message')
  return contents.open(key, use)
}

/** Relative to the document, so that they work below any path a proxy serves us under. */
function partUrls({ tree }: OpenMessage): ReadonlyMap<string, string> {
  const urls = new Map<string, string>()
  for (const part of contentsOf(tree).files) {
    if (part.contentId === undefined || part.mediaType.type !== 'image') continue
    if (!urls.has(part.contentId)) urls.set(part.contentId, `parts/${sectionOf(part)}`)
  }
  return urls
}
