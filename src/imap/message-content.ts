/** The octets of messages for one command: small ones in memory, read many at a time; large ones as they are sent. */
import { scanInTurns } from '../mime/scan-in-turns.ts'
import type { MessageTree } from '../mime/tree.ts'
import type { MessageKey } from '../store/message.ts'
import type { Octets, ReadMessage, Store } from '../store/store.ts'

export interface MessageContent {
  readonly octets: number
  /** All of it, where it is in memory. */
  readonly whole: Uint8Array | undefined
  tree(): Promise<MessageTree>
  read(start: number, end: number): Promise<Uint8Array>
  stream(start: number, end: number): AsyncIterable<Uint8Array>
  close(): void
}

export interface Contents {
  /** To be asked in the order of the keys. Undefined for a message that is gone. */
  next(key: MessageKey): Promise<MessageContent | undefined>
  close(): Promise<void>
}

export function contentsOf(store: Store, entries: readonly { readonly key: MessageKey }[]): Contents {
  const reading =
    entries.length === 0 ? undefined : store.readAll(entries.map(({ key }) => key))[Symbol.asyncIterator]()
  return {
    async next(key) {
      const result = await reading?.next()
      if (result === undefined || result.done === true) return undefined
      if (result.value.key !== key) throw new Error('Messages were read in another order')
      return contentOf(result.value)
    },
    async close() {
      await reading?.return?.()
    },
  }
}

function contentOf({ octets, large }: ReadMessage): MessageContent | undefined {
  if (octets !== undefined) return inMemory(octets)
  return large && onDisk(large)
}

function inMemory(octets: Uint8Array): MessageContent {
  let tree: Promise<MessageTree> | undefined
  return {
    octets: octets.length,
    whole: octets,
    tree: () => (tree ??= scanInTurns([octets], octets.length)),
    read: (start, end) => Promise.resolve(octets.subarray(start, end)),
    async *stream(start, end) {
      yield await Promise.resolve(octets.subarray(start, end))
    },
    close: () => undefined,
  }
}

function onDisk(octets: Octets): MessageContent {
  let tree: Promise<MessageTree> | undefined
  return {
    octets: octets.octets,
    whole: undefined,
    tree: () => (tree ??= scanInTurns(octets.stream(), octets.octets)),
    read: (start, end) => octets.read(start, end),
    stream: (start, end) => octets.stream(start, end),
    close: () => octets.close(),
  }
}
