import { StoreError, type Arrival, type Receipt, type Reception } from '../store.ts'
import type { Connection } from './channel.ts'
import type { CommitItem, Refused, StoreCalls, StoreEvents } from './thread-calls.ts'

/**
 * The main thread's end of deliveries. Small messages wait here while two batches are on their way, so that a busy
 * server hands over many at a time; large ones go to the thread chunk by chunk, with a bound on what is under way.
 */
export class Receptions {
  readonly #thread: Connection<StoreCalls, StoreEvents>
  readonly #now: () => number
  #outbox: Outgoing[] = []
  #batches = 0
  #pending = 0
  #scheduled = false
  #lastId = 0

  constructor(thread: Connection<StoreCalls, StoreEvents>, now: () => number) {
    this.#thread = thread
    this.#now = now
  }

  /** Messages handed in and not yet answered. */
  get pending(): number {
    return this.#pending
  }

  open(): Reception {
    return new ArrivingMessage(++this.#lastId, this.#thread, (outgoing) => this.#commit(outgoing))
  }

  #commit(outgoing: Omit<Outgoing, 'resolve' | 'reject'>): Promise<Receipt> {
    this.#pending++
    this.#schedule()
    return new Promise((resolve, reject) => this.#outbox.push({ ...outgoing, resolve, reject }))
  }

  /** At the end of this turn of the event loop, with all that came in it. */
  #schedule(): void {
    if (this.#scheduled || this.#batches >= batchesUnderWay) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#send(this.#outbox.splice(0))
    })
  }

  async #send(messages: readonly Outgoing[]): Promise<void> {
    const { octets, items } = pack(messages)
    this.#batches++
    try {
      const batch = { at: this.#now(), octets, items: JSON.stringify(items) }
      const committed = await this.#thread.call('commit', batch, [octets.buffer])
      committed.forEach((outcome, i) => settle(messages[i], outcome))
    } catch (error) {
      for (const { reject } of messages) reject(error)
    } finally {
      this.#batches--
      this.#pending -= messages.length
      if (this.#outbox.length > 0) this.#schedule()
    }
  }
}

/** The octets of the small messages in one piece of memory of its own, so that it can change hands. */
function pack(messages: readonly Outgoing[]): { octets: Uint8Array<ArrayBuffer>; items: CommitItem[] } {
  const octets = new Uint8Array(new ArrayBuffer(messages.reduce((sum, { chunks }) => sum + lengthOf(chunks), 0)))
  let end = 0
  const items = messages.map(({ id, arrival, chunks }): CommitItem => {
    if (!chunks) return { id, arrival }
    const start = end
    for (const chunk of chunks) {
      octets.set(chunk, end)
      end += chunk.length
    }
    return { id, arrival, range: [start, end] }
  })
  return { octets, items }
}

function settle(message: Outgoing | undefined, outcome: Receipt | Refused): void {
  if ('key' in outcome) message?.resolve(outcome)
  else message?.reject(outcome.code ? new StoreError(outcome.code, outcome.text) : new Error(outcome.text))
}

type Commit = (outgoing: Omit<Outgoing, 'resolve' | 'reject'>) => Promise<Receipt>

interface Outgoing {
  readonly id: number
  readonly arrival: Arrival
  /** Undefined for a message that the thread has already. */
  readonly chunks: readonly Uint8Array[] | undefined
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

/** One that is being written and one that waits for it. */
const batchesUnderWay = 2
/** From this size on a message is written as it comes. */
const spoolFrom = 1024 * 1024
/** Octets of a large message that may be on their way to the disk. */
const window = 4 * 1024 * 1024

class ArrivingMessage implements Reception {
  readonly #id: number
  readonly #thread: Connection<StoreCalls, StoreEvents>
  readonly #commit: Commit
  #chunks: Uint8Array[] = []
  #size = 0
  #spooled = false
  #underWay = 0

  constructor(id: number, thread: Connection<StoreCalls, StoreEvents>, commit: Commit) {
    this.#id = id
    this.#thread = thread
    this.#commit = commit
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#size += chunk.length
    if (!this.#spooled && this.#size < spoolFrom) {
      this.#chunks.push(chunk)
      return
    }
    if (!this.#spooled) {
      this.#spooled = true
      this.#thread.post('spoolOpen', this.#id)
      for (const early of this.#chunks) void this.#spool(early)
      this.#chunks = []
    }
    const written = this.#spool(chunk)
    return this.#underWay > window ? written : undefined
  }

  commit(arrival: Arrival): Promise<Receipt> {
    return this.#commit({ id: this.#id, arrival, chunks: this.#spooled ? undefined : this.#chunks })
  }

  abort(): void {
    if (this.#spooled) this.#thread.post('spoolAbort', this.#id)
    this.#chunks = []
  }

  async #spool(chunk: Uint8Array): Promise<void> {
    const octets = new Uint8Array(chunk)
    this.#underWay += octets.length
    try {
      await this.#thread.call('spoolWrite', { id: this.#id, octets }, [octets.buffer])
    } catch {
      // The thread has ended: the commit will say so.
    } finally {
      this.#underWay -= chunk.length
    }
  }
}

const lengthOf = (chunks: readonly Uint8Array[] | undefined): number =>
  chunks?.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0
