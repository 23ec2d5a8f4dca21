/**
 * Whoever waits for messages: each is answered by the commit that completes it. An arrival is held against all waits in
 * one pass, by what the query says of it and not by SQL; nothing is asked again while nothing arrives.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Change } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import { Candidate } from './candidate.ts'
import { firstFindings } from './first-findings.ts'
import { OpenWaits } from './open-waits.ts'
import type { Arrival, OpenWait, WaitOutcome, WaitRequest } from './wait.ts'

export interface WaitsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** How many may be open at a time. */
  readonly most: number
}

export class Waits {
  readonly #options: WaitsOptions
  readonly #open = new OpenWaits()
  /** Changes, and what is to be done between them. */
  readonly #coming: (Change | (() => Promise<void>))[] = []
  readonly #unsubscribe: () => void
  #taking = false
  #stopped = false

  constructor(options: WaitsOptions) {
    this.#options = options
    this.#unsubscribe = options.store.subscribe((changes) => {
      if (this.#open.size === 0) return
      this.#comes(...changes)
    })
  }

  /** @param signal who asked has gone. Never rejects but for what the store says. */
  async wait(request: WaitRequest, signal: AbortSignal): Promise<WaitOutcome> {
    if (this.#stopped) return { kind: 'stopping' }
    if (this.#open.size >= this.#options.most) return { kind: 'too-many' }
    let settle: OpenWait['settle'] = () => undefined
    const settled = new Promise<WaitOutcome>((resolve) => (settle = resolve))
    const wait: OpenWait = { request, found: new Map(), change: undefined, early: [], settle }
    const leave = (): void => settle({ kind: 'left' })
    let timer: NodeJS.Timeout | undefined
    signal.addEventListener('abort', leave)
    this.#open.add(wait)
    try {
      const begun = this.#begin(wait)
      if (request.timeoutMs > 0) {
        const end = (): void => void begun.then(() => settle(timeout(wait)), leave)
        timer = setTimeout(end, request.timeoutMs)
      }
      const early = await Promise.race([begun, settled])
      if (early !== undefined) return early
      if (request.timeoutMs === 0) return timeout(wait)
      return await settled
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      this.#open.remove(wait)
    }
  }

  /** Answers all of them. */
  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
    for (const wait of this.#open.all()) wait.settle({ kind: 'stopping' })
  }

  /** What is there already. @returns the outcome, where that is it. */
  async #begin(wait: OpenWait): Promise<WaitOutcome | undefined> {
    const { store, clock } = this.#options
    const { messages, change } = await firstFindings(wait.request, { store, clock })
    if ((wait.request.since ?? 0) > change) return { kind: 'ahead', change }
    await new Promise<void>((resolve) => {
      this.#comes(async () => {
        for (const message of messages) wait.found.set(message.key, message)
        wait.change = change
        const early = isComplete(wait) ? [] : wait.early.splice(0)
        try {
          for (const arrived of early) await this.#offer(arrived, [wait])
        } finally {
          resolve()
        }
      })
    })
    return isComplete(wait) ? found(wait) : undefined
  }

  #comes(...coming: readonly (Change | (() => Promise<void>))[]): void {
    this.#coming.push(...coming)
    if (!this.#taking) void this.#take()
  }

  /** In order, one after another; at once where nothing has to be read. */
  async #take(): Promise<void> {
    this.#taking = true
    for (let change = this.#coming.shift(); change !== undefined; change = this.#coming.shift()) {
      try {
        if (typeof change === 'function') await change()
        else if (change.kind === 'arrived') await this.#offer(change, undefined)
        else if (change.kind === 'deleted') this.#open.forget(change.all ? undefined : change.keys)
      } catch (error) {
        this.#options.log.error({ err: error }, 'A message could not be held against the waits')
      }
    }
    this.#taking = false
  }

  async #offer(change: Arrival, only: readonly OpenWait[] | undefined): Promise<void> {
    const { store, clock } = this.#options
    const candidate = new Candidate(change, store)
    for (const wait of only ?? this.#open.askedBy(candidate)) {
      const { criteria, account } = wait.request
      if (wait.change === undefined) wait.early.push(change)
      else if (change.number > wait.change && candidate.isIn(account)) {
        const now = clock.now()
        const known = criteria === undefined || candidate.holds(criteria, account, now)
        if (known ?? (criteria !== undefined && (await candidate.matches(criteria, account, now)))) {
          this.#add(wait, change)
        }
      }
    }
  }

  #add(wait: OpenWait, { summary, number }: Arrival): void {
    wait.found.set(summary.key, summary)
    if (!isComplete(wait)) return
    wait.change = number
    wait.settle(found(wait))
    this.#open.remove(wait)
  }
}

const isComplete = ({ found, request }: OpenWait): boolean => found.size >= request.count

const outcome = (kind: 'found' | 'timeout', wait: OpenWait): WaitOutcome => ({
  kind,
  messages: [...wait.found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
  change: wait.change ?? 0,
})
const found = (wait: OpenWait): WaitOutcome => outcome('found', wait)
const timeout = (wait: OpenWait): WaitOutcome => outcome(isComplete(wait) ? 'found' : 'timeout', wait)
