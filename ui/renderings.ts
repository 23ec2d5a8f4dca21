import { batch, signal, type Signal } from '@preact/signals'
import type { WireLook, WireRendering, WireRenderingId, WireTemplatesEvent } from '../src/http/wire-types.ts'
import { asProblem, type ApiProblem } from './api.ts'
import { templatesRevision } from './connection.ts'
import { getRendering } from './template-api.ts'

/*
 * Renderings in memory. Those that somebody looks at are told to the server, and follow every save; of the others it is
 * known when they are outdated, and whoever shows one fetches it again. The server's events come in order, so the last
 * one stands; the answer of a request may be older than an event that overtook it.
 */

/** A rendering as it is known. */
export interface Shown {
  /** Null before the first one came. */
  readonly rendering: WireRendering | null
  /** Why it could not be had. What came before it stays. */
  readonly problem: ApiProblem | null
  /** Files it was made of have changed. */
  readonly outdated: boolean
}

interface Looked {
  readonly id: WireRenderingId
  /** How many places show it. */
  count: number
  /** Its first answer is under way. */
  loading: boolean
}

/** What the server takes at once. */
const mostLooked = 12
/** Octets of a look that the server reads, with room for what goes around it. */
const longestLook = 15_000
/** Renderings kept that nobody looks at. */
const mostKept = 150

const nothing: Shown = { rendering: null, problem: null, outdated: false }
const known = new Map<string, Signal<Shown>>()
/** Times that an event changed a rendering. */
const versions = new WeakMap<Signal<Shown>, number>()
const looked = new Map<string, Looked>()

/** Goes on whenever `currentLook` gives something else. */
export const lookChanges = signal(0)
/** Revision of each file that renderings show and that was saved while the page was open; relative to the root. */
export const savedFiles = signal<ReadonlyMap<string, number>>(new Map())

/** Revision at which a message was last tied to another template, by key. */
export const tiedMessages = signal<ReadonlyMap<string, number>>(new Map())

/** One string for a rendering. */
export function renderingKey({ template, fixture, locale }: WireRenderingId): string {
  return JSON.stringify([template, fixture, locale])
}

/** The rendering as it is known, from now on. */
export function shownRendering(id: WireRenderingId): Signal<Shown> {
  const key = renderingKey(id)
  const found = known.get(key) ?? signal(nothing)
  // The one asked for last is the last to be forgotten.
  known.delete(key)
  known.set(key, found)
  if (known.size > mostKept) forgetOldest()
  return found
}

/** Somebody looks at it: it is fetched, and follows every save until the way out is gone. @returns the way out */
export function lookAt(id: WireRenderingId): () => void {
  const key = renderingKey(id)
  const look = looked.get(key) ?? { id, count: 0, loading: false }
  look.count += 1
  looked.set(key, look)
  const shown = shownRendering(id)
  if (shown.peek().rendering === null && !look.loading) void loadFirst(look)
  else if (look.count === 1) lookChanges.value += 1
  return () => {
    look.count -= 1
    if (look.count > 0) return
    looked.delete(key)
    lookChanges.value += 1
  }
}

/** What is looked at now, in the words of the server. */
export function currentLook(): WireLook {
  const renderings: WireLook['renderings'] = []
  let length = 0
  for (const { id, loading } of looked.values()) {
    const revision = shownRendering(id).peek().rendering?.revision ?? 0
    const { template, fixture, locale } = id
    const look = { template, fixture, locale, revision }
    length += JSON.stringify(look).length
    if (renderings.length === mostLooked || length > longestLook) break
    if (!loading) renderings.push(look)
  }
  return { renderings }
}

/** Fetches it as the files are now. Never rejects: what went wrong is in what is shown. */
export async function loadRendering(id: WireRenderingId): Promise<void> {
  const shown = shownRendering(id)
  const version = versions.get(shown) ?? 0
  try {
    const rendering = await getRendering(id)
    const newest = shown.peek().rendering?.revision ?? 0
    const overtaken = (versions.get(shown) ?? 0) !== version && rendering.revision < newest
    if (!overtaken) shown.value = { rendering, problem: null, outdated: false }
  } catch (error) {
    shown.value = { ...shown.peek(), problem: asProblem(error), outdated: false }
  }
}

/** Event `rendering`. */
export function takeRendering(rendering: WireRendering): void {
  const shown = shownRendering(rendering)
  versions.set(shown, (versions.get(shown) ?? 0) + 1)
  shown.value = { rendering, problem: null, outdated: false }
}

/** Event `templates`. */
export function takeHint(hint: WireTemplatesEvent): void {
  batch(() => {
    if (hint.kind === 'asset') savedFiles.value = new Map(savedFiles.peek()).set(hint.file, hint.revision)
    if (hint.kind === 'tied') tiedMessages.value = new Map(tiedMessages.peek()).set(hint.key, hint.revision)
    if (hint.kind === 'outdated') for (const id of hint.renderings) outdate(renderingKey(id))
    if (hint.kind !== 'catalogue') return
    templatesRevision.value = hint.revision
    for (const key of known.keys()) if (!looked.has(key)) outdate(key)
  })
}

function outdate(key: string): void {
  const shown = known.get(key)
  if (shown === undefined) return
  const look = looked.get(key)
  // Too large to come as an event.
  if (look !== undefined) void loadRendering(look.id)
  else if (shown.peek() !== nothing) shown.value = { ...shown.peek(), outdated: true }
}

async function loadFirst(look: Looked): Promise<void> {
  look.loading = true
  await loadRendering(look.id)
  look.loading = false
  lookChanges.value += 1
}

function forgetOldest(): void {
  for (const key of known.keys()) {
    if (known.size <= mostKept) return
    if (!looked.has(key)) known.delete(key)
  }
}
