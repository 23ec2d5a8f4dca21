import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Criteria } from '../../query/criteria.ts'
import { StoreError } from '../store.ts'
import { connect, type Connection } from './channel.ts'
import { inMemory, type Found, type HeaderTerm, type IndexCalls, type IndexItem } from './index-calls.ts'
import type { IndexState, IndexThreadData } from './index-calls.ts'
import { matchExpression } from './index-expression.ts'
import { IndexFeed } from './index-feed.ts'
import { Pace, type Schedule, timeouts } from './index-pace.ts'
import { startThread, threadEntry } from '../../thread.ts'

/**
 * The full-text index: a thread with a database of its own that follows the store at its own pace and never stands in
 * the way of a commit. What it answers is complete all the same: a search first has everything indexed that was there
 * when it was asked. The index can always be made again from the store, and is, whenever it does not fit.
 *
 * The thread runs only while it is of use: it starts at the first search or some time after messages came, and ends
 * after a minute without work, unless the index is in memory. Where the disk is full it is in memory until then.
 */
export interface TextIndex {
  /** Messages up to this number are in the store now. @param arrived how many of them are new. Default 1. */
  changed(latest: number, arrived?: number): void
  /** Messages are gone from the store. */
  remove(numbers: readonly number[]): void
  /** Every message there was is gone from the store. */
  removeAll(): void
  /**
   * Messages whose text matches. @throws StoreError `unsupported` for criteria that `canSearch` refuses; `closed`.
   */
  search(criteria: Criteria, options?: SearchOptions): Promise<Found>
  /** Numbers of the messages that have such a header field, ascending; found by reading every header there is. */
  scanHeaders(term: HeaderTerm): Promise<Float64Array>
  /** About how many messages are not in the index yet. */
  readonly backlog: number
  /** Resolves when everything that was said before is in the index. */
  settled(): Promise<void>
  /** Ends the thread. What is not in the index yet comes in the next time. */
  close(): Promise<void>
}

export interface SearchOptions {
  /** Only messages with a smaller number. */
  readonly below?: number
  /** At most so many. Default all. */
  readonly limit?: number
}

export interface TextIndexOptions {
  /** Path of its database. Undefined: in memory. */
  readonly file: string | undefined
  /** Of the store: an index of another one is thrown away. */
  readonly identity: string
  /** Messages with numbers above `after`, ascending, at most `limit`; fewer only when there are no more. */
  next(after: number, limit: number): Promise<readonly IndexItem[]>
  /** How many messages there are. */
  count(): Promise<number>
  /** The numbers of all messages. */
  numbers(): Promise<readonly number[]>
  readonly clock: Clock
  readonly log: Log
  /** Default: the machine's timers, which do not hold the process. */
  readonly schedule?: Schedule
}

/** Whether `search` takes these criteria: `words` terms only, and nothing that says only what must not be. */
export const canSearch = (criteria: Criteria): boolean => matchExpression(criteria) !== undefined

/** Does nothing and costs nothing until it is told of messages or asked. */
export function createTextIndex(options: TextIndexOptions): TextIndex {
  return new SqliteTextIndex(options)
}

/** Messages of one page of a header scan. */
const scanPage = 1000

class SqliteTextIndex implements TextIndex {
  readonly #options: TextIndexOptions
  readonly #feed: IndexFeed
  readonly #pace: Pace
  #thread: Promise<Connection<IndexCalls>> | undefined
  /** The thread that `#thread` is or comes to be; not one that is being ended. */
  #live: Connection<IndexCalls> | undefined
  #ended: Promise<unknown> = Promise.resolve()
  #state: IndexState | undefined
  #turn: Promise<void> | undefined
  #closed = false
  /** There was no space for the file. */
  #withoutDisk = false
  /** It was said that there is little space. */
  #toldOfSpace = false

  constructor(options: TextIndexOptions) {
    this.#options = options
    this.#feed = new IndexFeed(options)
    const { clock, schedule = timeouts, file } = options
    this.#pace = new Pace({
      clock,
      schedule,
      backlog: () => this.#feed.backlog,
      behind: () => !this.#closed && this.#feed.behind(this.#state),
      turn: () => this.#takeTurn(),
      failed: (error) => this.#failed(error),
      ...(file === undefined ? {} : { sleep: () => this.#sleep() }),
    })
  }

  get backlog(): number {
    return this.#feed.behind(this.#state) ? Math.max(1, this.#feed.backlog) : 0
  }

