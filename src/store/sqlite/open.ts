import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Criteria } from '../../query/criteria.ts'
import type { Change } from '../change.ts'
import { keyOf, numberOf } from '../key.ts'
import type { FlagChange, ListRequest, MessagePage, Octets, Scope, Store, StoreState } from '../store.ts'
import { connect, type Connection } from './channel.ts'
import { unpackEntries } from './entry-columns.ts'
import { numbersOf } from './mutations.ts'
import { openOctets } from './octets.ts'
import { readAll } from './read-all.ts'
import { Receptions } from './reception.ts'
import { roomOf } from './room.ts'
import { needsText, resolveText } from './resolve-text.ts'
import type { NumberSet, Resolved } from './select.ts'
import { canSearch, createTextIndex, type TextIndex } from './text-index.ts'
import type { Opened, StoreCalls, StoreEvents } from './thread-calls.ts'
import { startThread, threadEntry } from '../../thread.ts'

/**
 * The store over SQLite. All of it lives in a thread of its own, on one connection, so that no flush and no query ever
 * holds up the event loop; the full-text index lives in another. This side hands over, asks, and tells subscribers.
 */
export interface SqliteStoreOptions {
  /** Made when missing. Undefined: everything in memory, gone with the store. */
  readonly directory: string | undefined
  readonly clock: Clock
  readonly log: Log
  /** How many sessions without a message are kept. Default 1,000. */
  readonly maxSessions?: number
  /** A thread that was started ahead. Default: one is started now. */
  readonly thread?: StoreThread
}

/** The store's thread before it has a store: it loads SQLite and touches no file. */
export type StoreThread = Connection<StoreCalls, StoreEvents>

/** Starts the thread ahead of `openSqliteStore`, which takes some 80 ms of a core that the caller need not wait for. */
export function startStoreThread(): StoreThread {
  return connect(startThread(threadEntry('store-thread', import.meta.url), { name: 'stuntmail store' }))
}

