import { open, type FileHandle } from 'node:fs/promises'
import type { MessageKey } from '../message.ts'
import type { Octets, ReadMessage } from '../store.ts'
import type { OctetSource } from './octet-source.ts'

/** Messages that are looked up by one call. */
const lookedUp = 256
/** Octets that are read by one read; a larger message is opened by itself. */
const together = 1024 * 1024
/** Octets between two messages that are read along rather than left out. */
const gap = 16 * 1024

export interface ReadAllCalls {
  locateAll(keys: readonly MessageKey[]): Promise<readonly (OctetSource | undefined)[]>
  open(key: MessageKey): Promise<Octets | undefined>
}

interface Located {
  readonly key: MessageKey
  readonly source: OctetSource | undefined
}

type InFile = OctetSource & { readonly kind: 'file' }

/** As `Store.readAll`: messages that lie one after the other in a segment come by one read. */
export async function* readAll(keys: readonly MessageKey[], calls: ReadAllCalls): AsyncGenerator<ReadMessage> {
  const files = new OpenFiles()
  try {
    for (let from = 0; from < keys.length; from += lookedUp) {
      const some = keys.slice(from, from + lookedUp)
      const sources = await calls.locateAll(some)
      const located = some.map((key, i) => ({ key, source: sources[i] }))
      for (const group of neighbours(located)) yield* readGroup(group, files, calls)
    }
  } finally {
    await files.close()
  }
}

/** Messages of one file in the order of their octets, close together; every other message is by itself. */
function neighbours(located: readonly Located[]): readonly (readonly Located[])[] {
  const groups: Located[][] = []
  for (const each of located) {
    const group = groups.at(-1)
    const first = group?.[0]?.source
    const last = group?.at(-1)?.source
    if (group !== undefined && joins(first, last, each.source)) group.push(each)
    else groups.push([each])
  }
  return groups
}

function joins(first: OctetSource | undefined, last: OctetSource | undefined, next: OctetSource | undefined): boolean {
  if (first?.kind !== 'file' || last?.kind !== 'file' || next?.kind !== 'file' || next.path !== first.path) return false
  const end = last.offset + last.octets
  return next.offset >= end && next.offset - end <= gap && next.offset + next.octets - first.offset <= together
}

async function* readGroup(
  group: readonly Located[],
  files: OpenFiles,
  calls: ReadAllCalls,
): AsyncGenerator<ReadMessage> {
  const [first] = group
  const read = first?.source?.kind === 'file' ? await readTogether(group, files) : undefined
  for (const { key, source } of group) {
    if (source === undefined) yield { key }
    else if (source.kind === 'shared' && source.octets <= together) {
      yield { key, octets: new Uint8Array(source.buffer, source.offset, source.octets).slice() }
    } else if (read !== undefined && source.kind === 'file') {
      const start = source.offset - read.offset
      yield { key, octets: read.octets.subarray(start, start + source.octets) }
    } else yield await openedAlone(key, calls)
  }
}

/** What is large, or was moved by compaction between the two steps. */
async function openedAlone(key: MessageKey, calls: ReadAllCalls): Promise<ReadMessage> {
  const octets = await calls.open(key)
  if (octets === undefined) return { key }
  if (octets.octets > together) return { key, large: octets }
  try {
    return { key, octets: await octets.read(0, octets.octets) }
  } finally {
    octets.close()
  }
}

async function readTogether(
  group: readonly Located[],
  files: OpenFiles,
): Promise<{ readonly offset: number; readonly octets: Buffer } | undefined> {
  const first = group[0]?.source as InFile
  const last = group.at(-1)?.source as InFile
  const length = last.offset + last.octets - first.offset
  if (length > together) return undefined
  const file = await files.open(first.path)
  if (file === undefined) return undefined
  const octets = Buffer.allocUnsafeSlow(length)
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(octets, filled, length - filled, first.offset + filled)
    if (bytesRead === 0) throw new Error('A segment ends before its last message does')
    filled += bytesRead
  }
  return { offset: first.offset, octets }
}

/** Segments that are open for one reading. */
class OpenFiles {
  readonly #files = new Map<string, FileHandle | undefined>()

  /** Undefined where the file is gone. */
  async open(path: string): Promise<FileHandle | undefined> {
    if (this.#files.has(path)) return this.#files.get(path)
    const file = await open(path, 'r').catch((error: unknown) => {
      if ((error as { code?: string }).code === 'ENOENT') return undefined
      throw error
    })
    this.#files.set(path, file)
    return file
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file?.close()
  }
}
