import { closeSync, fdatasyncSync, ftruncateSync, readdirSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder } from '../../private-folder.ts'
import { flushToDisk, openFile, readWhole, syncFolder, writeAll, writeWhole } from './disk.ts'
import { encodeLabel, labelOctets } from './label.ts'
import type { OctetSource } from './octet-source.ts'
import type { Numbered, NumberedOctets, Place, SegmentState, Segments, Spool } from './segments.ts'

/** What lives in one finds room in the reserve (`reserve.ts`), so that a full disk gets its space back. */
const segmentOctets = 4 * 1024 * 1024
/** Segments that are open to be read from. */
const keptReaders = 16

/**
 * Segments as files `octets/000000000001` in a directory, which is made when missing.
 * @param foreign segments that hold what the database does not know: they are not listed and not dropped.
 */
export function fileSegments(directory: string, foreign: readonly number[] = []): Segments {
  return new FileSegments(directory, foreign)
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
  readonly #foreign: Set<number>
  readonly overhead = labelOctets

  constructor(directory: string, foreign: readonly number[]) {
    this.#foreign = new Set(foreign)
    this.#folder = join(directory, 'octets')
    makePrivateFolder(this.#folder)
    for (const name of readdirSync(this.#folder).sort()) {
      const path = join(this.#folder, name)
      const state = statSync(path, { throwIfNoEntry: false })
      // What is neither is somebody else's.
      if (state?.isFile() !== true) continue
      if (/^\d{12}$/.test(name)) this.#sizes.set(Number(name), state.size)
      else if (/^\d{12}\.partial$/.test(name)) unlinkSync(path) // what a crash left of a large message
    }
    this.#newest = Math.max(0, ...this.#sizes.keys())
  }

  append(messages: readonly NumberedOctets[]): readonly Place[] {
    if (!this.#active || this.#active.end >= segmentOctets) this.#active = this.#next()
    const active = this.#active
    let end = active.end
    const places = messages.map(({ octets }) => {
      const place = { segment: active.segment, offset: end + labelOctets }
      end = place.offset + octets.length
      return place
    })
    const pieces = messages.flatMap(({ octets, ...label }) => [
      encodeLabel({ ...label, octets: octets.length }),
      octets,
    ])
    try {
      writeAll(active.descriptor, pieces, active.end)
    } catch (error) {
      // On a full disk part of it would keep its space.
      ftruncateSync(active.descriptor, active.end)
      throw error
    }
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
      return { segment, offset: labelOctets }
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

  holds({ segment, offset }: Place, octets: number): boolean {
    return offset + octets <= (this.#sizes.get(segment) ?? -1)
  }

  read(place: Place, start: number, end: number): Uint8Array {
    return readWhole(this.#reader(place.segment), place.offset + start, place.offset + end)
  }

  seal(): void {
    if (!this.#active) return
    if (this.#active.dirty) fdatasyncSync(this.#active.descriptor)
    closeSync(this.#active.descriptor)
    this.#active = undefined
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
    rmSync(this.#path(segment), { force: true })
  }

  list(): readonly SegmentState[] {
    const active = this.#active?.segment
    const own = [...this.#sizes].filter(([segment]) => !this.#foreign.has(segment))
    return own.map(([segment, octets]) => ({ segment, octets, active: segment === active }))
  }

  keep(segment: number): void {
    this.#foreign.add(segment)
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
    this.seal()
    const segment = ++this.#newest
    const descriptor = openFile(this.#path(segment), 'wx')
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
    const descriptor = openFile(this.#path(segment), 'r')
    this.#readers.set(segment, descriptor)
    return descriptor
  }
}

/** Octets of a large message that may wait in the system's memory, so that its last flush is a short one. */
const unflushedOctets = 8 * 1024 * 1024

/** A large message, under a name that no segment has until it is whole. Its label is written last. */
class FileSpool implements Spool {
  readonly #path: string
  readonly #partial: string
  readonly #finished: (octets: number) => Place
  readonly #descriptor: number
  #size = 0
  #flushedSize = 0
  #flushing: Promise<void> = Promise.resolve()
  #place: Place | undefined

  constructor(path: string, finished: (octets: number) => Place) {
    this.#path = path
    this.#partial = `${path}.partial`
    this.#finished = finished
    this.#descriptor = openFile(this.#partial, 'wx+')
  }

  write(chunk: Uint8Array): void {
    writeWhole(this.#descriptor, chunk, labelOctets + this.#size)
    this.#size += chunk.length
    if (this.#size - this.#flushedSize < unflushedOctets) return
    this.flush().catch(() => undefined) // the last one says it again
  }

  read(start: number, end: number): Uint8Array {
    return readWhole(this.#descriptor, labelOctets + start, labelOctets + end)
  }

  flush(): Promise<void> {
    this.#flushedSize = this.#size
    this.#flushing = this.#flushing.then(() => flushToDisk(this.#descriptor))
    return this.#flushing
  }

  finish(message: Numbered): Place {
    if (this.#place === undefined) {
      writeWhole(this.#descriptor, encodeLabel({ ...message, octets: this.#size, checksum: undefined }), 0)
      fdatasyncSync(this.#descriptor)
      renameSync(this.#partial, this.#path)
      this.#place = this.#finished(labelOctets + this.#size)
    }
    return this.#place
  }

  close(): void {
    if (this.#place === undefined) rmSync(this.#partial, { force: true })
    const closeFile = (): void => closeSync(this.#descriptor)
    this.#flushing.then(closeFile, closeFile)
  }
}
