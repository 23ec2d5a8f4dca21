/**
 * Parts of FETCH responses that cost work to make and never change: envelopes, structures, short sections. Bounded by
 * size; what was not asked for in a while goes, a half at a time.
 */
import type { MessageKey } from '../store/message.ts'

/** Characters that are kept, one octet each. */
const defaultLimit = 32 * 1024 * 1024
/** What an entry costs besides its text. */
const overhead = 150
/** Longer texts are made again. */
const longest = 16 * 1024

export class ResponseCache {
  readonly #half: number
  #young = new Map<string, string>()
  #old = new Map<string, string>()
  #size = 0

  constructor(limit = defaultLimit) {
    this.#half = limit / 2
  }

  /** @param item as the response names it. */
  get(key: MessageKey, item: string): string | undefined {
    const name = key + item
    const young = this.#young.get(name)
    if (young !== undefined) return young
    const old = this.#old.get(name)
    if (old !== undefined) this.#keep(name, old)
    return old
  }

  set(key: MessageKey, item: string, text: string): void {
    if (text.length <= longest) this.#keep(key + item, text)
  }

  #keep(name: string, text: string): void {
    this.#size += text.length + name.length + overhead
    if (this.#size > this.#half) {
      this.#old = this.#young
      this.#young = new Map()
      this.#size = text.length + name.length + overhead
    }
    this.#young.set(name, text)
  }
}
