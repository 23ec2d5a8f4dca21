/** Writing answers: JSON, text, and octets with ranges. RFC 9110 §§8.8, 13, 14. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { HttpProblem, problemBody, problemMediaType } from './problem.ts'

/** What a route answers; the shell writes it. */
export type Reply =
  | { readonly kind: 'json'; readonly status?: number; readonly body: unknown; readonly headers?: ReplyHeaders }
  | { readonly kind: 'text'; readonly mediaType: string; readonly text: string; readonly headers?: ReplyHeaders }
  | StreamReply

export type ReplyHeaders = Readonly<Record<string, string>>

export interface StreamReply {
  readonly kind: 'stream'
  readonly mediaType: string
  readonly headers: ReplyHeaders
  /** Size where it is known before the end; ranges are answered only then. */
  readonly octets?: number
  /** Strong entity tag without its quotes. */
  readonly etag?: string
  /** The octets `[start, end)`, or everything from 0 where the size is not known. */
  open(start: number, end: number | undefined): AsyncIterable<Uint8Array>
  /** Called once, when the answer is out or broken off. */
  close(): void
}

/** Writes the answer and resolves when it is out, or broken off by the client. */
export async function writeReply(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.kind === 'stream') return writeStream(request, response, reply)
  const [mediaType, text] =
    reply.kind === 'json' ? ['application/json', JSON.stringify(reply.body)] : [reply.mediaType, reply.text]
  const body = Buffer.from(text)
  setHeaders(response, { ...reply.headers, 'Content-Type': mediaType, 'Content-Length': String(body.length) })
  response.statusCode = reply.kind === 'json' ? (reply.status ?? 200) : 200
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Answers with a problem; breaks the connection off where an answer is already under way. */
export function writeProblem(request: IncomingMessage, response: ServerResponse, problem: HttpProblem): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const page = wantsPage(request)
  const body = Buffer.from(page ? problemPage(problem) : JSON.stringify(problemBody(problem)))
  response.statusCode = problem.status
  for (const name of ['Content-Disposition', 'ETag', 'Accept-Ranges']) response.removeHeader(name)
  const mediaType = page ? 'text/html; charset=utf-8' : problemMediaType
  setHeaders(response, { ...problem.headers, 'Content-Type': mediaType, 'Content-Length': String(body.length) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** A person's browser asks for a page by name; programs take anything, or JSON. RFC 9110 §12.5.1. */
function wantsPage({ headers }: IncomingMessage): boolean {
  return /^\s*text\/html\b/i.test(headers.accept ?? '')
}

/** The same as a page, without anything that the policy on it would have to allow. */
function problemPage(problem: HttpProblem): string {
  const text = (given: string): string => given.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`)
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    `<title>Stuntmail: ${text(problem.title)}</title></head>`,
    `<body><h1>Stuntmail: ${text(problem.title)}</h1><p>${text(problem.message)}</p></body></html>\n`,
  ].join('\n')
}

async function writeStream(request: IncomingMessage, response: ServerResponse, reply: StreamReply): Promise<void> {
  try {
    const part = select(request, reply)
    setHeaders(response, { 'Cache-Control': 'private, no-cache', ...reply.headers, 'Content-Type': reply.mediaType })
    if (reply.etag !== undefined) response.setHeader('ETag', `"${reply.etag}"`)
    if (reply.octets !== undefined) response.setHeader('Accept-Ranges', 'bytes')
    if (part.status === 304) {
      response.removeHeader('Content-Type')
      response.writeHead(304).end()
      return
    }
    if (part.status === 206) response.setHeader('Content-Range', `bytes ${part.start}-${part.end - 1}/${reply.octets}`)
    if (part.end !== undefined) response.setHeader('Content-Length', String(part.end - part.start))
    response.statusCode = part.status
    if (request.method === 'HEAD') response.end()
    else await send(response, reply.open(part.start, part.end))
  } finally {
    reply.close()
  }
}

/** A source that fails breaks the connection off: the length or the missing last chunk says that it is not whole. */
async function send(response: ServerResponse, octets: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(octets, { objectMode: false }), response)
  } catch (error) {
    const left = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!left) throw error
  }
}

type Selection =
  | { readonly status: 200; readonly start: number; readonly end: number | undefined }
  | { readonly status: 206; readonly start: number; readonly end: number }
  | { readonly status: 304; readonly start: 0; readonly end: 0 }

/** What of the reply is asked for. RFC 9110 §13.2.2. @throws HttpProblem 416. */
function select(request: IncomingMessage, reply: StreamReply): Selection {
  const { octets, etag } = reply
  const { range = '', 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers
  if (etag !== undefined && matchesEtag(ifNoneMatch, etag)) return { status: 304, start: 0, end: 0 }
  if (octets === undefined) return { status: 200, start: 0, end: undefined }
  const applies = request.method !== 'HEAD' && (ifRange === undefined || ifRange === `"${etag ?? ''}"`)
  const part = applies ? partOf(range, octets) : undefined
  if (part === undefined) return { status: 200, start: 0, end: octets }
  if (part.start < part.end) return { status: 206, ...part }
  const headers = { 'Content-Range': `bytes */${octets}` }
  throw new HttpProblem(416, 'Range not satisfiable', `There are ${octets} octets.`, { headers })
}

interface Part {
  readonly start: number
  /** Exclusive; not after `start` where nothing is left of the part. */
  readonly end: number
}

/** One range; several at once are answered with everything, as a server may. RFC 9110 §14.1.2, §14.2. */
function partOf(range: string, octets: number): Part | undefined {
  const suffix = /^bytes=-(\d{1,15})$/.exec(range)?.[1]
  if (suffix !== undefined) return { start: Math.max(octets - Number(suffix), 0), end: octets }
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range) ?? []
  if (first === undefined || last === undefined) return undefined
  const start = Number(first)
  if (last === '') return { start, end: octets }
  return Number(last) < start ? undefined : { start, end: Math.min(Number(last) + 1, octets) }
}

/** RFC 9110 §13.1.2. */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${etag}"`)
}

function setHeaders(response: ServerResponse, headers: ReplyHeaders): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}
