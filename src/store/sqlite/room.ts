import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { reservedOctets, reserveName } from './reserve.ts'

/** How long an answer is good for, milliseconds: asked for each message, and a disk does not fill in less. */
const freshMs = 200

/**
 * How much a message may take: what the file system has left, without what is kept in reserve. REL-6.
 * @param directory undefined: memory, of which there is always enough to try.
 * @returns octets. A file system that does not say has enough too; its own error comes in time.
 */
export function roomOf(directory: string | undefined, clock: Clock): () => number {
  if (directory === undefined) return () => Infinity
  let room = Infinity
  let askedAt = -Infinity
  return () => {
    const now = clock.monotonic()
    if (now - askedAt < freshMs) return room
    askedAt = now
    room = roomIn(directory)
    return room
  }
}

/** As `roomOf`, at this moment; less than 0 while others have some of the reserve. */
export function roomIn(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    const reserve = statSync(join(directory, reserveName), { throwIfNoEntry: false })
    return bavail * bsize - Math.max(reservedOctets - (reserve?.size ?? 0), 0)
  } catch {
    return Infinity
  }
}
