import type { OctetSource } from './octet-source.ts'
import type { NumberedOctets, Place, SegmentState, Segments, Spool } from './segments.ts'

const sharedOctets = 4 * 1024 * 1024

interface SharedSegment {
  readonly buffer: SharedArrayBuffer
  end: number
}

/** Segments in memory that all threads share. */
export function sharedSegments(): Segments {
  return new SharedSegments()
}

class SharedSegments implements Segments {
  readonly #segments = new Map<number, SharedSegment>()
  #newest = 0
  #active = 0
  readonly overhead = 0

  append(messages: readonly NumberedOctets[]): readonly Place[] {
    return messages.map(({ octets }) => this.#append(octets))
  }

  spool(): Spool {
    return new SharedSpool((chunks, octets) => {
      const segment = this.#add(octets)
      for (const chunk of chunks) this.#fill(segment, chunk)
      return { segment, offset: 0 }
    })
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  source(place: Place, octets: number): OctetSource {
    return { kind: 'shared', buffer: this.#find(place.segment).buffer, offset: place.offset, octets }
  }

  holds({ segment, offset }: Place, octets: number): boolean {
    return offset + octets <= (this.#segments.get(segment)?.end ?? -1)
  }

  read(place: Place, start: number, end: number): Uint8Array {
    return new Uint8Array(this.#find(place.segment).buffer, place.offset + start, end - start)
  }

  seal(): void {
    this.#active = 0
  }

  drop(segment: number): void {
    this.#segments.delete(segment)
    if (segment === this.#active) this.#active = 0
  }

  list(): readonly SegmentState[] {
    return [...this.#segments].map(([segment, { end }]) => ({ segment, octets: end, active: segment === this.#active }))
  }

  keep(): void {
    // Nothing is here from before.
  }

  close(): void {
    this.#segments.clear()
  }

  #append(octets: Uint8Array): Place {
    const current = this.#segments.get(this.#active)
    if (!current || current.end + octets.length > current.buffer.byteLength) {
      this.#active = this.#add(Math.max(sharedOctets, octets.length))
    }
    return { segment: this.#active, offset: this.#fill(this.#active, octets) }
  }

  #add(octets: number): number {
    this.#segments.set(++this.#newest, { buffer: new SharedArrayBuffer(octets), end: 0 })
    return this.#newest
  }

  /** @returns where it begins. */
  #fill(segment: number, octets: Uint8Array): number {
    const found = this.#find(segment)
    const offset = found.end
    new Uint8Array(found.buffer, offset, octets.length).set(octets)
    found.end += octets.length
    return offset
  }

  #find(segment: number): SharedSegment {
    const found = this.#segments.get(segment)
    if (!found) throw new Error(`No segment ${segment}`)
    return found
  }
}

class SharedSpool implements Spool {
  readonly #finished: (chunks: readonly Uint8Array[], octets: number) => Place
  #chunks: Uint8Array[] = []
  #size = 0
  #place: Place | undefined

  constructor(finished: (chunks: readonly Uint8Array[], octets: number) => Place) {
    this.#finished = finished
  }

  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  read(start: number, end: number): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]?.subarray(start, end) ?? new Uint8Array()
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  finish(): Place {
    return (this.#place ??= this.#finished(this.#chunks, this.#size))
  }

  close(): void {
    this.#chunks = []
  }
}
