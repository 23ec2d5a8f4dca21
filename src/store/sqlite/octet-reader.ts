import { closeSync, openSync, readSync } from 'node:fs'
import type { RangeReader } from '../../mime/tree.ts'
import type { OctetSource } from './octet-source.ts'

/**
 * Reads octets from where the store keeps them, in a thread that is not the store's. It holds the files it has read
 * open until `release`, which is to be called soon: an open file of deleted messages still takes its space.
 */
export class OctetReader {
  readonly #descriptors = new Map<string, number>()

  /** A reader of the message's octets; undefined when the file is gone: the message was deleted, or moved. */
  open(source: OctetSource): RangeReader | undefined {
    if (source.kind === 'shared') {
      const { buffer, offset, octets } = source
      // A copy: decoders do not take memory that is shared.
      return (start, end) => Uint8Array.from(new Uint8Array(buffer, offset + start, Math.min(end, octets) - start))
    }
    const descriptor = this.#descriptor(source.path)
    if (descriptor === undefined) return undefined
    return (start, end) => readAt(descriptor, source.offset + start, Math.min(end, source.octets) - start)
  }

  /** Closes the files. */
  release(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor)
    this.#descriptors.clear()
  }

  #descriptor(path: string): number | undefined {
    const open = this.#descriptors.get(path)
    if (open !== undefined) return open
    if (this.#descriptors.size >= mostOpen) this.release()
    try {
      const descriptor = openSync(path, 'r')
      this.#descriptors.set(path, descriptor)
      return descriptor
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
}

const mostOpen = 16

function readAt(descriptor: number, position: number, length: number): Uint8Array {
  const octets = Buffer.allocUnsafe(Math.max(length, 0))
  let read = 0
  while (read < octets.length) {
    const count = readSync(descriptor, octets, read, octets.length - read, position + read)
    if (count === 0) return octets.subarray(0, read)
    read += count
  }
  return octets
}
