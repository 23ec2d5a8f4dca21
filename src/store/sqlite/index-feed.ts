import type { Log } from '../../log.ts'
import type { Connection } from './channel.ts'
import type { IndexCalls, IndexItem, IndexState } from './index-calls.ts'

/**
 * What the index has to learn of the store, and how it is told: messages are fetched page by page after the last one
 * it has, so nothing waits in memory; removals are queued. Removals go first, and are held against a page that was
 * fetched before them, so that no message comes back.
 */
export interface FeedOptions {
  next(after: number, limit: number): Promise<readonly IndexItem[]>
  count(): Promise<number>
  numbers(): Promise<readonly number[]>
  readonly log: Log
}

/** What had been said when somebody began to wait. */
export interface Goal {
  readonly latest: number
  readonly removals: number
}

interface Page {
  readonly items: readonly IndexItem[]
  /** With these, everything up to here is told. */
  readonly upTo: number
  /** There were no more. */
  readonly last: boolean
  /** Of the count of arrivals, when the page was asked for. */
  readonly arrivals: number
}

const pageItems = 500
/** How often octets that moved are looked for again before a message is indexed without them. */
const mostTries = 3

export class IndexFeed {
  readonly #options: FeedOptions
  #latest = 0
  #arrivals = 0
  #left = 0
  #removed: number[] = []
  #all = false
  #removals = 0
  #removalsTold = 0
  #ahead: Promise<Page | undefined> | undefined
  #doubtful = false
  #stuckAt: number | undefined
  #tries = 0

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** About how many messages are still to be told. */
  get backlog(): number {
    return this.#left
  }

  changed(latest: number, arrived: number): void {
    this.#latest = Math.max(this.#latest, latest)
    this.#arrivals += arrived
    this.#left += arrived
  }

  remove(numbers: readonly number[]): void {
    if (!this.#all) for (const number of numbers) this.#removed.push(number)
    this.#removals++
  }

  removeAll(): void {
    this.#all = true
    this.#removed = []
    this.#removals++
  }

  /** The index is opened again: once everything is told, it is compared with the store. */
  doubt(): void {
    this.#doubtful = true
    this.#ahead = undefined
  }

  /** There is something to tell an index that is in this state. */
  behind(state: IndexState | undefined): boolean {
    if (this.#removals > this.#removalsTold) return true
    return state === undefined ? this.#latest > 0 : state.upTo < this.#latest
  }

  goal(): Goal {
    return { latest: this.#latest, removals: this.#removals }
  }

  reached({ latest, removals }: Goal, state: IndexState | undefined): boolean {
    return state !== undefined && state.upTo >= latest && this.#removalsTold >= removals
  }

  /** Tells some of it. @returns the state of the index after. */
  async step(index: Connection<IndexCalls>, state: IndexState): Promise<IndexState> {
    const page = (await this.#ahead) ?? (await this.#fetch(state.upTo))
    this.#ahead = undefined
    const removals = this.#removals
    const after = await this.#tellRemovals(index, state)
    this.#removalsTold = removals
    // A page from before everything was removed may hold messages from before and after it.
    return after.cleared ? after.state : this.#tell(index, after.state, { ...page, items: after.kept(page.items) })
  }

  async #tellRemovals(index: Connection<IndexCalls>, state: IndexState): Promise<Removed> {
    const removed = this.#removed
    const all = this.#all
    this.#removed = []
    this.#all = false
    if (all) return { state: await index.call('clear', state.upTo), cleared: true, kept: (items) => items }
    if (removed.length === 0) return { state, cleared: false, kept: (items) => items }
    const gone = new Set(removed)
    return {
      state: await index.call('remove', removed),
      cleared: false,
      kept: (items) => items.filter(({ number }) => !gone.has(number)),
    }
  }

  async #tell(index: Connection<IndexCalls>, state: IndexState, page: Page): Promise<IndexState> {
    if (page.upTo <= state.upTo) {
      this.#left = this.#arrivals - page.arrivals
      return this.#compare(index, state, page)
    }
    if (!page.last) this.#ahead = this.#fetch(page.upTo).catch(() => undefined) // fetched again, and thrown then
    const skipGone = this.#stuckAt === state.upTo && this.#tries >= mostTries
    const after = await index.call('add', { items: page.items, upTo: page.upTo, skipGone })
    if (after.upTo < page.upTo) {
      this.#tries = this.#stuckAt === after.upTo ? this.#tries + 1 : 1
      this.#stuckAt = after.upTo
      this.#ahead = undefined
      return after
    }
    this.#left = page.last ? this.#arrivals - page.arrivals : Math.max((await this.#options.count()) - after.count, 0)
    return page.last ? this.#compare(index, after, page) : after
  }

  async #fetch(after: number): Promise<Page> {
    const latest = this.#latest
    const arrivals = this.#arrivals
    const items = await this.#options.next(after, pageItems)
    const last = items.length < pageItems
    const end = items.at(-1)?.number ?? after
    return { items, last, arrivals, upTo: last ? Math.max(end, latest) : end }
  }

  /**
   * After a crash the index may still have messages that were deleted. The counts tell, at a moment when nothing has
   * arrived in between; then it forgets what the store does not have, and if it should lack some, it begins anew.
   */
  async #compare(index: Connection<IndexCalls>, state: IndexState, page: Page): Promise<IndexState> {
    if (!this.#doubtful || (await this.#options.count()) === state.count) {
      this.#doubtful = false
      return state
    }
    if (this.#arrivals !== page.arrivals) return state
    this.#doubtful = false
    const numbers = Float64Array.from(await this.#options.numbers()).sort()
    const known = numbers.filter((number) => number <= state.upTo)
    const after = await index.call('keepOnly', known)
    const lacking = known.length - after.count
    this.#options.log.info({ forgotten: state.count - after.count, lacking }, 'The full-text index was out of step')
    return lacking === 0 ? after : index.call('clear', 0)
  }
}

interface Removed {
  readonly state: IndexState
  readonly cleared: boolean
  kept(items: readonly IndexItem[]): readonly IndexItem[]
}
