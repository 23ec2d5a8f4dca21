import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Change } from '../change.ts'
import { StoreError } from '../store.ts'
import type { Addresses } from './addresses.ts'
import { Arrivals } from './arrivals.ts'
import { Checkpoints } from './checkpoints.ts'
import { CommitQueue } from './commit-queue.ts'
import type { Counters } from './counters.ts'
import { isOutOfSpace } from './disk.ts'
import type { Damage } from './damage.ts'
import type { Database } from './driver.ts'
import { Filing } from './filing.ts'
import { openJournal } from './journal.ts'
import type { Mailboxes } from './mailboxes.ts'
import { Reserve } from './reserve.ts'
import { roomIn } from './room.ts'
import type { Segments } from './segments.ts'
import type { Sessions } from './sessions.ts'
import { Transactions } from './transaction.ts'

/** Everything that makes messages last, wired. */
export interface Commits {
  readonly transactions: Transactions
  readonly arrivals: Arrivals
  readonly queue: CommitQueue
  /**
   * Runs a transaction; where the disk is full once more, with what is kept in reserve for it.
   * @throws StoreError `full` where that is not enough; otherwise what `work` throws.
   */
  withReserve<Result>(work: () => Result): Result
  /** Runs what takes space and frees none: the reserve is not for it. @throws as `withReserve`. */
  withoutReserve<Result>(work: () => Result): Result
  /** Whether the disk is full, or nearly so. */
  short(): boolean
  /** Gives the reserve's space to what frees more. @returns whether there was any. */
  giveRoom(): boolean
  /** After the last commit, before the database is closed. */
  close(): void
}

interface CommitParts {
  readonly db: Database
  /** Undefined for memory. */
  readonly directory: string | undefined
  readonly segments: Segments
  readonly counters: Counters
  readonly mailboxes: Mailboxes
  readonly sessions: Sessions
  readonly addresses: Addresses
  readonly clock: Clock
  readonly setClock: (at: number) => void
  readonly log: Log
  readonly onChanges: (changes: readonly Change[]) => void
  /** What was committed is in the database file. */
  readonly onCheckpoint: () => void
  readonly damage: Damage
}

/** With what a crash left in the journal. @throws what the disk or SQLite says. */
export function openCommits(parts: CommitParts): Commits {
  const { db, directory, segments, counters, mailboxes, sessions, addresses, clock, setClock, log, onChanges } = parts
  const { onCheckpoint, damage } = parts
  const journal = directory === undefined ? undefined : openJournal(directory)
  const reserve = directory === undefined ? undefined : new Reserve(directory, clock)
  const checkpoints = new Checkpoints(db, {
    busy: () => transactions.open,
    done: onCheckpoint,
    failed: (error) => log.warn({ error: String(error) }, 'The log could not be written back'),
  })
  const transactions = new Transactions(db, {
    counters,
    mailboxes,
    onChanges,
    onOpen: () => commitSoon(),
    onCommit() {
      journal?.restart()
      // While the disk is full, the log may not take what is left for itself.
      if (reserve?.given === true) checkpoints.now()
      else checkpoints.committed()
    },
    onRollback() {
      sessions.forget()
      addresses.forget()
      arrivals.rolledBack()
    },
  })
  const filing = new Filing(db, { mailboxes, sessions, addresses })
  const arrivals = new Arrivals({ segments, journal, reserve, transactions, filing, clock, log, setClock })
  const damaged = (error: unknown): never => {
    throw damage.of(error)
  }
  const queue = new CommitQueue({ segments, commit: (batch) => arrivals.commit(batch).catch(damaged) })
  const { withReserve, withoutReserve } = roomMakers({ directory, reserve, checkpoints, arrivals })
  const commitSoon = committer({ transactions, arrivals, queue, withReserve }, { log, damage })
  withReserve(() => arrivals.recover())
  const close = (): void => {
    checkpoints.close()
    journal?.close()
    reserve?.close()
  }
  const giveRoom = (): boolean => {
    const emptied = !transactions.open && checkpoints.now()
    return (reserve?.release() ?? false) || emptied
  }
  return {
    transactions,
    arrivals,
    queue,
    withReserve,
    withoutReserve,
    short: () => reserve?.short() ?? false,
    giveRoom,
    close,
  }
}

/** Runs transactions on a disk that may be full. */
function roomMakers({
  directory,
  reserve,
  checkpoints,
  arrivals,
}: {
  readonly directory: string | undefined
  readonly reserve: Reserve | undefined
  readonly checkpoints: Checkpoints
  readonly arrivals: Arrivals
}): Pick<Commits, 'withReserve' | 'withoutReserve'> {
  const withRoomMade = <Result>(work: () => Result, ways: readonly (() => boolean)[]): Result => {
    let cause: unknown
    for (const makeRoom of [() => true, ...ways]) {
      if (!makeRoom()) continue
      try {
        if (cause !== undefined) arrivals.restore()
        return work()
      } catch (error) {
        if (!isOutOfSpace(error)) throw error
        cause = error
      }
    }
    throw diskIsFull(cause)
  }
  const emptyLog = (): boolean => checkpoints.now()
  return {
    withReserve: (work) => withRoomMade(work, [() => reserve?.release() ?? false, emptyLog]),
    withoutReserve(work) {
      if (directory !== undefined && roomIn(directory) <= 0) throw diskIsFull(undefined)
      return withRoomMade(work, [emptyLog])
    },
  }
}

const diskIsFull = (cause: unknown): StoreError => new StoreError('full', 'The disk is full', { cause })

/** How long what was gathered waits for more. */
const gatherMs = 50

/** Commits what was gathered; where that fails, the journal keeps it, and it is tried again. */
function committer(
  { transactions, arrivals, queue, withReserve }: Omit<Commits, 'short' | 'giveRoom' | 'withoutReserve' | 'close'>,
  { log, damage }: { log: Log; damage: Damage },
): () => void {
  let scheduled = false
  const commit = (): void => {
    scheduled = false
    withReserve(() => transactions.commit())
  }
  const failed = (error: unknown): void => {
    damage.of(error)
    log.warn({ error: String(error) }, 'Messages wait in the journal until the store can be written again')
    try {
      arrivals.restore()
    } catch {
      // As before: each call tries again, and says why it cannot.
    }
  }
  return () => {
    if (scheduled) return
    scheduled = true
    setTimeout(() => void queue.exclusive(commit).catch(failed), gatherMs).unref()
  }
}
