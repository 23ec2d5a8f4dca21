/** What is known of renderings: the last one of each, within so many octets, and whether it is still what the files say. */
import type { Rendering, RenderingId } from './rendering.ts'

/** One rendering's state. */
export interface RenderingState {
  readonly id: RenderingId
  /** The last one; undefined before the first, and where there was no room for it. */
  rendering: Rendering | undefined
  /** Nothing that it is made of has changed since. */
  current: boolean
  /** How often that happened. */
  changes: number
  /** Which files it was to be made of: another way makes another rendering. */
  recipe: string | undefined
  /** What it was made of is not known, only what it may have been made of. */
  filesAssumed: boolean
  /** Somebody asked for it, by a number that ascends. */
  usedAt: number
}

export class RenderingCache {
  readonly #states = new Map<string, RenderingState>()
  readonly #looks = new Map<string, number>()
  readonly #maxOctets: number
  #octets = 0
  #uses = 0

  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets
  }

  /** Memory that renderings take, about. */
  get octets(): number {
    return this.#octets
  }

  get(key: string): RenderingState | undefined {
    return this.#states.get(key)
  }

  entries(): IterableIterator<[string, RenderingState]> {
    return this.#states.entries()
  }

  /** The state, made where there is none; used right now. */
  use(key: string, id: RenderingId): RenderingState {
    const state = this.#states.get(key) ?? {
      id,
      rendering: undefined,
      current: false,
      changes: 0,
      recipe: undefined,
      filesAssumed: false,
      usedAt: 0,
    }
    this.#states.set(key, state)
    state.usedAt = ++this.#uses
    return state
  }

  /** Keeps a rendering, and lets go of those that were not used for longest, but for those that are looked at. */
  keep(key: string, rendering: Rendering): void {
    const state = this.#states.get(key)
    if (state === undefined) return
    this.#octets += octetsOf(rendering) - octetsOf(state.rendering)
    state.rendering = rendering
    if (this.#octets > this.#maxOctets) this.#shrink(key)
  }

  delete(key: string): void {
    this.#octets -= octetsOf(this.#states.get(key)?.rendering)
    this.#states.delete(key)
  }

  /** @returns the way out. */
  look(key: string): () => void {
    this.#looks.set(key, (this.#looks.get(key) ?? 0) + 1)
    let looking = true
    return () => {
      if (!looking) return
      looking = false
      const others = (this.#looks.get(key) ?? 1) - 1
      if (others > 0) this.#looks.set(key, others)
      else this.#looks.delete(key)
    }
  }

  isLookedAt(key: string): boolean {
    return this.#looks.has(key)
  }

  /** Those somebody looks at, in the order they began to. */
  lookedAt(): readonly string[] {
    return [...this.#looks.keys()]
  }

  #shrink(kept: string): void {
    const others = [...this.#states]
      .filter(([key, { rendering }]) => rendering !== undefined && key !== kept && !this.#looks.has(key))
      .sort(([, a], [, b]) => a.usedAt - b.usedAt)
    for (const [, state] of others) {
      if (this.#octets <= this.#maxOctets) return
      this.#octets -= octetsOf(state.rendering)
      state.rendering = undefined
      state.current = false
    }
  }
}

function octetsOf(rendering: Rendering | undefined): number {
  if (rendering === undefined) return 0
  const { html, text, subject, diagnostics, files } = rendering
  return 2 * (html.length + text.length + subject.length + files.join().length) + 500 * (diagnostics.length + 1)
}
