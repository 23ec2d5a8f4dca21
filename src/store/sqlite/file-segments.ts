import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
  writevSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { OctetSource } from './octet-source.ts'
import type { Place, SegmentState, Segments, Spool } from './segments.ts'

const flushToDisk = promisify(fdatasync)
const segmentOctets = 32 * 1024 * 1024
/** Segments that are open to be read from. */
const keptReaders = 16

/** Segments as files `octets/000000000001` in a directory, which is made when missing. */
export function fileSegments(directory: string): Segments {
  return new FileSegments(directory)
}

interface ActiveSegment {
  readonly segment: number
  readonly descriptor: number
  end: number
  dirty: boolean
}

class FileSegments implements Segments {
  readonly #folder: string
  readonly #sizes = new Map<number, number>()
  readonly #readers = new Map<number, number>()
  #newest: number
  #active: ActiveSegment | undefined

  constructor(directory: string) {
    this.#folder = join(directory, 'octets')
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(this.#folder).sort()) {
      if (/^\d{12}$/.test(name)) this.#sizes.set(Number(name), statSync(join(this.#folder, name)).size)
      else unlinkSync(join(this.#folder, name)) // what a crash left of a large message
    }
    this.#newest = Math.max(0, ...this.#sizes.keys())
  }

  append(messages: readonly Uint8Array[]): readonly Place[] {
    if (!this.#active || this.#active.end >= segmentOctets) this.#active = this.#next()
    const active = this.#active
    let end = active.end
    const places = messages.map((octets) => {
      const place = { segment: active.segment, offset: end }
      end += octets.length
      return place
    })
    writeAll(active.descriptor, messages, active.end)
    active.end = end
    active.dirty = true
    this.#sizes.set(active.segment, end)
    return places
  }

  spool(): Spool {
    const segment = ++this.#newest
    return new FileSpool(this.#path(segment), (octets) => {
      syncFolder(this.#folder)
      this.#sizes.set(segment, octets)
      return { segment, offset: 0 }
    })
  }

  async flush(): Promise<void> {
    const active = this.#active
    if (!active?.dirty) return
    await flushToDisk(active.descriptor)
    active.dirty = false
  }

  source(place: Place, octets: number): OctetSource {
    return { kind: 'file', path: this.#path(place.segment), offset: place.offset, octets }
  }

  read(place: Place, start: number, end: number): Uint8Array {
    return readWhole(this.#reader(place.segment), place.offset + start, place.offset + end)
  }

  drop(segment: number): void {
    if (segment === this.#active?.segment) {
      closeSync(this.#active.descriptor)
      this.#active = undefined
    }
    const descriptor = this.#readers.get(segment)
    if (descriptor !== undefined) closeSync(descriptor)
    this.#readers.delete(segment)
    this.#sizes.delete(segment)
    unlinkSync(this.#path(segment))
  }

  list(): readonly SegmentState[] {
    const active = this.#active?.segment
    return [...this.#sizes].map(([segment, octets]) => ({ segment, octets, active: segment === active }))
  }

  close(): void {
    if (this.#active) closeSync(this.#active.descriptor)
    this.#active = undefined
    for (const descriptor of this.#readers.values()) closeSync(descriptor)
    this.#readers.clear()
  }

  #path(segment: number): string {
    return join(this.#folder, String(segment).padStart(12, '0'))
  }

  #next(): ActiveSegment {
    if (this.#active?.dirty) fdatasyncSync(this.#active.descriptor)
    if (this.#active) closeSync(this.#active.descriptor)
    const segment = ++this.#newest
    const descriptor = openSync(this.#path(segment), 'wx', 0o600)
    this.#sizes.set(segment, 0)
    syncFolder(this.#folder)
    return { segment, descriptor, end: 0, dirty: false }
  }

  #reader(segment: number): number {
    const known = this.#readers.get(segment)
    if (known !== undefined) return known
    const [oldest] = this.#readers
    if (oldest && this.#readers.size >= keptReaders) {
      closeSync(oldest[1])
      this.#readers.delete(oldest[0])
    }
    const descriptor = openSync(this.#path(segment), 'r')
    this.#readers.set(segment, descriptor)
    return descriptor
  }
}

/** A large message, under a name that no segment has until it is whole. */
class FileSpool implements Spool {
  readonly #path: string
  readonly #partial: string
  readonly #finished: (octets: number) => Place
  readonly #descriptor: number
  #size = 0

  constructor(path: string, finished: (octets: number) => Place) {
    this.#path = path
    this.#partial = `${path}.partial`
    this.#finished = finished
    this.#descriptor = openSync(this.#partial, 'wx+', 0o600)
  }

  write(chunk: Uint8Array): void {
    writeWhole(this.#descriptor, chunk, this.#size)
    this.#size += chunk.length
  }

  read(start: number, end: number): Uint8Array {
    return readWhole(this.#descriptor, start, end)
  }

  finish(): Place {
    fdatasyncSync(this.#descriptor)
    closeSync(this.#descriptor)
    renameSync(this.#partial, this.#path)
    return this.#finished(this.#size)
  }

  abort(): void {
    closeSync(this.#descriptor)
    unlinkSync(this.#partial)
  }
}

/** A new name in a folder survives a power cut only when the folder was flushed too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** In one call where the system takes it so, which it does but for a full disk and the like. */
function writeAll(descriptor: number, messages: readonly Uint8Array[], position: number): void {
  const size = messages.reduce((sum, { length }) => sum + length, 0)
  if (size === 0 || writevSync(descriptor, messages, position) === size) return
  let at = position
  for (const octets of messages) {
    writeWhole(descriptor, octets, at)
    at += octets.length
  }
}

function writeWhole(descriptor: number, octets: Uint8Array, position: number): void {
  let written = 0
  while (written < octets.length) {
    written += writeSync(descriptor, octets, written, octets.length - written, position + written)
  }
}

function readWhole(descriptor: number, start: number, end: number): Uint8Array {
  const octets = new Uint8Array(Math.max(0, end - start))
  let read = 0
  while (read < octets.length) {
    const count = readSync(descriptor, octets, read, octets.length - read, start + read)
    if (count === 0) return octets.subarray(0, read)
    read += count
  }
  return octets
}
