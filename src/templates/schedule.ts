/**
 * What is rendered next, one at a time: what somebody waits for, then what is looked at, the most recently wanted first,
 * then, when nothing happened for a while, a few of the others. There is no queue of saves: a rendering is wanted or it
 * is not, and when its turn comes it takes the files as they are then.
 */
import { Timers } from './timers.ts'

export interface ScheduleOptions {
  /** Renders it. Must not reject. */
  work(key: string): Promise<void>
  /** Without anything else to do before the others' turn, milliseconds. Default 300. */
  readonly idleMs?: number
}

const defaultIdleMs = 300

export class Schedule {
  readonly #options: ScheduleOptions
  readonly #timers = new Timers()
  readonly #asked = new Map<string, PromiseWithResolvers>()
  readonly #wanted = new Set<string>()
  #idle: readonly string[] = []
  #running: { readonly key: string; readonly done: Promise<void> } | undefined
  #stopIdling: (() => void) | undefined
  #closed = false

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  /** Resolves after it was rendered. What is being rendered right now counts. */
  ask(key: string): Promise<void> {
    if (this.#closed) return Promise.resolve()
    if (this.#running?.key === key) return this.#running.done
    const waiting = this.#asked.get(key) ?? withResolvers()
    this.#asked.set(key, waiting)
    this.#next()
    return waiting.promise
  }

  /** Looked at: rendered soon, before those that were wanted earlier. */
  want(key: string): void {
    this.#wanted.delete(key)
    this.#wanted.add(key)
    this.#next()
  }

  /** Rendered when there is time; replaces those of before. */
  spare(keys: readonly string[]): void {
    this.#idle = keys
    this.#rest()
  }

  /** Resolves when nothing is being rendered; whoever waits is let go. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timers.clear()
    await this.#running?.done
    for (const { resolve } of this.#asked.values()) resolve()
    this.#asked.clear()
  }

  #next(): void {
    if (this.#running !== undefined || this.#closed) return
    const key = this.#take()
    if (key === undefined) return this.#rest()
    this.#stopIdling?.()
    const waiting = this.#asked.get(key)
    this.#asked.delete(key)
    const done = this.#options.work(key).finally(() => {
      this.#running = undefined
      waiting?.resolve()
      this.#next()
    })
    this.#running = { key, done }
  }

  #take(): string | undefined {
    const key = this.#asked.keys().next().value ?? [...this.#wanted].at(-1)
    if (key !== undefined) this.#wanted.delete(key)
    return key
  }

  #rest(): void {
    this.#stopIdling?.()
    if (this.#idle.length === 0 || this.#running !== undefined || this.#closed) return
    this.#stopIdling = this.#timers.after(this.#options.idleMs ?? defaultIdleMs, () => void this.#useIdleness())
  }

  /** One after the other without another pause, as long as nobody wants anything. */
  async #useIdleness(): Promise<void> {
    while (this.#running === undefined && !this.#closed) {
      const [key, ...rest] = this.#idle
      if (key === undefined) return
      this.#idle = rest
      await this.ask(key)
    }
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>
  resolve(): void
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
