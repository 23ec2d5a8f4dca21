import { renderingKey } from '../templates/rendering.ts'
import type { WireRenderingId, WireTemplatesEvent } from '../http/wire-types.ts'

/** Renderings in one hint. */
const maxRenderings = 500
/** Renderings, files and messages that wait; past that, listing again is less. */
const maxWaiting = 5_000

/** Hints that wait for a client, each thing once. */
export class PendingHints {
  readonly #outdated = new Map<string, WireRenderingId>()
  readonly #files = new Set<string>()
  readonly #tied = new Set<string>()
  /** Revision of the newest hint of each kind; undefined where none waits. */
  #catalogue: number | undefined
  #revision = 0

  add(hint: WireTemplatesEvent): void {
    this.#revision = Math.max(this.#revision, hint.revision)
    if (hint.kind === 'catalogue') this.#catalogue = hint.revision
    if (hint.kind === 'asset') this.#files.add(hint.file)
    if (hint.kind === 'tied') this.#tied.add(hint.key)
    if (hint.kind === 'outdated') for (const id of hint.renderings) this.#outdated.set(renderingKey(id), id)
    if (this.#outdated.size + this.#files.size + this.#tied.size <= maxWaiting) return
    this.#outdated.clear()
    this.#files.clear()
    this.#tied.clear()
    this.#catalogue = this.#revision
  }

  /** The next one to be said; undefined when all is said. */
  take(): WireTemplatesEvent | undefined {
    const revision = this.#revision
    if (this.#catalogue !== undefined) {
      const hint = { kind: 'catalogue', revision: this.#catalogue } as const
      this.#catalogue = undefined
      return hint
    }
    const waiting = [...this.#outdated].slice(0, maxRenderings)
    if (waiting.length > 0) {
      for (const [key] of waiting) this.#outdated.delete(key)
      return { kind: 'outdated', revision, renderings: waiting.map(([, id]) => id) }
    }
    for (const key of this.#tied) {
      this.#tied.delete(key)
      return { kind: 'tied', revision, key }
    }
    for (const file of this.#files) {
      this.#files.delete(file)
      return { kind: 'asset', revision, file }
    }
    return undefined
  }
}
