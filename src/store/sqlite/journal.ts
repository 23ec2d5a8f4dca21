import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Arrival } from '../store.ts'
import { flushToDisk, readWhole, syncFolder, writeWhole } from './disk.ts'
import type { Place } from './segments.ts'

/**
 * What was acknowledged and is not in `store.db` for good: one record for each batch of arrivals, flushed before the
 * reply. The database follows with one commit for many batches, so that a delivery waits for a short write and not for
 * every index. What a crash leaves here is filed again when the store is opened.
 *
 * A record is the number of octets of its JSON (4), their CRC-32 (4), and the JSON. After a commit of the database the
 * next record is written over the first: a flush then changes no size. What stands behind the newest record is old, as
 * its change numbers tell; one that is cut, or whose octets did not reach their segment, was acknowledged to nobody.
 */
export interface JournalRecord {
  /** Milliseconds since 1970: when they arrived. */
  readonly at: number
  readonly messages: readonly JournalledMessage[]
}

/** A message with the numbers it has been given. Filed again, it comes out the same. */
export interface JournalledMessage {
  readonly number: number
  /** One more than that of the message before. */
  readonly change: number
  readonly place: Place
  readonly octets: number
  /** CRC-32 of the octets; absent where they were flushed before the record was written. */
  readonly checksum?: number
  readonly arrival: Arrival
}

export interface Journal {
  /** Octets of its records. */
  readonly size: number
  /** Not safe before `flush`. @throws on a full disk; nothing was appended then. */
  append(record: JournalRecord): void
  /** Makes what was appended durable. */
  flush(): Promise<void>
  /** Takes back what was appended beyond this size: it was acknowledged to nobody. */
  cut(size: number): void
  /** The database holds everything: the next record is the first. */
  restart(): void
  /** In order. After opening, some may be older than the database. */
  records(): Iterable<JournalRecord>
  close(): void
}

const headOctets = 8
/** A file that grew beyond is cut when it has no records. */
const keptOctets = 4 * 1024 * 1024

/** The journal of a data directory; made when missing. */
export function openJournal(directory: string): Journal {
  const path = join(directory, 'journal')
  const isNew = !existsSync(path)
  const journal = new FileJournal(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600))
  if (isNew) syncFolder(directory)
  return journal
}

/** The records of a journal that nobody writes; those behind the first that is not whole are left out. */
export function* readJournal(path: string): Generator<JournalRecord> {
  const journal = new FileJournal(openSync(path, 'r'))
  try {
    yield* journal.records()
  } finally {
    journal.close()
  }
}

class FileJournal implements Journal {
  readonly #descriptor: number
  #size: number
  /** Of the file; old records may stand beyond `#size`. */
  #fileSize: number

  constructor(descriptor: number) {
    this.#descriptor = descriptor
    this.#size = this.#fileSize = fstatSync(descriptor).size
  }

  get size(): number {
    return this.#size
  }

  append(record: JournalRecord): void {
    const octets = encode(record)
    writeWhole(this.#descriptor, octets, this.#size)
    this.#size += octets.length
    this.#fileSize = Math.max(this.#fileSize, this.#size)
  }

  flush(): Promise<void> {
    return flushToDisk(this.#descriptor)
  }

  cut(size: number): void {
    ftruncateSync(this.#descriptor, size)
    this.#size = this.#fileSize = size
  }

  restart(): void {
    if (this.#fileSize > keptOctets) this.cut(0)
    this.#size = 0
  }

  *records(): Generator<JournalRecord> {
    for (let at = 0; at + headOctets <= this.#size;) {
      const head = Buffer.from(readWhole(this.#descriptor, at, at + headOctets).buffer)
      const end = at + headOctets + head.readUInt32BE(0)
      if (end > this.#size) return
      const json = readWhole(this.#descriptor, at + headOctets, end)
      if (crc32(json) !== head.readUInt32BE(4)) return
      const record = JSON.parse(Buffer.from(json.buffer).toString('utf8')) as Partial<JournalRecord> | null
      if (!Array.isArray(record?.messages)) return
      yield record as JournalRecord
      at = end
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

function encode(record: JournalRecord): Buffer {
  const json = JSON.stringify(record)
  const length = Buffer.byteLength(json)
  const octets = Buffer.allocUnsafe(headOctets + length)
  octets.write(json, headOctets)
  octets.writeUInt32BE(length, 0)
  octets.writeUInt32BE(crc32(octets.subarray(headOctets)), 4)
  return octets
}
