/** Which renderings depend on which files: what each of them really read, or looked for and did not find. */
export class Dependencies {
  readonly #files = new Map<string, ReadonlySet<string>>()
  readonly #keys = new Map<string, Set<string>>()

  /** Of a rendering, by its key; replaces what was known. @param files Relative to the root. */
  set(key: string, files: Iterable<string>): void {
    this.delete(key)
    const own = new Set(files)
    this.#files.set(key, own)
    for (const file of own) {
      const keys = this.#keys.get(file) ?? new Set()
      this.#keys.set(file, keys.add(key))
    }
  }

  delete(key: string): void {
    for (const file of this.#files.get(key) ?? []) {
      const keys = this.#keys.get(file)
      keys?.delete(key)
      if (keys?.size === 0) this.#keys.delete(file)
    }
    this.#files.delete(key)
  }

  /** Files of one rendering. */
  of(key: string): ReadonlySet<string> {
    return this.#files.get(key) ?? none
  }

  /** Renderings that depend on a file. */
  on(file: string): ReadonlySet<string> {
    return this.#keys.get(file) ?? none
  }
}

const none: ReadonlySet<string> = new Set()
