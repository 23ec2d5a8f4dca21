import { StoreError, type Receipt } from '../store.ts'
import type { Arrivals, Incoming, LargeMessage } from './arrivals.ts'
import { isOutOfSpace } from './disk.ts'
import type { Segments } from './segments.ts'
import type { CommitBatch, CommitItem, Committed, Refused } from './thread-calls.ts'
import { MessageReader } from './understanding.ts'

interface Waiting {
  readonly batch: CommitBatch
  readonly items: readonly CommitItem[]
  readonly resolve: (committed: Committed) => void
}

interface Ready {
  readonly id: number
  readonly incoming: Incoming
}

/** Absent: its spool could not be opened. */
interface LargeOnItsWay {
  readonly message?: LargeMessage
  error?: Error
}

type Outcome = Map<number, Receipt | Refused>

/**
 * Gathers what waits to be committed. Batches that came in while one was being written go into the next together, so
 * that a flush is shared by all who wait for one. One that cannot be kept does not take the others with it.
 */
export class CommitQueue {
  readonly #segments: Segments
  readonly #commit: Arrivals['commit']
  readonly #spools = new Map<number, LargeOnItsWay>()
  #waiting: Waiting[] = []
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: { segments: Segments; commit: Arrivals['commit'] }) {
    this.#segments = parts.segments
    this.#commit = parts.commit
  }

  /** Resolves when the batch was committed, after the changes went out. */
  async add(batch: CommitBatch): Promise<Committed> {
    const items = JSON.parse(batch.items) as CommitItem[]
    const large = items.flatMap(({ id }) => this.#spools.get(id) ?? [])
    if (large.length > 0) await Promise.all(large.map(flushed))
    if (this.#waiting.length === 0) setImmediate(() => void this.exclusive(() => this.#flush()))
    return new Promise((resolve) => this.#waiting.push({ batch, items, resolve }))
  }

  /** Runs when no commit is under way, and keeps commits waiting until it is done. */
  exclusive<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** Where it cannot be opened, the message fails when it is to be committed. */
  spoolOpen(id: number): void {
    try {
      this.#spools.set(id, { message: { spool: this.#segments.spool(), reader: new MessageReader() } })
    } catch (error) {
      this.#spools.set(id, { error: errorOf(error) })
    }
  }

  /** A chunk that cannot be written fails the message when it is to be committed. */
  spoolWrite(id: number, octets: Uint8Array): void {
    const large = this.#spools.get(id)
    if (large?.message === undefined || large.error !== undefined) return
    try {
      large.message.spool.write(octets)
      large.message.reader.push(octets)
    } catch (error) {
      large.error = errorOf(error)
    }
  }

  /** Frees it; what was committed stays. */
  spoolClose(id: number): void {
    this.#spools.get(id)?.message?.spool.close()
    this.#spools.delete(id)
  }

  /** Commits everything that waits. Never throws. */
  async #flush(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    const outcome: Outcome = new Map()
    const ready: Ready[] = []
    for (const { batch, items } of waiting) {
      for (const item of items) {
        const incoming = this.#incoming(item, batch.octets)
        if (incoming instanceof Error) outcome.set(item.id, refusal(incoming))
        else ready.push({ id: item.id, incoming })
      }
    }
    await this.#together(ready, outcome)
    for (const { items, resolve } of waiting) {
      for (const { id } of items) this.spoolClose(id)
      resolve(items.map(({ id }) => outcome.get(id) ?? { code: undefined, text: 'Not committed' }))
    }
  }

  async #together(batch: readonly Ready[], outcome: Outcome): Promise<void> {
    if (batch.length === 0) return
    try {
      const receipts = await this.#commit(batch.map(({ incoming }) => incoming))
      batch.forEach(({ id }, i) => outcome.set(id, receipts[i] ?? { code: undefined, text: 'Not committed' }))
    } catch (error) {
      const [only] = batch
      if (batch.length === 1 && only) outcome.set(only.id, refusal(error))
      else for (const one of batch) await this.#together([one], outcome)
    }
  }

  #incoming({ id, range, arrival }: CommitItem, octets: Uint8Array): Incoming | Error {
    if (range) return { octets: octets.subarray(...range), arrival }
    const { message, error } = this.#spools.get(id) ?? {}
    if (error !== undefined || message === undefined) return error ?? new Error('The spool of a large message is gone')
    return { octets: message, arrival }
  }
}

/** What the one who handed the message in is told; who refuses a message says so in the log. */
function refusal(error: unknown): Refused {
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof StoreError ? error.code : isOutOfSpace(error) ? 'full' : undefined
  return { code, text }
}

/** A large message that cannot be flushed fails when it is to be committed. */
async function flushed(large: LargeOnItsWay): Promise<void> {
  try {
    await large.message?.spool.flush()
  } catch (error) {
    large.error ??= errorOf(error)
  }
}

const errorOf = (error: unknown): Error =>
  error instanceof Error ? error : new Error('The message could not be written', { cause: error })
