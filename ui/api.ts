import type {
  WireHeaders,
  WireMessage,
  WirePage,
  WireProblem,
  WireSession,
  WireSessions,
  WireState,
} from '../src/http/wire-types.ts'

/** What the server answered instead of what was asked for. RFC 9457. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number
  /** Where in the query, UTF-16 units; undefined where the problem is not about a query. */
  readonly position: number | undefined
  readonly length: number

  constructor(problem: Partial<WireProblem>) {
    super(problem.detail ?? problem.title ?? 'The server did not answer')
    this.status = problem.status ?? 0
    this.position = problem.position
    this.length = problem.length ?? 1
  }
}

/** Whatever was thrown, as what the page shows. */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem({ detail: String(error) })
}

/** What of a message can be changed. `tags` replaces all of them. */
export interface MessagePatch {
  readonly seen?: boolean
  readonly flagged?: boolean
  readonly tags?: readonly string[]
}

/** Which messages an action is about: these, or all that match (`''` is all there are). */
export type Target = { readonly keys: readonly string[] } | { readonly query: string }

/** Matches every message: no change is ever made by leaving a query out. */
const everything = 'is:read OR is:unread'
/** Keys that one request may name. */
const mostKeys = 1000

/** Address of something of a message, relative to the page: works below any path a proxy serves us under. */
export function messageUrl(key: string, of = ''): string {
  return `api/messages/${encodeURIComponent(key)}${of}`
}

/** A page of messages, newest first. @throws ApiProblem with a position when the query cannot be read. */
export function listMessages(query: string, limit: number, cursor: string | null): Promise<WirePage> {
  const parameters = new URLSearchParams()
  if (query !== '') parameters.set('query', query)
  parameters.set('limit', String(limit))
  if (cursor !== null) parameters.set('cursor', cursor)
  return getJson(`api/messages?${parameters.toString()}`)
}

export function getMessage(key: string): Promise<WireMessage> {
  return getJson(messageUrl(key))
}

export function getHeaders(key: string): Promise<WireHeaders> {
  return getJson(messageUrl(key, '/headers'))
}

/** What is asked for by its names in REST; empty ones choose nothing. */
export function getSessions(filter: Readonly<Record<string, string>>): Promise<WireSessions> {
  const chosen = Object.entries(filter).filter(([, value]) => value !== '')
  return getJson(`api/sessions?${new URLSearchParams(chosen)}`)
}

export function getSession(id: string): Promise<WireSession> {
  return getJson(`api/sessions/${id}`)
}

export function getState(): Promise<WireState> {
  return getJson('api/state')
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await request('GET', path)
  return (await response.json()) as T
}

/** Sends JSON, and takes JSON as the answer. */
export async function sendJson<T>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
  const response = await request(method, path, body)
  return (await response.json()) as T
}

export async function getText(path: string): Promise<string> {
  return (await getBody(path)).text
}

/** The text or HTML of a message. @returns `truncated`: the server gave its beginning alone */
export async function getBody(path: string): Promise<{ text: string; truncated: boolean }> {
  const response = await request('GET', path)
  return { text: await response.text(), truncated: response.headers.has('X-Stuntmail-Truncated') }
}

/**
 * The first octets of a resource.
 * @param most stop reading after about this many
 */
export async function getOctets(path: string, most: number): Promise<{ octets: Uint8Array; complete: boolean }> {
  const response = await request('GET', path)
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  let complete = true
  for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
    chunks.push(step.value)
    length += step.value.length
    if (length <= most) continue
    complete = false
    await reader?.cancel()
    break
  }
  const octets = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    octets.set(chunk, at)
    at += chunk.length
  }
  return { octets, complete }
}

/** Changes flags and tags of messages. */
export async function patchMessages(target: Target, patch: MessagePatch): Promise<void> {
  if ('query' in target) {
    const parameters = new URLSearchParams({ query: target.query || everything })
    return send('PATCH', `api/messages?${parameters.toString()}`, patch)
  }
  for (let from = 0; from < target.keys.length; from += mostKeys) {
    await send('PATCH', 'api/messages', { ...patch, keys: target.keys.slice(from, from + mostKeys) })
  }
}

/** Removes messages for good. A message that is gone already is no error. */
export async function deleteMessages(target: Target): Promise<void> {
  if ('query' in target) return send('DELETE', `api/messages?${scope(target.query)}`)
  for (let from = 0; from < target.keys.length; from += mostKeys) {
    await send('DELETE', 'api/messages', { keys: target.keys.slice(from, from + mostKeys) })
  }
}

function scope(query: string): string {
  return query === '' ? 'all=true' : new URLSearchParams({ query }).toString()
}

export async function send(method: string, path: string, body?: object): Promise<void> {
  await request(method, path, body)
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  const init: RequestInit = { method }
  if (method !== 'GET')
    init.headers = { 'X-Stuntmail': '1', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }
  if (body !== undefined) init.body = JSON.stringify(body)
  let response = await ask(path, init)
  // What the page preloads is asked for with an Origin, which behind some proxies is not the one we expect; this is not.
  if (response.status === 403 && method === 'GET') response = await ask(path, init)
  if (response.ok) return response
  throw new ApiProblem(await problemOf(response))
}

function ask(path: string, init: RequestInit): Promise<Response> {
  return fetch(path, init).catch(() => {
    throw new ApiProblem({ detail: 'The server cannot be reached' })
  })
}

async function problemOf(response: Response): Promise<Partial<WireProblem>> {
  const fallback = { status: response.status, title: response.statusText || `Status ${response.status}` }
  try {
    return { ...fallback, ...((await response.json()) as Partial<WireProblem>) }
  } catch {
    return fallback
  }
}
