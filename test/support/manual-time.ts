import type { Clock } from '../../src/clock.ts'

/** Time that stands still until it is moved: a clock, and timers that go off by it in order. */
export class ManualTime implements Clock {
  #ms = 0
  readonly #timers = new Set<{ readonly at: number; readonly call: () => void }>()

  now = (): number => this.#ms
  monotonic = (): number => this.#ms

  schedule = (delayMs: number, call: () => void): (() => void) => {
    const timer = { at: this.#ms + delayMs, call }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** How many timers are running. */
  get timers(): number {
    return this.#timers.size
  }

  advance(ms: number): void {
    const until = this.#ms + ms
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#ms = due.at
      this.#timers.delete(due)
      due.call()
    }
    this.#ms = until
  }
}
