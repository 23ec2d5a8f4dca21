import { RenderingChild, type ChildAnswer, type ChildSettings } from './rendering-child.ts'
import type { Jobs } from './rendering-protocol.ts'

/** Jobs one after the other, in a process that is replaced when it ends or is spent. */
export class RenderingQueue {
  readonly #settings: ChildSettings
  #child: RenderingChild | undefined
  /** Engines in use: a new process loads them before a rendering asks. */
  readonly #engines = new Set<string>()
  /** Resolves when the rendering before has ended; never rejects. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(settings: ChildSettings) {
    this.#settings = settings
  }

  warm(engines: readonly string[]): void {
    for (const engine of engines) this.#engines.add(engine)
    if (!this.#closed) this.#running().tell({ kind: 'load', engines })
  }

  do<Kind extends keyof Jobs>(job: Jobs[Kind]): Promise<ChildAnswer<Kind>> {
    const answer = this.#last.then(() => this.#do(job))
    this.#last = answer
    return answer
  }

  forget(files: readonly string[]): void {
    this.#child?.tell({ kind: 'forget', files })
  }

  /** Resolves when no process is left. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#child?.end()
    await this.#last
  }

  async #do<Kind extends keyof Jobs>(job: Jobs[Kind]): Promise<ChildAnswer<Kind>> {
    if (this.#closed) return { ended: 'Rendering has ended' }
    if (job.kind === 'render') this.#engines.add(job.request.engine)
    const child = this.#running()
    const answer = await child.do(job)
    if (!('result' in answer) || answer.spent) {
      await child.end()
      // The next save finds a process that is ready.
      if (!this.#hasClosed()) this.warm([])
    }
    return answer
  }

  /** Asked again after waiting. */
  #hasClosed(): boolean {
    return this.#closed
  }

  #running(): RenderingChild {
    if (this.#child?.usable !== true) {
      this.#child = new RenderingChild(this.#settings)
      this.#child.tell({ kind: 'load', engines: [...this.#engines] })
    }
    return this.#child
  }
}
