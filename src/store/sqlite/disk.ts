/** Writing and reading a file to the last octet, and making it last. Synchronous where nobody waits in this thread. */
import { closeSync, fdatasync, fstatSync, fsyncSync, openSync, readSync, writeSync, writevSync } from 'node:fs'
import { promisify } from 'node:util'
import { StoreError } from '../store.ts'
import { isFull } from './driver.ts'

const flushData = promisify(fdatasync)

/**
 * Of a descriptor, away from this thread.
 * @throws StoreError `damaged` for a file that was removed: what is in it is gone with this process.
 */
export async function flushToDisk(descriptor: number): Promise<void> {
  await flushData(descriptor)
  if (fstatSync(descriptor).nlink > 0) return
  throw folderRemoved()
}

/** A file of the store, by its name; private where it is made. @throws StoreError `damaged` where it cannot be there. */
export function openFile(path: string, flags: 'r' | 'wx' | 'wx+'): number {
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? folderRemoved() : error
  }
}

function folderRemoved(): StoreError {
  return new StoreError('damaged', 'The data folder was removed while the server runs; start it again')
}

/** A new name in a folder survives a power cut only when the folder was flushed too. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes one after another from a position, in one call where the system takes it so, which it does but for a full disk and the like. */
export function writeAll(descriptor: number, messages: readonly Uint8Array[], position: number): void {
  const size = messages.reduce((sum, { length }) => sum + length, 0)
  if (size === 0 || writevSync(descriptor, messages, position) === size) return
  let at = position
  for (const octets of messages) {
    writeWhole(descriptor, octets, at)
    at += octets.length
  }
}

/** From a position. @throws on a full disk, with part of it written. */
export function writeWhole(descriptor: number, octets: Uint8Array, position: number): void {
  let written = 0
  while (written < octets.length) {
    written += writeSync(descriptor, octets, written, octets.length - written, position + written)
  }
}

/** Less where the file ends before. */
export function readWhole(descriptor: number, start: number, end: number): Uint8Array {
  const octets = new Uint8Array(Math.max(0, end - start))
  let read = 0
  while (read < octets.length) {
    const count = readSync(descriptor, octets, read, octets.length - read, start + read)
    if (count === 0) return octets.subarray(0, read)
    read += count
  }
  return octets
}

const pieceOctets = 1024 * 1024

/** A message in pieces that memory has room for. @param read from an octet of it to another */
export function* piecesOf(octets: number, read: (start: number, end: number) => Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets; at += pieceOctets) yield read(at, Math.min(at + pieceOctets, octets))
}

/** ENOSPC, EDQUOT; EFBIG is a file size limit (`ulimit -f`). */
export function isOutOfSpace(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || isFull(error)
}
