import { open, type FileHandle } from 'node:fs/promises'
import type { Octets } from '../store.ts'
import type { OctetSource } from './octet-source.ts'

const chunkOctets = 256 * 1024

/** Opens the octets where they are. @returns undefined when the file is gone: the message was deleted or moved meanwhile. */
export async function openOctets(source: OctetSource): Promise<Octets | undefined> {
  if (source.kind === 'shared') {
    // A copy: what the store returns can be kept, and views of shared memory are refused by much of the platform.
    return octetsOf(source.octets, (start, end) =>
      Promise.resolve(new Uint8Array(source.buffer, source.offset + start, end - start).slice()),
    )
  }
  let file: FileHandle
  try {
    file = await open(source.path, 'r')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
  const close = (): void => void file.close()
  return octetsOf(source.octets, (start, end) => readFully(file, source.offset + start, end - start), close)
}

function octetsOf(
  size: number,
  readRange: (start: number, end: number) => Promise<Uint8Array>,
  close = (): void => undefined,
): Octets {
  const clamp = (position: number): number => Math.min(Math.max(0, position), size)
  return {
    octets: size,
    async read(start, end) {
      const from = clamp(start)
      const to = clamp(end)
      return to > from ? readRange(from, to) : new Uint8Array()
    },
    async *stream(start = 0, end = size) {
      const to = clamp(end)
      for (let from = clamp(start); from < to; from += chunkOctets) {
        yield await readRange(from, Math.min(from + chunkOctets, to))
      }
    },
    close,
  }
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const octets = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(octets, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new Error(`A segment ends ${length - filled} octets before its message does`)
    filled += bytesRead
  }
  return octets
}
