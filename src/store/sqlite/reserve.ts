import { randomFillSync } from 'node:crypto'
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { StoreError } from '../store.ts'
import { isOutOfSpace, writeWhole } from './disk.ts'

/**
 * Space that messages do not get. A full disk has none for the log of SQLite, so that nothing could be deleted any more
 * and what waits in the journal could not be committed: then this file is emptied, and messages are refused until it
 * could be filled again. REL-6.
 */
export const reservedOctets = 4 * 1024 * 1024
/** Of its file, in the data directory. */
export const reserveName = 'reserve'
/** How often a full disk is tried again, at most. Milliseconds. */
const retryMs = 500

export class Reserve {
  readonly #descriptor: number
  readonly #directory: string
  readonly #clock: Clock
  #held: boolean
  #triedAt = -Infinity

  /** Made when it is first needed. @throws what the file system says. */
  constructor(directory: string, clock: Clock) {
    this.#descriptor = openSync(join(directory, reserveName), constants.O_RDWR | constants.O_CREAT, 0o600)
    this.#directory = directory
    this.#clock = clock
    this.#held = fstatSync(this.#descriptor).size >= reservedOctets
  }

  /** Before a message is taken. @throws StoreError `full` while there is no space for the reserve. */
  require(): void {
    if (!this.#held && !this.#fill()) throw new StoreError('full', 'The disk is full')
  }

  /** Whether others have its space. */
  get given(): boolean {
    return !this.#held
  }

  /** Whether there is hardly more left than the reserve, or not even that. */
  short(): boolean {
    if (!this.#held) return true
    const { bavail, bsize } = statfsSync(this.#directory)
    return bavail * bsize < 2 * reservedOctets
  }

  /** Gives its space to others. @returns whether it had any. */
  release(): boolean {
    if (fstatSync(this.#descriptor).size === 0) return false
    ftruncateSync(this.#descriptor)
    this.#held = false
    this.#triedAt = this.#clock.monotonic()
    return true
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #fill(): boolean {
    const now = this.#clock.monotonic()
    if (now - this.#triedAt < retryMs) return false
    this.#triedAt = now
    try {
      // File systems that compress would keep nothing of zeros.
      writeWhole(this.#descriptor, randomFillSync(Buffer.allocUnsafe(reservedOctets)), 0)
      this.#held = true
    } catch (error) {
      if (!isOutOfSpace(error)) throw error
      ftruncateSync(this.#descriptor)
      // No file may be so large (`ulimit -f`): that says nothing of the disk.
      this.#held = (error as NodeJS.ErrnoException).code === 'EFBIG'
    }
    return this.#held
  }
}
