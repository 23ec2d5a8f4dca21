/**
 * One stream of changes for any number of clients. The first change goes out at once, what follows is gathered for a
 * moment. Each client has the number it was told last; whoever fell behind is brought up from the store, or told to
 * list again, so that nobody misses anything and nobody slow makes us hold what it has not read.
 */
import { setTimeout } from 'node:timers/promises'
import type { WireChange, WireChanges } from '../http/wire-types.ts'
import type { Log } from '../log.ts'
import type { Change } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import { hints, maxChanges } from './changes.ts'

/** The other end, as the feed needs it. */
export interface FeedClient {
  /** Whether what was sent before has left this process. */
  ready(): boolean
  send(event: WireChanges): void
}

export interface FeedOptions {
  readonly store: Pick<Store, 'changesSince' | 'state'>
  readonly log: Log
  /** How long changes are gathered after some went out. Default 40. */
  readonly gatherMs?: number
}

/** Where a client stands. */
interface Standing {
  /** Number it was told last. Null: it starts from whatever is newest. */
  told: number | null
  /** It is being brought up. */
  busy: boolean
  /** Something happened that it was not told. */
  behind: boolean
  /** It asked and waits for its answer, even where there is nothing new. */
  asked: boolean
}

/** What is told to everyone who stands at `from`. */
interface Batch {
  readonly from: number
  readonly to: number
  readonly changes: readonly Change[]
  readonly hints: WireChange[] | undefined
  readonly counts: Counts
}

interface Counts {
  readonly messages: number
  readonly unread: number
}

/** The stream; until `close`. */
export class Feed {
  readonly #store: FeedOptions['store']
  readonly #log: Log
  readonly #gatherMs: number
  readonly #clients = new Map<FeedClient, Standing>()
  readonly #closing = new AbortController()
  #gathered: Change[] = []
  #running = false

  constructor({ store, log, gatherMs = 40 }: FeedOptions) {
    this.#store = store
    this.#log = log
    this.#gatherMs = gatherMs
  }

  /** Brings the client up from this number (null: from now), and keeps it there. */
  resume(client: FeedClient, since: number | null): void {
    const standing: Standing = { told: since, busy: false, behind: true, asked: true }
    this.#clients.set(client, standing)
    void this.#catchUp(client, standing)
  }

  /** The client can take more. */
  drained(client: FeedClient): void {
    const standing = this.#clients.get(client)
    if (standing?.behind === true) void this.#catchUp(client, standing)
  }

  leave(client: FeedClient): void {
    this.#clients.delete(client)
  }

  /** The next changes, in order. */
  push(changes: readonly Change[]): void {
    if (this.#clients.size === 0 || this.#closing.signal.aborted) return
    for (const change of changes) this.#gathered.push(change)
    if (!this.#running) void this.#run()
  }

  close(): void {
    this.#closing.abort()
    this.#clients.clear()
    this.#gathered = []
  }

  /** What comes first goes out at once, what follows with the next round. */
  async #run(): Promise<void> {
    this.#running = true
    const { signal } = this.#closing
    try {
      while (this.#gathered.length > 0) {
        await this.#flush()
        await setTimeout(this.#gatherMs, undefined, { signal })
      }
    } catch (error) {
      // Whoever missed this batch stands before the next one and is brought up then.
      if (!signal.aborted) this.#log.warn({ err: error }, 'Live clients could not be told')
    } finally {
      this.#running = false
    }
  }

  async #flush(): Promise<void> {
    const changes = this.#gathered
    this.#gathered = []
    const [first, last] = [changes[0], changes.at(-1)]
    if (first === undefined || last === undefined) return
    const counts = await this.#store.state()
    const batch = { from: first.number - 1, to: last.number, changes, hints: hints(changes), counts }
    for (const [client, standing] of this.#clients) this.#tell(client, standing, batch)
  }

  /** Tells a client that stands right before the batch, or within; anyone else is brought up from the store. */
  #tell(client: FeedClient, standing: Standing, batch: Batch): void {
    const { told } = standing
    if (told !== null && told >= batch.to) return
    if (told === null || told < batch.from || standing.busy || standing.behind || !client.ready()) {
      standing.behind = true
      void this.#catchUp(client, standing)
      return
    }
    const said = told === batch.from ? batch.hints : hints(batch.changes.filter(({ number }) => number > told))
    standing.told = batch.to
    client.send(changesEvent({ from: told, to: batch.to }, said, batch.counts))
  }

  async #catchUp(client: FeedClient, standing: Standing): Promise<void> {
    if (standing.busy) return
    standing.busy = true
    const here = (): boolean => this.#clients.get(client) === standing
    try {
      while (standing.behind && client.ready() && here()) {
        standing.behind = false
        const event = await this.#missed(standing.told)
        if (!here()) return
        const news = standing.asked || event.reset || standing.told === null || event.to > standing.told
        standing.told = event.to
        standing.asked = false
        if (news) client.send(event)
      }
    } catch (error) {
      // The store is closing, or failed. The client keeps its number and asks from it when it comes back.
      this.#log.warn({ err: error }, 'A live client could not be brought up')
    } finally {
      standing.busy = false
    }
  }

  async #missed(told: number | null): Promise<WireChanges> {
    const state = await this.#store.state()
    if (told === null) return changesEvent({ from: state.change, to: state.change }, [], state)
    const since = await this.#store.changesSince(told, maxChanges + 1)
    const said = since.reset || since.more ? undefined : hints(since.changes)
    // Whoever has to list again is told the newest number, and not that of the page that was asked for.
    const to = said === undefined ? Math.max(since.latest, state.change) : since.latest
    return changesEvent({ from: told, to }, said, state)
  }
}

/** @param changes undefined: list again. */
function changesEvent(
  range: { from: number; to: number },
  changes: WireChange[] | undefined,
  counts: Counts,
): WireChanges {
  const { messages, unread } = counts
  return { ...range, changes: changes ?? [], reset: changes === undefined, messages, unread }
}
