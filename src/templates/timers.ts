/** Timers that end together. They do not hold the process. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>()

  /** Calls once after so many milliseconds. @returns the way out. */
  after(delayMs: number, call: () => void): () => void {
    const timer = setTimeout(() => {
      this.#running.delete(timer)
      call()
    }, delayMs).unref()
    this.#running.add(timer)
    return () => {
      clearTimeout(timer)
      this.#running.delete(timer)
    }
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer)
    this.#running.clear()
  }
}
