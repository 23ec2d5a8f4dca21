/**
 * The route table: one row says method, path, what it takes, what it answers and who does it. The same rows validate
 * requests here and become OpenAPI in `openapi.ts`.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import * as v from 'valibot'
import { checkDeclaredLength, discardBody, maxJsonOctets, readBody, readJson } from './body.ts'
import { badRequest, HttpProblem, notFound } from './problem.ts'
import type { Reply } from './reply.ts'
import type { RouteServices } from './services.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Entries = v.ObjectEntries
type Values<E extends Entries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>

/** What a handler gets: everything checked already. */
export interface RouteInput<P extends Entries, Q extends Entries, B> {
  readonly params: Values<P>
  readonly query: Values<Q>
  readonly body: B
  /** Where the route takes a stream; empty otherwise. Throws HttpProblem when it is too long or breaks off. */
  readonly stream: AsyncIterable<Uint8Array>
  readonly client: { readonly address: string; readonly port: number }
  /** Who is logged in; undefined where no login is asked for. */
  readonly user: string | undefined
  /** The client has gone. */
  readonly signal: AbortSignal
}

export interface RouteSpec<P extends Entries, Q extends Entries, B> {
  readonly method: Method
  /** `{name}` stands for a parameter, one path segment. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  /** A segment that does not fit is 404: nothing like that exists. */
  readonly params: P
  /** A name that is not here is 400. */
  readonly query: Q
  /** A JSON body; it is required, unless the schema is an optional one. */
  readonly json?: v.GenericSchema<unknown, B>
  /** Media type of a body that is taken as a stream. Never together with `json`. */
  readonly stream?: string
  /** Default 1 MiB. */
  maxBodyOctets?(services: RouteServices): number
  readonly answers: Answers
  handle(services: RouteServices, input: RouteInput<P, Q, B>): Promise<Reply>
}

/** What a route answers when all is well. */
export interface Answers {
  readonly status: 200 | 201
  readonly text: string
  /** A schema for JSON, else the media types of the content. */
  readonly content: v.GenericSchema | readonly string[]
  /** Fields of the answer that say something of their own: what, by name. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A row with its types closed over. */
export interface Route {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly params: Entries
  readonly query: Entries
  readonly json: v.GenericSchema | undefined
  readonly stream: string | undefined
  readonly answers: Answers
  run(services: RouteServices, request: RawRequest): Promise<Reply>
}

/** A request that passed the gate, with its path taken apart. */
export interface RawRequest {
  readonly request: IncomingMessage
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly user: string | undefined
}

/** Makes a row of the table. */
export function route<P extends Entries, Q extends Entries, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  const params = v.strictObject(spec.params)
  const query = v.strictObject(spec.query)
  return {
    ...spec,
    json: spec.json,
    stream: spec.stream,
    async run(services, raw) {
      const { request, user } = raw
      const maxOctets = spec.maxBodyOctets?.(services) ?? maxJsonOctets
      checkDeclaredLength(request, maxOctets)
      const known = v.safeParse(params, { ...raw.params })
      if (!known.success) throw notFound('thing')
      const asked = v.safeParse(query, { ...raw.query })
      if (!asked.success) throw invalid('query', asked.issues)
      return spec.handle(services, {
        params: known.output,
        query: asked.output,
        body: await bodyOf(spec, request, maxOctets),
        stream: spec.stream === undefined ? noOctets() : readBody(request, maxOctets),
        client: { address: clientAddress(request), port: request.socket.remotePort ?? 0 },
        user,
        get signal() {
          return goneSignal(request)
        },
      } as RouteInput<P, Q, B>)
    },
  }
}

/** One for each connection, which has many requests. */
const signals = new WeakMap<Socket, AbortSignal>()

function goneSignal({ socket }: IncomingMessage): AbortSignal {
  const known = signals.get(socket)
  if (known !== undefined) return known
  const gone = new AbortController()
  if (socket.destroyed) gone.abort()
  else socket.once('close', () => gone.abort())
  signals.set(socket, gone.signal)
  return gone.signal
}

async function* noOctets(): AsyncIterable<Uint8Array> {}

/** IPv4-mapped addresses are shown as IPv4. */
export function clientAddress(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}

async function bodyOf<P extends Entries, Q extends Entries, B>(
  spec: RouteSpec<P, Q, B>,
  request: IncomingMessage,
  maxOctets: number,
): Promise<B | undefined> {
  if (spec.stream !== undefined) return undefined
  if (spec.json === undefined) {
    await discardBody(request, maxOctets)
    return undefined
  }
  const absent = isOptional(spec.json) && hasNoBody(request)
  const given = absent ? undefined : await readJson(request, maxOctets)
  // An empty array would pass for an empty object.
  if (Array.isArray(given)) throw badRequest('The body is not a JSON object.')
  const body = v.safeParse(spec.json, given)
  if (!body.success) throw invalid('body', body.issues)
  return body.output
}

/** Whether a body may be left out. */
export function isOptional({ type }: v.GenericSchema): boolean {
  return type === 'optional'
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

const maxErrors = 20

/** What is wrong, to be read after the name. */
function textOf({ kind, type, expected, received, message }: v.BaseIssue<unknown>): string {
  const isKey = kind === 'schema' && type === 'strict_object' && message.startsWith('Invalid key')
  if (isKey && received === 'undefined') return 'is missing'
  if (isKey && expected === 'never') return 'is not known here'
  return message.slice(0, 300)
}

function invalid(where: string, issues: readonly v.BaseIssue<unknown>[]): HttpProblem {
  const errors = issues.slice(0, maxErrors).map((issue) => {
    const path = v.getDotPath(issue)
    return { path: path === null ? where : `${where}.${path}`.slice(0, 200), text: textOf(issue) }
  })
  const first = errors[0]
  return badRequest(`${first?.path ?? where}: ${first?.text ?? 'not as it should be'}`, { errors })
}
