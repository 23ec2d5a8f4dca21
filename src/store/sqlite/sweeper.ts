import type { Log } from '../../log.ts'
import type { Commits } from './commits.ts'
import type { Compaction } from './compaction.ts'
import { isOutOfSpace } from './disk.ts'

export interface Sweeper {
  soon(): void
  /** Nothing begins after this. */
  end(): void
}

/** Octets and pages that were deleted together are swept together. */
const afterMs = 200
/** How soon it is tried again on a full disk. */
const againMs = 1000

/** Gives space back some time after deletions, one small step at a time between commits. */
export function sweeper(compaction: Compaction, { queue, short, giveRoom }: Commits, log: Log): Sweeper {
  let scheduled = false
  let over = false
  const step = async (segment: number): Promise<boolean> => {
    if (over) return false
    try {
      return await compaction.step(segment)
    } catch (error) {
      // What lives in a segment finds room there; then the whole segment is free.
      if (!isOutOfSpace(error) || !giveRoom()) throw error
      return compaction.step(segment)
    }
  }
  const sweep = async (): Promise<void> => {
    const segments = await queue.exclusive(() => (over ? [] : compaction.sweep({ thorough: short() })))
    for (const segment of segments) while (await queue.exclusive(() => step(segment)));
  }
  const failed = (error: unknown): void => {
    // What is deleted next, or by others, may make room for it.
    if (isOutOfSpace(error) && short()) return soon(againMs)
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ error: reason }, 'Space of deleted messages could not be freed')
  }
  const soon = (ms: number): void => {
    if (scheduled || over) return
    scheduled = true
    setTimeout(() => {
      scheduled = false
      sweep().catch(failed)
    }, ms).unref()
  }
  return {
    soon: () => soon(afterMs),
    end() {
      over = true
    },
  }
}
