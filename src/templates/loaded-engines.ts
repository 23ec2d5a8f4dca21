import type { LoadedEngine, Project } from './engine.ts'
import { engineNamed } from './engines.ts'

/** The engines of a rendering process, each loaded when it is first asked for. */
export class LoadedEngines {
  readonly #project: Project
  readonly #engines = new Map<string, Promise<LoadedEngine>>()

  constructor(project: Project) {
    this.#project = project
  }

  /** @throws MissingPackage, and whatever an engine throws while it is loaded; the next time is another try. */
  get(name: string): Promise<LoadedEngine> {
    const known = this.#engines.get(name)
    if (known !== undefined) return known
    const loading = engineNamed(name)?.load(this.#project) ?? Promise.reject(new Error(`There is no engine ${name}`))
    this.#engines.set(name, loading)
    loading.catch(() => this.#engines.delete(name))
    return loading
  }

  /** @param files Absolute. */
  async forget(files: readonly string[]): Promise<void> {
    for (const engine of await Promise.allSettled(this.#engines.values())) {
      if (engine.status === 'fulfilled') engine.value.forget(files)
    }
  }
}
