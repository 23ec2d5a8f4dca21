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

/**
 * Where raw octets live: appended to segments, never changed. A segment is a file, or a SharedArrayBuffer where nothing
 * is kept, so that every thread reads octets without asking the store. A message larger than a segment should hold
 * has a segment of its own.
 *
 * A write counts once `flush` has returned. What a crash leaves behind it in a segment belongs to nobody.
 */
export interface Segments {
  /**
   * Appends messages, one after another, and says where each is. Not safe before `flush`.
   * @throws on a full disk; the segment is then as before for all who read it.
   */
  append(messages: readonly Uint8Array[]): readonly Place[]
  /** Opens a segment of its own for one large message. */
  spool(): Spool
  /** Makes everything appended before the call durable. Nothing is appended, dropped or closed before it has resolved. */
  flush(): Promise<void>
  source(place: Place, octets: number): OctetSource
  read(place: Place, start: number, end: number): Uint8Array
  /** Frees a segment; the one that is being appended to is left for a new one. */
  drop(segment: number): void
  /** Which there are, with their size in octets; the active one is the last. */
  list(): readonly { readonly segment: number; readonly octets: number; readonly active: boolean }[]
  close(): void
}

export interface Place {
  readonly segment: number
  readonly offset: number
}

/** A large message on its way in. */
export interface Spool {
  write(chunk: Uint8Array): void
  /** Durable when it returns. */
  finish(): Place
  read(start: number, end: number): Uint8Array
  abort(): void
}

const flushToDisk = promisify(fdatasync)
const segmentOctets = 32 * 1024 * 1024

/** Segments as files `octets/000000000001` in a directory, which is made when missing. */
export function fileSegments(directory: string): Segments {
  const folder = join(directory, 'octets')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = (segment: number): string => join(folder, String(segment).padStart(12, '0'))
  const sizes = new Map<number, number>()
  for (const name of readdirSync(folder).sort()) {
    if (/^\d{12}$/.test(name)) sizes.set(Number(name), statSync(join(folder, name)).size)
    else unlinkSync(join(folder, name))
  }
  let newest = Math.max(0, ...sizes.keys())
  let active = { segment: 0, descriptor: -1, end: 0, dirty: false }
  const readers = new Map<number, number>()

  const activate = (): void => {
    if (active.descriptor >= 0) {
      if (active.dirty) fdatasyncSync(active.descriptor)
      closeSync(active.descriptor)
    }
    const segment = ++newest
    active = { segment, descriptor: openSync(path(segment), 'wx', 0o600), end: 0, dirty: false }
    sizes.set(segment, 0)
    syncFolder(folder)
  }
  const reader = (segment: number): number => {
    const known = readers.get(segment)
    if (known !== undefined) return known
    if (readers.size >= 16) {
      const [oldest, descriptor] = readers.entries().next().value ?? [0, -1]
      closeSync(descriptor)
      readers.delete(oldest)
    }
    const descriptor = openSync(path(segment), 'r')
    readers.set(segment, descriptor)
    return descriptor
  }

  return {
    append(messages) {
      if (active.descriptor < 0 || active.end >= segmentOctets) activate()
      const { segment } = active
      let end = active.end
      const places = messages.map((octets) => {
        const place = { segment, offset: end }
        end += octets.length
        return place
      })
      writeAll(active.descriptor, messages, active.end)
      active.end = end
      active.dirty = true
      sizes.set(segment, end)
      return places
    },
    spool() {
      const segment = ++newest
      const partial = `${path(segment)}.partial`
      const descriptor = openSync(partial, 'wx+', 0o600)
      let size = 0
      return {
        write(chunk) {
          writeWhole(descriptor, chunk, size)
          size += chunk.length
        },
        finish() {
          fdatasyncSync(descriptor)
          closeSync(descriptor)
          renameSync(partial, path(segment))
          syncFolder(folder)
          sizes.set(segment, size)
          return { segment, offset: 0 }
        },
        read: (start, end) => readWhole(descriptor, start, end),
        abort() {
          closeSync(descriptor)
          unlinkSync(partial)
        },
      }
    },
    async flush() {
      if (!active.dirty) return
      await flushToDisk(active.descriptor)
      active.dirty = false
    },
    source: (place, octets) => ({ kind: 'file', path: path(place.segment), offset: place.offset, octets }),
    read: (place, start, end) => readWhole(reader(place.segment), place.offset + start, place.offset + end),
    drop(segment) {
      if (segment === active.segment && active.descriptor >= 0) {
        closeSync(active.descriptor)
        active = { segment: 0, descriptor: -1, end: 0, dirty: false }
      }
      const descriptor = readers.get(segment)
      if (descriptor !== undefined) closeSync(descriptor)
      readers.delete(segment)
      sizes.delete(segment)
      unlinkSync(path(segment))
    },
    list: () => [...sizes].map(([segment, octets]) => ({ segment, octets, active: segment === active.segment })),
    close() {
      if (active.descriptor >= 0) closeSync(active.descriptor)
      for (const descriptor of readers.values()) closeSync(descriptor)
      readers.clear()
    },
  }
}

/** Segments in memory that all threads share. */
export function sharedSegments(): Segments {
  const segments = new Map<number, { readonly buffer: SharedArrayBuffer; end: number }>()
  let newest = 0
  let active = 0
  const sharedOctets = 4 * 1024 * 1024
  const find = (segment: number): { readonly buffer: SharedArrayBuffer; end: number } => {
    const found = segments.get(segment)
    if (!found) throw new Error(`No segment ${segment}`)
    return found
  }
  const add = (octets: number): number => {
    segments.set(++newest, { buffer: new SharedArrayBuffer(octets), end: 0 })
    return newest
  }
  const appendOne = (octets: Uint8Array): Place => {
    let current = segments.get(active)
    if (!current || current.end + octets.length > current.buffer.byteLength) {
      active = add(Math.max(sharedOctets, octets.length))
      current = find(active)
    }
    const offset = current.end
    new Uint8Array(current.buffer, offset, octets.length).set(octets)
    current.end += octets.length
    return { segment: active, offset }
  }
  return {
    append: (messages) => messages.map(appendOne),
    spool() {
      const chunks: Uint8Array[] = []
      const joined = (): Uint8Array => (chunks.length === 1 ? (chunks[0] ?? new Uint8Array()) : Buffer.concat(chunks))
      return {
        write: (chunk) => void chunks.push(chunk),
        read(start, end) {
          if (chunks.length > 1) chunks.splice(0, chunks.length, joined())
          return joined().subarray(start, end)
        },
        finish() {
          const segment = add(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
          const { buffer } = find(segment)
          let end = 0
          for (const chunk of chunks) {
            new Uint8Array(buffer, end, chunk.length).set(chunk)
            end += chunk.length
          }
          find(segment).end = end
          return { segment, offset: 0 }
        },
        abort: () => void chunks.splice(0),
      }
    },
    flush: () => Promise.resolve(),
    source: (place, octets) => ({ kind: 'shared', buffer: find(place.segment).buffer, offset: place.offset, octets }),
    read: (place, start, end) => new Uint8Array(find(place.segment).buffer, place.offset + start, end - start),
    drop(segment) {
      segments.delete(segment)
      if (segment === active) active = 0
    },
    list: () => [...segments].map(([segment, { end }]) => ({ segment, octets: end, active: segment === active })),
    close: () => segments.clear(),
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
