/**
 * The gate: one decision for every request and every upgrade, made before any router sees it. It keeps other web pages
 * out: by the name they reached us under (DNS rebinding), by where they come from (CSRF, cross-site sockets, reading by
 * inclusion) and by what they may send without asking first. Fetch: https://fetch.spec.whatwg.org, Fetch Metadata.
 */
import { hostAllowed } from './host.ts'
import { templateFilePath } from './template-path.ts'

/** A request as the gate sees it; nothing but what the wire says. */
export interface GateRequest {
  readonly method: string
  /** Request target as received. RFC 9112 §3.2. */
  readonly target: string
  /** Names and values in turn, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
  /** Upgrade to WebSocket. */
  readonly upgrade: boolean
  readonly localPort: number
  readonly localAddress: string | undefined
}

export interface GateRules {
  /** See `HostRules.names`. */
  readonly names: ReadonlySet<string>
  /** Origins of others that may read and write, by CORS without credentials. Normally empty. */
  readonly origins: Pick<ReadonlySet<string>, 'has'>
  /** A page of the UI, where a link on another site may lead. */
  isDocument(path: string): boolean
  /** See `HostRules.container`. */
  readonly container?: boolean
  /**
   * What only shows: the page itself, scripts, styles, icons. Nothing in it is secret, and behind a proxy that passes on
   * neither name nor port the browser's Origin is another one than ours.
   */
  isShown?(path: string): boolean
  /** What any page may include, because there is nothing to learn from it. Default: nothing. */
  isPublic?(path: string): boolean
}

export type GateDecision =
  | { readonly allowed: true; readonly path: string; readonly cors: string | undefined; readonly preflight: boolean }
  | { readonly allowed: false; readonly status: RefusalStatus; readonly detail: string }

type RefusalStatus = 403 | 404 | 415

/** On every answer, refusals included. A route may only make its `Content-Security-Policy` and framing its own. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cache-Control': 'no-store',
  Vary: 'Origin',
}

/** Types a page may send anywhere without asking. https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const simpleTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
/** Our paths need no percent-encoding, so nothing can hide behind it; files of users do, and have rules of their own. */
const plainPath = /^\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/
const dotSegment = /(?:^|\/)\.{1,2}(?:\/|$)/
/** Asked for by probes of containers and proxies. */
export const healthPath = '/healthz'
/** Fields where a second one would make two readers disagree. */
const singleFields = new Set(['host', 'origin', 'content-type', 'content-length', 'authorization'])

/** Whether the request goes on to its route. Pure. Credentials are checked after it (`credentials.ts`). */
export function decide(request: GateRequest, rules: GateRules): GateDecision {
  const fields = singleValues(request.rawHeaders)
  if (fields === undefined) return refuse(403, 'A header field that may stand once stands twice.')
  const host = ownHost(request, fields, rules)
  if (host === undefined) return refuse(403, unknownName(fields.get('host')))
  // Absolute-form and authority-form are for proxies, which we are not. RFC 9112 §3.2.2.
  if (!request.target.startsWith('/')) return refuse(403, 'The request target is not a path.')
  const path = request.target.split('?', 1)[0] ?? ''
  const foreign = foreignness(request, fields, { path, host, rules })
  if (foreign !== undefined) return refuse(403, foreign)
  if (!isPlain(request.target, path)) return refuse(404, 'There is nothing under this path.')
  if (isCompressed(fields)) return refuse(415, 'Compressed request bodies are not taken.')
  if (request.method === 'POST' && !path.startsWith('/socket.io/') && isSimple(fields)) {
    return refuse(403, 'A POST needs a content type such as application/json, or the header field X-Stuntmail: 1.')
  }
  const cors = listedOrigin(fields, rules)
  return { allowed: true, path, cors, preflight: cors !== undefined && isPreflight(request, fields) }
}

type Fields = ReadonlyMap<string, string>

/** The Host field, when it is a name of ours. */
function ownHost(request: GateRequest, fields: Fields, rules: GateRules): string | undefined {
  const { localPort: port, localAddress } = request
  const { names, container = false } = rules
  const host = fields.get('host')
  if (isHealthProbe(request, fields)) return host ?? ''
  return host !== undefined && hostAllowed(host, { port, names, container, localAddress }) ? host : undefined
}

/** Whoever looks whether we run need not know our name; it is not told more. A page is none. */
function isHealthProbe(request: GateRequest, fields: Fields): boolean {
  const fromPage = fields.has('origin') || fields.has('sec-fetch-site')
  return isReading(request) && request.target === healthPath && !fromPage
}

