import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Change } from '../change.ts'
import { numberOf } from '../key.ts'
import { StoreError, type MailboxState } from '../store.ts'
import { Addresses } from './addresses.ts'
import { Changes } from './changes.ts'
import type { CommitQueue } from './commit-queue.ts'
import { openCommits, type Commits } from './commits.ts'
import { Compaction } from './compaction.ts'
import { assertConsistent } from './consistency.ts'
import { Counters } from './counters.ts'
import { Damage } from './damage.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import type { Database } from './driver.ts'
import { EntryReader, type PackedEntries } from './entry-columns.ts'
import type { Epoch } from './epoch.ts'
import { MailboxMutations } from './mailbox-mutations.ts'
import { everyone, Mailboxes } from './mailboxes.ts'
import { Mutations } from './mutations.ts'
import { Notes } from './notes.ts'
import type { OctetSource } from './octet-source.ts'
import { reservedOctets } from './reserve.ts'
import { roomIn } from './room.ts'
import type { TransactionColumn } from './rows.ts'
import { openingError } from './schema.ts'
import type { Segments } from './segments.ts'
import { SessionQueue } from './session-queue.ts'
import { Sessions } from './sessions.ts'
import type { IndexableMessage, Opened, StoreCalls, StoreEvents } from './thread-calls.ts'
import { sweeper, type Sweeper } from './sweeper.ts'
import type { Transactions } from './transaction.ts'
import { keepUnclaimed, type Unclaimed } from './unclaimed.ts'
import { Views } from './views.ts'

/** The store as its thread sees it: the parts, wired. */
export interface Core {
  readonly opened: Opened
  /** The caller's clock, as it was last told. */
  readonly time: { at: number }
  readonly queue: CommitQueue
  readonly views: Views
  readonly changes: Changes
  readonly ended: SessionQueue
  readonly damage: Damage
  /** Makes whole what a failed commit took; nothing to do otherwise. @throws what SQLite says. */
  restore(): void
  /** After what is being committed: a mutation may not make durable what is not flushed yet. */
  mutate<Result>(work: (mutations: Mutations) => Result, options?: MutationOptions): Promise<Result>
  /** With all that have ended. */
  sessions(): Sessions
  mailboxesOf(account: string): Promise<readonly MailboxState[]>
  subscriptions(account: string): readonly string[]
  mutateMailboxes<Result>(work: (boxes: MailboxMutations) => Result, options?: MutationOptions): Promise<Result>
  entries(mailboxId: number, fromUid: number): PackedEntries
  locateAll(keys: readonly string[]): readonly (OctetSource | undefined)[]
  locate(key: string): OctetSource | undefined
  indexable(after: number, limit: number): readonly IndexableMessage[]
  state(): ReturnType<StoreCalls['state']>
  setNote(key: string, name: string, text: string | undefined): Promise<boolean>
  note(key: string, name: string): string | undefined
  assertConsistent(): Promise<void>
  /** After what is being committed. */
  close(): Promise<void>
}

/** `grows`: it takes space and frees none. What is kept in reserve for a full disk is not for it. Default false. */
export interface MutationOptions {
  readonly grows?: boolean
}

type Emit = <N extends keyof StoreEvents>(name: N, value: StoreEvents[N]) => void

/** @throws StoreError `locked`, `damaged`, `unsupported`; or what the file system says. */
export async function openCore(
  options: { directory: string | undefined; maxSessions: number; at: number },
  emit: Emit,
): Promise<Core> {
  const folder = await openDataFolder(options.directory, options.at)
  try {
    return wire(folder, options, emit)
  } catch (error) {
    folder.segments.close()
    folder.db.close()
    throw openingError(error, options.directory)
  }
}