/** @throws StoreError `locked`, `damaged`, `unsupported`; or the file system's error where the directory cannot be written. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { directory, clock, log, maxSessions = 1000 } = options
  const { thread = startStoreThread() } = options
  try {
    const opened = await thread.call('open', { directory, maxSessions, at: clock.now() })
    if (opened.notice !== undefined) log.warn({}, opened.notice)
    return sqliteStore({ ...options, thread, opened })
  } catch (error) {
    await thread.terminate()
    log.debug({ directory }, 'The store did not open')
    throw error
  }
}

interface StoreParts extends SqliteStoreOptions {
  readonly thread: StoreThread
  readonly opened: Opened
}

function sessionRecorder(thread: StoreThread): Pick<Store, 'recordSession' | 'subscribeSessions'> {
  const listeners = new Set<() => void>()
  return {
    recordSession(session) {
      thread.post('recordSession', session)
      for (const listener of listeners) listener()
    },
    subscribeSessions(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function sqliteStore(parts: StoreParts): Store {
  const { thread, opened, directory, clock } = parts
  const receptions = new Receptions(thread, () => clock.now())
  const index = indexOf(parts)
  const subscribers = publisher(parts, index)
  const resolveScope = scopeResolver(index)
  const at = (): number => clock.now()
  const numbers = async (scope: Scope): Promise<readonly number[]> => {
    if (scope.keys && !scope.criteria) return numbersOf(scope.keys)
    return thread.call('find', { ...(await resolveScope(scope)), at: at() })
  }

  return {
    description: `${opened.description}, ${directory ?? 'in memory'}`,
    receive: () => receptions.open(),
    room: roomOf(directory, clock),
    ...sessionRecorder(thread),

    list: async (request) =>
      (await listByText(request, parts, index)) ??
      thread.call('list', { ...(await resolveRequest(request, resolveScope)), at: at() }),
    find: async (scope) => (await thread.call('find', { ...(await resolveScope(scope)), at: at() })).map(keyOf),
    get: (account, key) => thread.call('get', { account, key }),
    octets: (key) => octetsOf(thread, key),
    conversation: (key) => thread.call('conversation', key),
    ...notesOf(thread),
    sessions: (limit, filter = {}) => thread.call('sessions', { limit, filter }),
    session: (id) => thread.call('session', id),

    setFlags: async ({ account, ...scope }, change: FlagChange) =>
      thread.call('flagMessages', { account, numbers: await numbers({ account, ...scope }), change }),
    delete: async (scope) =>
      thread.call('deleteMessages', await thread.call('find', { ...(await resolveScope(scope)), at: at() })),
    deleteAll: () => thread.call('deleteAll', undefined),

    changesSince: (number, limit = 1000) => thread.call('changesSince', { number, limit }),
    subscribe: subscribers.subscribe,

    accounts: () => thread.call('accounts', undefined),
    mailboxes: (name) => thread.call('mailboxes', { name, at: at() }),
    createMailbox: (account, name, { specialUse } = {}) =>
      thread.call('createMailbox', { account, name, specialUse, at: at() }),
    deleteMailbox: (account, name) => thread.call('deleteMailbox', { account, name }),
    renameMailbox: (account, from, to) => thread.call('renameMailbox', { account, from, to, at: at() }),
    ...entriesOf(thread, at),

    state: async (): Promise<StoreState> => ({ ...(await thread.call('state', undefined)), unindexed: index.backlog }),
    async settled() {
      await thread.call('state', undefined)
      await index.settled()
    },
    assertConsistent: () => thread.call('assertConsistent', undefined),
    async close() {
      await index.close()
      await thread.call('close', undefined).catch(ignoreClosed)
      await thread.terminate()
    },
  }
}

type OfEntries =
  | 'subscriptions'
  | 'setSubscribed'
  | 'entries'
  | 'copy'
  | 'move'
  | 'storeFlags'
  | 'expunge'
  | 'expungedSince'
  | 'readAll'

function entriesOf(thread: StoreThread, at: () => number): Pick<Store, OfEntries> {
  return {
    subscriptions: (account) => thread.call('subscriptions', account),
    setSubscribed: (account, name, subscribed) => thread.call('setSubscribed', { account, name, subscribed }),
    entries: async (mailboxId, fromUid = 1) => unpackEntries(await thread.call('entries', { mailboxId, fromUid })),
    copy: (mailboxId, uids, toMailboxId) => thread.call('copy', { mailboxId, uids, toMailboxId, at: at() }),
    move: (mailboxId, uids, toMailboxId) => thread.call('move', { mailboxId, uids, toMailboxId, at: at() }),
    storeFlags: (mailboxId, uids, change, unchangedSince) =>
      thread.call('flagEntries', { mailboxId, uids, change, unchangedSince }),
    expunge: (mailboxId, uids, only) => thread.call('expunge', { mailboxId, uids, only }),
    expungedSince: (mailboxId, modSeq) => thread.call('expungedSince', { mailboxId, modSeq }),
    readAll: (keys) =>
      readAll(keys, { locateAll: (some) => thread.call('locateAll', some), open: (key) => octetsOf(thread, key) }),
  }
}

function notesOf(thread: StoreThread): Pick<Store, 'setNote' | 'note'> {
  return {
    setNote: (key, name, text) => thread.call('setNote', { key, name, text }),
    note: (key, name) => thread.call('note', { key, name }),
  }
}

function indexOf({ thread, opened, directory, clock, log }: StoreParts): TextIndex {
  const index = createTextIndex({
    file: directory === undefined ? undefined : join(directory, 'index.db'),
    identity: opened.identity,
    next: (after, limit) => thread.call('indexable', { after, limit }),
    count: () => thread.call('count', undefined),
    numbers: () => thread.call('numbers', undefined),
    clock,
    log,
  })
  index.changed(opened.newest)
  thread.on('forgotten', ({ numbers, all }) => (all ? index.removeAll() : index.remove(numbers)))
  return index
}

/** Tells subscribers of every batch of changes, in order; one that throws does not keep it from the others. */
function publisher({ thread, log }: StoreParts, index: TextIndex): Pick<Store, 'subscribe'> {
  const listeners = new Set<(changes: readonly Change[]) => void>()
  thread.on('log', ({ level, fields, text }) => log[level](fields, text))
  thread.on('changes', ({ json, newest, arrived }) => {
    if (arrived > 0) index.changed(newest, arrived)
    if (listeners.size === 0) return
    const changes = JSON.parse(json) as readonly Change[]
    for (const listener of listeners) {
      try {
        listener(changes)
      } catch (error) {
        log.error({ error: error instanceof Error ? error.stack : String(error) }, 'A subscriber of the store threw')
      }
    }
  })
  return {
    subscribe(listener) {
      // Of its own identity: the same function may subscribe twice.
      const own = (changes: readonly Change[]): void => listener(changes)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}

type ResolveScope = (scope: Scope) => Promise<{ account: string; criteria?: Resolved }>

function scopeResolver(index: TextIndex): ResolveScope {
  const numbersOfText = async (numbers: Promise<Float64Array>): Promise<NumberSet> => ({
    kind: 'numbers',
    numbers: await numbers,
  })
  const resolve = async (criteria: Criteria): Promise<Resolved> => {
    if (!needsText(criteria)) return criteria as Resolved
    return resolveText(criteria, {
      search: (text) => numbersOfText(index.search(text).then(({ numbers }) => numbers)),
      header: (term) => numbersOfText(index.scanHeaders(term)),
    })
  }
  return async ({ account, keys, criteria }) => {
    const of: Resolved[] = []
    if (keys) of.push({ kind: 'numbers', numbers: numbersOf(keys) })
    if (criteria) of.push(await resolve(criteria))
    const [only] = of
    return { account, ...(only ? { criteria: of.length === 1 ? only : { kind: 'and', of } } : {}) }
  }
}

async function resolveRequest(
  { account, criteria, ...rest }: ListRequest,
  resolve: ResolveScope,
): Promise<Omit<ListRequest, 'criteria'> & { criteria?: Resolved }> {
  return { ...rest, ...(await resolve({ account, ...(criteria ? { criteria } : {}) })) }
}

/** A page found by text alone, where the account has every message: the index knows the page and how many there are. */
async function listByText(
  { account, criteria, limit, before, since }: ListRequest,
  { thread, clock }: StoreParts,
  index: TextIndex,
): Promise<MessagePage | undefined> {
  if (!criteria || since !== undefined || !canSearch(criteria) || !(await thread.call('holdsAll', account)))
    return undefined
  const below = before === undefined ? {} : { below: numberOf(before) ?? 0 }
  const found = await index.search(criteria, { limit: limit + 1, ...below })
  const onPage: NumberSet = { kind: 'numbers', numbers: found.numbers.slice(0, limit) }
  const page = await thread.call('list', { account, limit, criteria: onPage, at: clock.now() })
  // Of what was found, not of what is still there: a page may lose its last message while it is read.
  const last = found.numbers.length > limit ? found.numbers[limit - 1] : undefined
  return { ...page, next: last === undefined ? undefined : keyOf(last), total: found.total }
}

/** A message that compaction moves between the two steps is looked up again. */
async function octetsOf(thread: StoreThread, key: string): Promise<Octets | undefined> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const source = await thread.call('locate', key)
    if (!source) return undefined
    const octets = await openOctets(source)
    if (octets) return octets
  }
  return undefined
}

function ignoreClosed(error: unknown): void {
  if ((error as { code?: string }).code !== 'closed') throw error
}
