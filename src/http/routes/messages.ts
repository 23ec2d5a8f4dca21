import * as v from 'valibot'
import type { Criteria } from '../../query/criteria.ts'
import type { MessageSummary } from '../../store/message.ts'
import type { Scope, Store } from '../../store/store.ts'
import { accountParameter, criteriaOf, keyParameter, numberParameter, queryParameter } from '../parameters.ts'
import { fitting } from '../cut.ts'
import { badRequest, notFound } from '../problem.ts'
import { route } from '../router.ts'
import { pageSchema } from '../schemas.ts'
import { wireSummary } from '../wire.ts'
import type { WirePage } from '../wire-types.ts'

const tag = 'Messages'
/** Messages that one call may name. */
const maxKeys = 1_000
/** As the store has keywords. No backslash: system flags have properties of their own. */
const keyword = v.pipe(
  v.string(),
  v.regex(/^[^\p{C}\p{Z}(){%*"\\\]]{1,64}$/u, 'not a tag: 1 to 64 characters, no spaces, quotes, or ( ) { % * \\ ]'),
)
const flagFields = {
  seen: v.exactOptional(v.boolean()),
  flagged: v.exactOptional(v.boolean()),
  tags: v.exactOptional(v.pipe(v.array(keyword), v.maxLength(100), v.metadata({ description: 'Replaces the tags' }))),
}
const keysField = v.pipe(v.array(keyParameter), v.minLength(1), v.maxLength(maxKeys))
const cursorParameter = v.exactOptional(v.pipe(v.string(), v.metadata({ description: '`next` of the page before' })))
/** Messages on a page. */
const maxListed = 1_000
const listedByDefault = 50
const countSchema = v.object({ messages: v.pipe(v.number(), v.integer(), v.minValue(0)) })

export const listMessages = route({
  method: 'GET',
  path: '/api/messages',
  summary: 'List messages, newest first',
  tag,
  params: {},
  query: {
    query: queryParameter,
    account: accountParameter,
    limit: numberParameter({ min: 1, max: maxListed, fallback: listedByDefault }, 'Messages on a page'),
    cursor: cursorParameter,
  },
  answers: { status: 200, text: 'A page of messages', content: pageSchema },
  async handle({ store }, { query }) {
    return { kind: 'json', body: await pageOf(store, query) }
  },
})

export const searchMessages = route({
  method: 'POST',
  path: '/api/messages/search',
  summary: 'List messages by a query that is too long for an address, newest first',
  tag,
  params: {},
  query: {},
  json: v.strictObject({
    query: queryParameter,
    account: accountParameter,
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxListed)), listedByDefault),
    cursor: cursorParameter,
  }),
  answers: { status: 200, text: 'A page of messages', content: pageSchema },
  async handle({ store }, { body }) {
    return { kind: 'json', body: await pageOf(store, body) }
  },
})

export const changeMessage = route({
  method: 'PATCH',
  path: '/api/messages/{key}',
  summary: 'Set or clear the flags and tags of a message',
  tag,
  params: { key: keyParameter },
  query: { account: accountParameter },
  json: v.strictObject(flagFields),
  answers: { status: 200, text: 'How many messages there were: 1', content: countSchema },
  async handle({ store }, { params, query, body }) {
    const scope: Scope = { account: query.account, keys: [params.key] }
    const messages = await changeFlags(store, scope, body)
    if (messages === 0) throw notFound('message')
    return { kind: 'json', body: { messages } }
  },
})

export const changeMessages = route({
  method: 'PATCH',
  path: '/api/messages',
  summary: 'Set or clear flags and tags of many messages: those that match, or those that are named',
  tag,
  params: {},
  query: { query: queryParameter, account: accountParameter },
  json: v.strictObject({ ...flagFields, keys: v.exactOptional(keysField) }),
  answers: { status: 200, text: 'How many messages there were', content: countSchema },
  async handle({ store }, { query, body: { keys, ...flags } }) {
    const criteria = criteriaOf(query.query)
    if (keys === undefined && criteria === undefined) throw badRequest('Say which messages: ?query=… or {"keys":[…]}.')
    const messages = await changeFlags(store, scopeOf(query.account, keys, criteria), flags)
    return { kind: 'json', body: { messages } }
  },
})

export const deleteMessage = route({
  method: 'DELETE',
  path: '/api/messages/{key}',
  summary: 'Delete a message',
  tag,
  params: { key: keyParameter },
  query: { account: accountParameter },
  answers: { status: 200, text: 'How many messages were deleted: 1', content: countSchema },
  async handle({ store }, { params, query }) {
    const messages = await store.delete({ account: query.account, keys: [params.key] })
    if (messages === 0) throw notFound('message')
    return { kind: 'json', body: { messages } }
  },
})