function wire(
  { db, segments, epoch, lost, notice }: DataFolder,
  options: { directory: string | undefined; maxSessions: number; at: number },
  emit: Emit,
): Core {
  const { directory } = options
  const time = { at: options.at }
  const clock: Clock = { now: () => time.at, monotonic: () => systemClock.monotonic() }
  const log = threadLog(emit)
  const damage = new Damage(directory, (error) => log.error({ error: String(error.cause) }, error.message))
  const mailboxes = new Mailboxes(db, clock)
  const addresses = new Addresses(db)
  const counters = new Counters(db, clock)
  const sessions = new Sessions(db, options.maxSessions)
  const onChanges = (changes: readonly Change[]): void => {
    const arrived = changes.filter((change) => change.kind === 'arrived')
    const newest = numberOf(arrived.at(-1)?.summary.key ?? '') ?? 0
    emit('changes', { json: JSON.stringify(changes), arrived: arrived.length, newest })
    forget(changes, emit)
    if (changes.some(({ kind }) => kind === 'deleted')) sweeps.soon()
  }
  const setClock = (at: number): void => void (time.at = at)
  const kept = { db, directory, segments, counters, mailboxes, sessions, addresses }
  const commits = openCommits({ ...kept, clock, setClock, log, onChanges, damage, onCheckpoint: () => epoch?.note() })
  const { transactions, queue } = commits
  const views = new Views(db, { mailboxes, addresses, counters, clock })
  const sweeps = sweeper(new Compaction(db, segments, { transactions, log }), commits, log)
  const mutations = new Mutations(db, { transactions, mailboxes, sessions, addresses, segments, clock })
  transactions.run(() => mailboxes.ensure(everyone, 'INBOX', counters.change))
  if (lost.length > 0) mutations.deleteMessages(lost)
  sessions.begin()
  const ended = new SessionQueue(sessions, { transactions, log, hasRoom: () => hasRoomForSessions(directory) })
  if (directory !== undefined) sweeps.soon()
  return {
    time,
    queue,
    views,
    changes: new Changes(db, counters, mailboxes),
    ended,
    damage,
    sessions() {
      ended.flush()
      return sessions
    },
    ...rest({
      db,
      damage,
      ended,
      sweeps,
      directory,
      segments,
      views,
      mutations,
      commits,
      log,
      epoch,
      notice: noticeOf(notice, claimNothing(db, segments, transactions)),
    }),
  }
}

/** Numbers go on above those of messages that are kept though nobody knows them. */
function claimNothing(db: Database, segments: Segments, transactions: Transactions): Unclaimed | undefined {
  const { counters } = transactions
  const found = keepUnclaimed(db, segments, counters.number)
  if (found) transactions.run(() => counters.reached(found.highest, counters.change))
  return found
}

function noticeOf(notice: string | undefined, unclaimed: Unclaimed | undefined): string | undefined {
  if (unclaimed === undefined) return notice
  const { messages } = unclaimed
  const text = `Files in octets/ hold ${messages} message${messages === 1 ? '' : 's'} that the database does not know; they are kept: stuntmail doctor --rebuild brings them in.`
  return notice === undefined ? text : `${notice} ${text}`
}

interface RestParts {
  readonly db: Database
  readonly damage: Damage
  readonly ended: SessionQueue
  readonly sweeps: Sweeper
  readonly directory: string | undefined
  readonly segments: Segments
  readonly views: Views
  readonly mutations: Mutations
  readonly commits: Commits
  readonly log: Log
  readonly epoch: Epoch | undefined
  readonly notice: string | undefined
}

/** What takes more than one part. */
function rest({
  db,
  ended,
  sweeps,
  directory,
  segments,
  views,
  mutations,
  commits,
  log,
  epoch,
  notice,
  damage,
}: RestParts): Omit<Core, 'time' | 'queue' | 'views' | 'changes' | 'ended' | 'damage' | 'sessions'> {
  const { transactions, queue, arrivals, withReserve, withoutReserve } = commits
  const { mailboxes, counters } = transactions
  const notes = new Notes(db, transactions)
  const entryReader = new EntryReader(db)
  const boxes = new MailboxMutations(db, transactions, mutations)
  /** Nothing is written to a database that is damaged. */
  const write = <Result>(work: () => Result, { grows = false }: MutationOptions = {}): Promise<Result> =>
    queue.exclusive(() => {
      damage.refuse()
      return grows ? withoutReserve(work) : withReserve(work)
    })
  return {
    opened: { description: db.name, identity: identityOf(db), newest: newestOf(db), notice },
    restore: () => arrivals.restore(),
    mutate: (work, options) => write(() => work(mutations), options),
    async mailboxesOf(account) {
      if (!boxes.isFurnished(account)) await write(() => boxes.furnish(account))
      return boxes.of(account)
    },
    subscriptions: (account) => boxes.subscriptions(account),
    mutateMailboxes: (work, options) => write(() => work(boxes), options),
    entries(mailboxId, fromUid) {
      if (!mailboxes.byId(mailboxId)) throw new StoreError('missing', 'There is no such mailbox')
      return entryReader.read(mailboxId, fromUid)
    },
    locateAll: (keys) =>
      keys.map((key) => {
        const place = numberOf(key) === undefined ? undefined : views.place(key)
        return place && segments.source(place, place.octets)
      }),
    locate(key) {
      const place = numberOf(key) === undefined ? undefined : views.place(key)
      return place && segments.source(place, place.octets)
    },
    setNote: (key, name, text) => write(() => notes.set(key, name, text), { grows: text !== undefined }),
    note: (key, name) => notes.get(key, name),
    indexable: indexables(db, segments),
    state: () => stateOf({ mailboxes, counters, segments, directory }),
    assertConsistent: () =>
      queue.exclusive(() => {
        transactions.commit()
        assertConsistent(db, segments)
      }),
    close: () => queue.exclusive(() => closeAll({ db, ended, sweeps, segments, commits, log, epoch })),
  }
}

