import { silentLog } from '../../src/log.ts'
import { systemClock } from '../../src/clock.ts'
import type { IndexItem } from '../../src/store/sqlite/index-calls.ts'
import type { OctetSource } from '../../src/store/sqlite/octet-source.ts'
import type { TextIndexOptions } from '../../src/store/sqlite/text-index.ts'

/** Octets in memory that threads share. */
export function sharedSource(octets: Uint8Array): OctetSource {
  const buffer = new SharedArrayBuffer(octets.length)
  new Uint8Array(buffer).set(octets)
  return { kind: 'shared', buffer, offset: 0, octets: octets.length }
}

/** Messages by number, as a store would have them: what the text index asks of its owner. */
export class Corpus {
  readonly items = new Map<number, IndexItem>()
  /** What `next` was asked: `after` of each call. */
  readonly asked: number[] = []
  /** Waited for before each answer of `next`. */
  gate: Promise<void> = Promise.resolve()
  #last = 0

  /** @returns the number. */
  add(message: string, options: Partial<IndexItem> = {}): number {
    const number = options.number ?? ++this.#last
    this.#last = number
    const source = options.source ?? sharedSource(Buffer.from(message.replaceAll('\n', '\r\n')))
    this.items.set(number, { rcpt: [], sender: '', ...options, number, source })
    return number
  }

  /** The options of an index that follows this corpus. */
  options(more: Partial<TextIndexOptions> = {}): TextIndexOptions {
    return {
      file: undefined,
      identity: 'corpus',
      clock: systemClock,
      log: silentLog,
      next: async (after, limit) => {
        this.asked.push(after)
        const page = [...this.items.values()].filter(({ number }) => number > after).slice(0, limit)
        await this.gate
        return page
      },
      count: async () => this.items.size,
      numbers: async () => [...this.items.keys()],
      ...more,
    }
  }
}
