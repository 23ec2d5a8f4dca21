/** What modules of data export: run once, and again when a file of theirs has changed. */
import { join } from 'node:path'
import { isObject } from './fixtures.ts'
import type { Evaluation, Renderer } from './renderer.ts'

export class DataModules {
  readonly #renderer: Renderer
  readonly #root: string
  readonly #runs = new Map<string, Promise<Evaluation>>()
  readonly #done = new Map<string, Evaluation>()
  readonly #names = new Map<string, readonly string[]>()

  constructor(renderer: Renderer, root: string) {
    this.#renderer = renderer
    this.#root = root
  }

  /** @param file Relative to the root. Never rejects. */
  evaluate(file: string): Promise<Evaluation> {
    const known = this.#runs.get(file)
    if (known !== undefined) return known
    const run = this.#renderer.evaluate(join(this.#root, file)).then((evaluation) => {
      if (this.#runs.get(file) === run) this.#keep(file, evaluation)
      return evaluation
    })
    this.#runs.set(file, run)
    return run
  }

  /** Names of fixtures in it; undefined as long as they are not known. What fails has the names it had. */
  namesIn(file: string): readonly string[] | undefined {
    return this.#names.get(file)
  }

  /** Runs those that were not; resolves when all are known. */
  async evaluateAll(files: readonly string[]): Promise<void> {
    await Promise.all(files.map((file) => this.evaluate(file)))
  }

  /** Files changed: what is made of them is run again when it is needed. @returns Those, relative. */
  forget(files: ReadonlySet<string>): readonly string[] {
    const stale = [...this.#runs.keys()].filter((file) => {
      const made = this.#done.get(file)
      // One that runs right now may have read the old text.
      return made === undefined || files.has(file) || made.files.some((part) => files.has(part))
    })
    for (const file of stale) this.#runs.delete(file)
    return stale
  }

  #keep(file: string, evaluation: Evaluation): void {
    this.#done.set(file, evaluation)
    const failed = evaluation.diagnostics.some(({ severity }) => severity === 'error')
    const names = [...evaluation.exports].filter(([, value]) => isObject(value)).map(([name]) => name)
    this.#names.set(file, failed ? (this.#names.get(file) ?? ['default']) : names)
  }
}