/** With everything that was accepted, as far as the disk takes it. */
function closeAll({
  db,
  ended,
  sweeps,
  segments,
  commits: { transactions, withReserve, close },
  log,
  epoch,
}: Pick<RestParts, 'db' | 'ended' | 'sweeps' | 'segments' | 'commits' | 'log' | 'epoch'>): void {
  // The thread is ended when this is answered: libsql takes the process with it where it is in the middle of a query.
  sweeps.end()
  ended.flush()
  try {
    withReserve(() => transactions.commit())
    epoch?.note()
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'full')) throw error
    log.warn({}, 'The disk is full: the last messages wait in the journal until the next start')
  } finally {
    close()
    db.close()
    segments.close()
  }
}

function forget(changes: readonly Change[], emit: Emit): void {
  for (const change of changes) {
    if (change.kind !== 'deleted') continue
    const numbers = change.keys.map(numberOf).filter((number) => number !== undefined)
    emit('forgotten', { numbers, all: change.all })
  }
}

function indexables(db: Database, segments: Segments): Core['indexable'] {
  const page = db.prepare(
    'SELECT number, segment, offset, octets, transaction_ FROM message WHERE number > ? ORDER BY number LIMIT ?',
  )
  return (after, limit) =>
    page.all(after, limit).map((row) => {
      const { reversePath, forwardPaths } = JSON.parse(String(row['transaction_'])) as TransactionColumn
      const place = { segment: Number(row['segment']), offset: Number(row['offset']) }
      return {
        number: Number(row['number']),
        source: segments.source(place, Number(row['octets'])),
        rcpt: forwardPaths.map(({ address }) => address),
        sender: reversePath.address,
      }
    })
}

function stateOf({
  mailboxes,
  counters,
  segments,
  directory,
}: {
  mailboxes: Mailboxes
  counters: Counters
  segments: Segments
  directory: string | undefined
}): ReturnType<StoreCalls['state']> {
  const inboxOfAll = mailboxes.of(everyone)
  const total = (what: 'messages' | 'unread' | 'octets'): number => inboxOfAll.reduce((sum, box) => sum + box[what], 0)
  const files = directory === undefined ? [] : ['store.db', 'store.db-wal', 'journal', 'index.db', 'index.db-wal']
  const inSegments = segments.list().reduce((sum, { octets }) => sum + octets, 0)
  return {
    messages: total('messages'),
    unread: total('unread'),
    octets: total('octets'),
    diskOctets:
      directory === undefined ? 0 : files.reduce((sum, file) => sum + sizeOf(join(directory, file)), inSegments),
    change: counters.change,
  }
}

/** Of what the reserve gave, most is for what frees space: nobody asked for sessions to be written. */
const hasRoomForSessions = (directory: string | undefined): boolean =>
  directory === undefined || roomIn(directory) > -reservedOctets / 4

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function identityOf(db: Database): string {
  const known = db.prepare("SELECT value FROM meta WHERE name = 'identity'").get()?.['value']
  if (typeof known === 'string') return known
  const drawn = randomUUID()
  db.prepare("INSERT INTO meta(name, value) VALUES('identity', ?)").run(drawn)
  return drawn
}

const newestOf = (db: Database): number => Number(db.prepare('SELECT max(number) AS n FROM message').get()?.['n'] ?? 0)

function threadLog(emit: Emit): Log {
  const at = (level: 'warn' | 'error') => (fields: object, text: string) => emit('log', { level, fields, text })
  return { debug: () => undefined, info: () => undefined, warn: at('warn'), error: at('error') }
}
