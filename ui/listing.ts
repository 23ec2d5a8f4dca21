import { batch, signal } from '@preact/signals'
import type { WireChange, WireChanges, WirePage, WireSummary } from '../src/http/wire-types.ts'
import { asProblem, listMessages, type ApiProblem } from './api.ts'

/*
 * The list in memory: the newest messages that match, without a gap from the newest down to where somebody scrolled.
 * Pages come by cursor, so that a row's place never depends on what arrived meanwhile; a drag to the far end fetches
 * large pages one after the other until it is there. Rows hold only what the list shows.
 */

/** One line of the list. Never changed: a new state is a new object. */
export interface Row {
  readonly key: string
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  readonly octets: number
  readonly subject: string
  readonly from: string
  readonly to: string
  readonly preview: string
  readonly attachments: number
  readonly defectCount: number
  readonly seen: boolean
  readonly flagged: boolean
  readonly tags: readonly string[]
}

/** What the list shows. `rows` is one array that is changed in place; a new `Listing` says that it was. */
export interface Listing {
  /** The query these rows answer. */
  readonly query: string
  /** Descending by key, which is descending by arrival. */
  readonly rows: Row[]
  readonly total: number
  readonly cursor: string | null
  readonly status: 'loading' | 'ready' | 'failed'
}

const firstPage = 100
const nextPage = 200
const largestPage = 1000
/** Changes remembered for answers that were on their way when they came. */
const remembered = 5000

export const listing = signal<Listing>({ query: '', rows: [], total: 0, cursor: null, status: 'loading' })
/** All unread messages, whatever the search; null until known. */
export const unread = signal<number | null>(null)
/** All messages, whatever the search; null until known. */
export const stored = signal<number | null>(null)
/** Why the newest search has no answer. The rows of the last good one stay. */
export const searchProblem = signal<ApiProblem | null>(null)
/** Messages that arrived above what one is reading. The list resets it when it is scrolled to the top. */
export const arrivedAbove = signal(0)

let changeNumber: number | null = null
let recent: WireChange[] = []
let wanted: string | null = null
let searching = false
let growing = false
let refreshing = false
let stale = false
let resyncing = false
let outdated = false
/** Place of the last row that somebody looks at. */
let depth = 0

/** Number of the newest change that is in the list; null before the first answer. */
export function latestChange(): number | null {
  return changeNumber
}

/** Row of a message, while it is in the list. */
export function rowOf(key: string): Row | undefined {
  const index = indexOf(key)
  return index < 0 ? undefined : listing.peek().rows[index]
}

/** Place of a message in the list; negative when it is not in it. */
export function indexOf(key: string): number {
  const { rows } = listing.peek()
  const index = placeOf(rows, key)
  return rows[index]?.key === key ? index : -1
}

/** Shows what matches. Asked again while an answer is under way, only the newest query is asked next. */
export async function search(query: string): Promise<void> {
  wanted = query
  if (searching) return
  searching = true
  try {
    while (wanted !== null) {
      const next: string = wanted
      wanted = null
      await searchOnce(next)
    }
  } finally {
    searching = false
  }
}

async function searchOnce(query: string): Promise<void> {
  try {
    const page = await listMessages(query, firstPage, null)
    if (wanted === null || wanted === query) replaceWith(query, page)
  } catch (error) {
    const problem = asProblem(error)
    batch(() => {
      searchProblem.value = problem
      const { status } = listing.value
      listing.value = {
        ...listing.value,
        status: problem.position === undefined ? 'failed' : status === 'loading' ? 'ready' : status,
      }
    })
  }
}

function replaceWith(query: string, page: WirePage): void {
  batch(() => {
    searchProblem.value = null
    arrivedAbove.value = 0
    listing.value = { query, rows: page.messages.map(rowFrom), total: page.total, cursor: page.next, status: 'ready' }
    if (query === '') stored.value = page.total
    unread.value = page.unread ?? unread.value
    replaySince(page.change)
  })
}

/** Fetches until the row at this place is there, or the end. */
export async function growTo(index: number): Promise<void> {
  depth = index
  if (growing) return
  growing = true
  try {
    for (let grown = true; grown;) grown = await growOnce(index)
  } catch {
    // The rows stay as they are; the next scroll asks again.
  } finally {
    growing = false
  }
}

async function growOnce(index: number): Promise<boolean> {
  const { query, rows, cursor } = listing.peek()
  if (cursor === null || index < rows.length) return false
  const limit = index - rows.length > nextPage ? largestPage : nextPage
  const page = await listMessages(query, limit, cursor)
  const current = listing.peek()
  if (current.rows !== rows || current.cursor !== cursor) return true
  batch(() => {
    for (const summary of page.messages) rows.push(rowFrom(summary))
    listing.value = { ...current, cursor: page.next }
    replaySince(page.change)
  })
  return true
}

/** Takes in what socket.io brought. @returns false when there is a gap before it: ask again from `latestChange()`. */
export function takeChanges(event: WireChanges): boolean {
  if (changeNumber !== null && event.from > changeNumber && !event.reset) return false
  if (event.reset) {
    changeNumber = event.to
    recent = []
    batch(() => {
      stored.value = event.messages
      unread.value = event.unread
    })
    void resync()
    return true
  }
  const known = changeNumber ?? event.from
  const fresh = event.changes.filter((change) => change.number > known)
  changeNumber = Math.max(known, event.to)
  recent = recent.length + fresh.length > remembered ? [...recent, ...fresh].slice(-remembered) : recent.concat(fresh)
  batch(() => {
    stored.value = event.messages
    unread.value = event.unread
    for (const change of fresh) apply(change)
    if (fresh.length > 0) settle()
  })
  return true
}