function isReading({ method, upgrade }: GateRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && !upgrade
}

/** Says what to do, with no more of the field than a name can be. */
function unknownName(host: string | undefined): string {
  const name = /^(?:\[[0-9a-f:]{2,40}\]|[a-z0-9._-]{1,255})(?=:\d+$|$)/i.exec(host ?? '')?.[0]
  if (name === undefined)
    return 'The request does not say by what name it reaches Stuntmail. Use http://localhost with the right port.'
  return (
    `Stuntmail does not go by the name ${host ?? ''}. ` +
    `Start it with --allow-host ${name}, or use http://localhost with the port that it listens on.`
  )
}

function isPlain(target: string, path: string): boolean {
  if (target.includes('#')) return false
  return (plainPath.test(path) && !dotSegment.test(path)) || templateFilePath(path) !== undefined
}

function isCompressed(fields: Fields): boolean {
  const encoding = fields.get('content-encoding')
  return encoding !== undefined && encoding.toLowerCase() !== 'identity'
}

/** The Origin field, when somebody has allowed that origin. */
function listedOrigin(fields: Fields, rules: GateRules): string | undefined {
  const origin = fields.get('origin')
  return origin !== undefined && rules.origins.has(origin) ? origin : undefined
}

/** https://fetch.spec.whatwg.org/#cors-preflight-request */
function isPreflight(request: GateRequest, fields: Fields): boolean {
  return request.method === 'OPTIONS' && fields.has('access-control-request-method')
}

interface Place {
  readonly path: string
  readonly host: string
  readonly rules: GateRules
}

/** Why the request is not for the page that it comes from; undefined when it is. */
function foreignness(request: GateRequest, fields: Fields, place: Place): string | undefined {
  const shared = request.method === 'GET' && !request.upgrade && place.rules.isPublic?.(place.path) === true
  return shared ? undefined : foreignPage(request, fields, place)
}

/** Why the request comes from somebody else's page; undefined when it does not. */
function foreignPage(request: GateRequest, fields: Fields, place: Place): string | undefined {
  const origin = fields.get('origin')
  if (origin !== undefined && place.rules.origins.has(origin)) return undefined
  const shown = isReading(request) && place.rules.isShown?.(place.path) === true
  // `null` is what a sandboxed or local page says: never ours. Missing is what programs and same-origin GETs say.
  if (origin !== undefined && !shown && !isOwnOrigin(origin, place)) return otherOrigin(origin, place.host)
  return otherSite(request, fields, place)
}

function otherSite(request: GateRequest, fields: Fields, place: Place): string | undefined {
  const site = fields.get('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  const followsLink =
    request.method === 'GET' &&
    !request.upgrade &&
    fields.get('sec-fetch-mode') === 'navigate' &&
    fields.get('sec-fetch-dest') === 'document' &&
    place.rules.isDocument(place.path)
  return followsLink ? undefined : 'The request comes from a page of another site.'
}

/** Says what to do to somebody whose proxy it is, too. */
function otherOrigin(origin: string, host: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined || url.origin !== origin) return 'The request comes from a page of another origin.'
  return (
    `The request comes from a page of another origin: the page is at ${origin}, and Stuntmail was asked as ${host}. ` +
    `If that page is Stuntmail's own behind a proxy, let the proxy pass the name on (nginx: proxy_set_header Host $http_host) ` +
    `and start Stuntmail with --allow-host ${url.hostname}; or start it with --allow-origin ${origin}.`
  )
}

function isOwnOrigin(origin: string, place: Place): boolean {
  const host = place.host.toLowerCase()
  if (origin === `http://${host}`) return true
  // Behind a proxy that ends TLS, which only a configured name can be.
  const name = host.replace(/:\d+$/, '')
  return origin === `https://${host}` && (place.rules.names.has(host) || place.rules.names.has(name))
}

/** DELETE, PATCH and PUT are never simple: a browser asks first, and is not answered. */
function isSimple(fields: Fields): boolean {
  if (fields.has('x-stuntmail')) return false
  const type = fields.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  return type === undefined || type === '' || simpleTypes.has(type)
}

function singleValues(rawHeaders: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    if (singleFields.has(name) && fields.has(name)) return undefined
    // Of the others the last one wins, except that a foreign Sec-Fetch-Site cannot be talked over.
    if (name === 'sec-fetch-site' && fields.has(name)) return undefined
    fields.set(name, rawHeaders[i + 1] ?? '')
  }
  return fields
}

function refuse(status: RefusalStatus, detail: string): GateDecision {
  return { allowed: false, status, detail }
}