export const deleteMessages = route({
  method: 'DELETE',
  path: '/api/messages',
  summary: 'Delete the messages that match, those that are named, or all of them',
  tag,
  params: {},
  query: {
    query: queryParameter,
    account: accountParameter,
    all: v.exactOptional(
      v.pipe(v.literal('true'), v.metadata({ description: 'Every message. Never together with `query`' })),
    ),
  },
  json: v.optional(v.strictObject({ keys: keysField })),
  answers: { status: 200, text: 'How many messages were deleted', content: countSchema },
  async handle({ store }, { query, body }) {
    const criteria = criteriaOf(query.query)
    if (query.all === 'true') {
      if (query.query !== undefined || body !== undefined)
        throw badRequest('Either all=true, or query=… and {"keys":[…]}, not both.')
      if (query.account !== 'all')
        throw badRequest('all=true deletes the messages of every account; use query=account:…')
      return { kind: 'json', body: { messages: await store.deleteAll() } }
    }
    // Nothing is ever deleted by leaving something out. API-4.
    if (criteria === undefined && body === undefined)
      throw badRequest('Say which messages: ?query=… or {"keys":[…]}, or ?all=true for every one.')
    return { kind: 'json', body: { messages: await store.delete(scopeOf(query.account, body?.keys, criteria)) } }
  },
})

/** Those of the named ones that match; what is undefined does not matter. */
function scopeOf(account: string, keys: readonly string[] | undefined, criteria: Criteria | undefined): Scope {
  return { account, ...(keys === undefined ? {} : { keys }), ...(criteria === undefined ? {} : { criteria }) }
}

interface PageRequest {
  readonly query?: string
  readonly account: string
  readonly limit: number
  readonly cursor?: string
}

/** @throws HttpProblem 400. */
async function pageOf(store: Store, { query, account, limit, cursor }: PageRequest): Promise<WirePage> {
  const criteria = criteriaOf(query)
  const before = cursor === '' ? undefined : cursor
  if (before !== undefined && !v.is(keyParameter, before)) throw badRequest('cursor: not the `next` of a page')
  const page = await store.list({
    account,
    limit,
    ...(criteria === undefined ? {} : { criteria }),
    ...(before === undefined ? {} : { before }),
  })
  const messages = fitting(page.messages, wireSummary)
  return {
    messages,
    next: (messages.length < page.messages.length ? messages.at(-1)?.key : page.next) ?? null,
    total: page.total,
    unread: page.unread ?? null,
    change: page.change,
  }
}

interface FlagBody {
  readonly seen?: boolean
  readonly flagged?: boolean
  readonly tags?: readonly string[]
}

/** @returns how many messages there were. @throws HttpProblem 400 where nothing is to be changed. */
async function changeFlags(store: Store, scope: Scope, body: FlagBody): Promise<number> {
  const { seen, flagged, tags } = body
  if (seen === undefined && flagged === undefined && tags === undefined) {
    throw badRequest('Nothing to change: give seen, flagged or tags.')
  }
  const add = [...(seen === true ? ['\\Seen'] : []), ...(flagged === true ? ['\\Flagged'] : []), ...(tags ?? [])]
  const remove = [...(seen === false ? ['\\Seen'] : []), ...(flagged === false ? ['\\Flagged'] : [])]
  if (tags !== undefined) {
    const wanted = new Set(tags.map((name) => name.toLowerCase()))
    for (const name of await tagsOf(store, scope)) if (!wanted.has(name.toLowerCase())) remove.push(name)
  }
  return store.setFlags(scope, { add, remove })
}

/** Every tag that one of these messages has. */
async function tagsOf(store: Store, scope: Scope): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const keep = ({ keywords }: MessageSummary): void => keywords.forEach((name) => found.add(name))
  if (scope.keys !== undefined) {
    for (const key of scope.keys) {
      const message = await store.get(scope.account, key)
      if (message !== undefined) keep(message.summary)
    }
    return found
  }
  const request = {
    account: scope.account,
    limit: 1_000,
    ...(scope.criteria === undefined ? {} : { criteria: scope.criteria }),
  }
  let before: string | undefined
  do {
    const page = await store.list(before === undefined ? request : { ...request, before })
    page.messages.forEach(keep)
    before = page.next
  } while (before !== undefined)
  return found
}
