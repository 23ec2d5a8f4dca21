import type { Clock } from '../../clock.ts'

/** Calls once after so many milliseconds. @returns the way out. */
export type Schedule = (delayMs: number, call: () => void) => () => void

/** The machine's timers, which do not hold the process. */
export const timeouts: Schedule = (delayMs, call) => {
  const timer = setTimeout(call, delayMs).unref()
  return () => clearTimeout(timer)
}

export interface PaceOptions {
  readonly clock: Clock
  readonly schedule: Schedule
  /** Whether there is anything to do. */
  behind(): boolean
  /** About how many messages of it. */
  backlog(): number
  /** Does some of it. */
  turn(): Promise<void>
  failed(error: unknown): void
  /** Called after a minute without work; absent where it never is to be called. */
  sleep?(): Promise<void>
}

/** How long the work waits for more to come. */
const gatherMs = 30
/** How long it waits when nothing has been done for a while, so that a start of the server is not held up. */
const startMs = 200
const retryMs = 5000
const sleepMs = 60_000
/** Faster than this it is pouring, and the processor belongs to the deliveries … */
const pouringPerSecond = 600
/** … until so much has piled up; then it is worked off to half of it. */
const muchBacklog = 20_000

/** When the index works: soon after messages came, but not while they pour in. */
export class Pace {
  readonly #options: PaceOptions
  #cancelWork: (() => void) | undefined
  #cancelSleep: (() => void) | undefined
  #working = false
  #awake = false
  #stopped = false
  #arrivals = 0
  #pouring = false
  #lookedAt: number
  #usedAt: number

  constructor(options: PaceOptions) {
    this.#options = options
    this.#lookedAt = this.#usedAt = options.clock.monotonic()
  }

  /** There is work, and so many messages of it are new. */
  arrived(count: number): void {
    this.#arrivals += count
    this.#workIn(this.#awake ? gatherMs : startMs)
  }

  /** The index is in use: for a search, or for work. */
  used(): void {
    this.#usedAt = this.#options.clock.monotonic()
    this.#awake = true
    this.#sleepIn(sleepMs)
  }

  /** Nothing starts any more. */
  stop(): void {
    this.#stopped = true
    this.#cancelWork?.()
    this.#cancelSleep?.()
  }

  #workIn(delayMs: number): void {
    if (this.#stopped || this.#working || this.#cancelWork !== undefined) return
    this.#cancelWork = this.#options.schedule(delayMs, () => {
      this.#cancelWork = undefined
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    const { behind, turn, failed } = this.#options
    if (!this.#mayWork(muchBacklog)) return this.#workIn(gatherMs)
    this.#working = true
    let delayMs = gatherMs
    try {
      while (behind() && this.#mayWork(muchBacklog / 2)) await turn()
    } catch (error) {
      if (!this.#stopped) failed(error)
      delayMs = retryMs
    }
    this.#working = false
    if (behind()) this.#workIn(delayMs)
  }

  /** Judges by what came since the last look, when that is long enough ago to say anything. */
  #mayWork(backlog: number): boolean {
    const now = this.#options.clock.monotonic()
    const elapsedMs = now - this.#lookedAt
    if (elapsedMs >= gatherMs) {
      this.#pouring = this.#arrivals * 1000 > pouringPerSecond * elapsedMs
      this.#lookedAt = now
      this.#arrivals = 0
    }
    return !this.#pouring || this.#options.backlog() >= backlog
  }

  #sleepIn(delayMs: number): void {
    const { sleep, schedule, clock, behind } = this.#options
    if (sleep === undefined || this.#stopped || this.#cancelSleep !== undefined) return
    this.#cancelSleep = schedule(delayMs, () => {
      this.#cancelSleep = undefined
      const idleMs = clock.monotonic() - this.#usedAt
      if (this.#working || behind()) return this.#sleepIn(sleepMs)
      if (idleMs < sleepMs) return this.#sleepIn(sleepMs - idleMs)
      this.#awake = false
      void sleep()
    })
  }
}