/**
 * The server had too much to tell. Fetches everything down to where somebody looks again, and only then puts it in the
 * place of what was there, so that what one reads stays where it is. One at a time.
 */
async function resync(): Promise<void> {
  outdated = true
  if (resyncing) return
  resyncing = true
  try {
    while (outdated) {
      outdated = false
      if (listing.peek().status !== 'ready') await search(listing.peek().query)
      else await resyncOnce()
    }
  } catch {
    outdated = false
  } finally {
    resyncing = false
  }
}

async function resyncOnce(): Promise<void> {
  const { query, rows: before } = listing.peek()
  const first = await listMessages(query, firstPage, null)
  const rows = first.messages.map(rowFrom)
  let cursor = first.next
  const newest = before[0]?.key ?? ''
  const added = (): number => rows.filter(({ key }) => key > newest).length
  while (cursor !== null && rows.length < depth + added()) {
    const page = await listMessages(query, largestPage, cursor)
    for (const summary of page.messages) rows.push(rowFrom(summary))
    cursor = page.next
  }
  if (listing.peek().query !== query) return
  batch(() => {
    arrivedAbove.value += before.length === 0 ? 0 : added()
    listing.value = { query, rows, total: first.total, cursor, status: 'ready' }
    replaySince(first.change)
  })
}

/** Changes rows at once; the server's own change follows. */
export function patchRows(keys: readonly string[], patch: Partial<Row>): void {
  for (const key of keys) {
    const index = indexOf(key)
    const { rows } = listing.peek()
    const row = rows[index]
    if (row !== undefined) rows[index] = { ...row, ...patch }
  }
  listing.value = { ...listing.value }
}

function replaySince(number: number): void {
  if (changeNumber === null) changeNumber = number
  const missed = recent.filter((change) => change.number > number)
  for (const change of missed) apply(change)
  if (missed.length > 0) settle()
}

/** After changes were applied: tells who looks, and asks again where only the server knows what matches. */
function settle(): void {
  const now = listing.peek()
  const total = now.query === '' ? (stored.peek() ?? now.total) : now.total
  listing.value = { ...now, total: Math.max(total, now.rows.length) }
  if (stale) void refreshTop()
}

function apply(change: WireChange): void {
  if (change.kind === 'arrived') return applyArrival(change.summary)
  if (change.kind === 'flags') {
    for (const { key, seen, flagged, tags } of change.messages) {
      const index = indexOf(key)
      const { rows } = listing.peek()
      const row = rows[index]
      if (row !== undefined) rows[index] = { ...row, seen, flagged, tags }
    }
    return
  }
  applyDeletion(change.keys, change.all)
}

function applyArrival(summary: WireSummary): void {
  const { query, rows } = listing.peek()
  if (query !== '') {
    stale = true
    return
  }
  const index = placeOf(rows, summary.key)
  if (rows[index]?.key === summary.key || (index > 0 && index === rows.length)) return
  rows.splice(index, 0, rowFrom(summary))
  arrivedAbove.value += 1
}

function applyDeletion(keys: readonly string[], all: boolean): void {
  const now = listing.peek()
  if (all) {
    listing.value = { ...now, rows: [], total: 0, cursor: null }
    return
  }
  const gone = new Set(keys)
  const kept = now.rows.filter((row) => !gone.has(row.key))
  const removed = now.rows.length - kept.length
  listing.value = { ...now, rows: kept, total: Math.max(now.total - removed, kept.length) }
  if (now.query !== '' && removed < keys.length) stale = true
}

/** Asks for the newest matches again and puts what is new on top; one request at a time. */
async function refreshTop(): Promise<void> {
  if (refreshing) return
  refreshing = true
  try {
    while (stale) {
      stale = false
      const { query } = listing.peek()
      const page = await listMessages(query, firstPage, null)
      if (listing.peek().query === query) mergeTop(page)
    }
  } catch {
    stale = false
  } finally {
    refreshing = false
  }
}

function mergeTop(page: WirePage): void {
  const now = listing.peek()
  const newest = now.rows[0]?.key ?? ''
  const added = page.messages.filter(({ key }) => key > newest).map(rowFrom)
  if (added.length === page.messages.length && page.next !== null) return replaceWith(now.query, page)
  batch(() => {
    now.rows.unshift(...added)
    arrivedAbove.value += added.length
    listing.value = { ...now, total: page.total }
  })
}

/** First place whose key is not above this one; binary search over descending keys. */
function placeOf(rows: readonly Row[], key: string): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.key ?? '') > key) low = middle + 1
    else high = middle
  }
  return low
}

function rowFrom(summary: WireSummary): Row {
  const { key, octets, subject, preview, attachments, defectCount, seen, flagged, tags } = summary
  const first = summary.to[0]
  const more = Math.max(summary.toCount, summary.to.length) - 1
  const to = first === undefined ? summary.forwardPaths.join(', ') : first.name || first.address
  return {
    key,
    arrivedAt: Date.parse(summary.arrivedAt),
    octets,
    subject,
    from: summary.from.name || summary.from.address || summary.reversePath,
    to: more > 0 ? `${to} +${more}` : to,
    preview,
    attachments,
    defectCount,
    seen,
    flagged,
    tags,
  }
}