  changed(latest: number, arrived = 1): void {
    if (this.#closed) return
    this.#feed.changed(latest, arrived)
    this.#pace.arrived(arrived)
  }

  remove(numbers: readonly number[]): void {
    if (this.#closed) return
    this.#feed.remove(numbers)
    this.#pace.arrived(0)
  }

  removeAll(): void {
    if (this.#closed) return
    this.#feed.removeAll()
    this.#pace.arrived(0)
  }

  async search(criteria: Criteria, { below = Infinity, limit = -1 }: SearchOptions = {}): Promise<Found> {
    const expression = matchExpression(criteria)
    if (expression === undefined) throw new StoreError('unsupported', 'The full-text index has no such search')
    for (let attempt = 1; ; attempt++) {
      try {
        await this.settled()
        return await (await this.#open()).call('find', { expression, below, limit })
      } catch (error) {
        if (attempt > 2 || !(await this.#mended(error))) throw error
      }
    }
  }

  /** A damaged index is made again, one for which there is no space is made in memory. @returns whether it is of use to go on. */
  async #mended(error: unknown): Promise<boolean> {
    const full = isFull(error)
    if (!full && !(error instanceof StoreError && error.code === 'damaged')) return false
    this.#state = undefined
    if (full && !this.#withoutDisk) {
      this.#withoutDisk = true
      this.#options.log.warn({}, 'There is no space left for the full-text index: it is made in memory')
      await this.#stop()
    }
    return true
  }

  async scanHeaders(term: HeaderTerm): Promise<Float64Array> {
    const found: number[] = []
    let after = 0
    for (;;) {
      const page = await this.#options.next(after, scanPage)
      const candidates = page.map(({ number, source }) => ({ number, source }))
      if (page.length > 0) found.push(...(await (await this.#open()).call('scanHeaders', { term, candidates })))
      if (page.length < scanPage) return Float64Array.from(found)
      after = page.at(-1)?.number ?? after
    }
  }

  async settled(): Promise<void> {
    const goal = this.#feed.goal()
    while (this.#feed.behind(this.#state) && !this.#feed.reached(goal, this.#state)) await this.#takeTurn()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#pace.stop()
    await this.#turn?.catch(() => undefined)
    await this.#stop()
  }

  /** One step forward; all who want one at the same time share it. */
  #takeTurn(): Promise<void> {
    this.#turn ??= this.#step().finally(() => (this.#turn = undefined))
    return this.#turn
  }

  async #step(): Promise<void> {
    const thread = await this.#open()
    try {
      this.#state ??= await this.#reopened(thread)
      this.#state = await this.#feed.step(thread, this.#state)
      this.#toldOfSpace = false
    } catch (error) {
      this.#state = undefined // whatever it was, ask again how far the index is
      throw error
    }
  }

  /** It is tried again in a while. */
  #failed(error: unknown): void {
    const { log } = this.#options
    if (!isFull(error)) {
      log.warn({ error: String(error) }, 'The full-text index does not get on; it will be tried again')
      return
    }
    if (!this.#toldOfSpace) log.warn({}, 'There is little space left: the full-text index waits until there is more')
    this.#toldOfSpace = true
  }

  #reopened(thread: Connection<IndexCalls>): Promise<IndexState> {
    this.#feed.doubt()
    return thread.call('open', undefined)
  }

  async #open(): Promise<Connection<IndexCalls>> {
    if (this.#closed) throw new StoreError('closed', 'The store is closed')
    this.#pace.used()
    this.#thread ??= this.#start()
    return this.#thread
  }

  /** Not before the last thread has let go of the file. */
  async #start(): Promise<Connection<IndexCalls>> {
    await this.#ended
    const { identity, log } = this.#options
    const file = this.#withoutDisk ? undefined : this.#options.file
    const workerData: IndexThreadData = { file: file ?? inMemory, identity }
    const worker = startThread(threadEntry('index-thread', import.meta.url), {
      name: 'stuntmail index',
      workerData,
    })
    const thread = connect<IndexCalls>(worker)
    this.#live = thread
    this.#ended = thread.ended.then((fault) => {
      if (fault !== undefined) log.error({ error: fault.stack }, 'The thread of the full-text index failed')
      if (this.#live !== thread) return
      this.#live = this.#thread = this.#state = undefined
    })
    try {
      await thread.call('open', undefined)
      return thread
    } catch (error) {
      await thread.terminate()
      throw error
    }
  }

  /** An index that was made without the disk is gone then, and the file is tried again. */
  async #sleep(): Promise<void> {
    await this.#stop()
    if (this.#withoutDisk) this.#state = undefined
    this.#withoutDisk = false
  }

  /** Ends the thread, if there is one. What is known of the index stays known. */
  async #stop(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined)
    if (thread === undefined) return
    this.#live = this.#thread = undefined
    await thread.call('close', undefined).catch(() => undefined) // gone already is as good
    await thread.terminate()
    await this.#ended
  }
}

const isFull = (error: unknown): boolean => error instanceof StoreError && error.code === 'full'
