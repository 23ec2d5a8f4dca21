import type { ChangesSince } from '../change.ts'
import type { MessageKey, StoredMessage } from '../message.ts'
import type {
  AccountState,
  Arrival,
  CopiedEntries,
  ExpungedEntries,
  FlagChange,
  KeptSession,
  MailboxState,
  MessagePage,
  Receipt,
  SessionFilter,
  SessionRecord,
  StoredFlags,
  StoreErrorCode,
  StoreState,
} from '../store.ts'
import type { Moved } from './channel.ts'
import type { PackedEntries } from './entry-columns.ts'
import type { OctetSource } from './octet-source.ts'
import type { ResolvedRequest, ResolvedScope } from './views.ts'

/** What the main thread asks of the store's thread. `at` is the caller's clock, milliseconds since 1970: the thread has none. */
export type StoreCalls = {
  open(options: { directory: string | undefined; maxSessions: number; at: number }): Promise<Opened>
  commit(batch: CommitBatch): Promise<Committed>
  spoolOpen(id: number): void
  spoolWrite(chunk: { id: number; octets: Uint8Array }): void
  spoolAbort(id: number): void
  recordSession(session: SessionRecord): void
  list(request: ResolvedRequest & { at: number }): MessagePage
  find(scope: ResolvedScope & { at: number }): readonly number[]
  get(message: { account: string; key: MessageKey }): StoredMessage | undefined
  locate(key: MessageKey): OctetSource | undefined
  conversation(key: MessageKey): string | undefined
  setNote(note: { key: MessageKey; name: string; text: string | undefined }): Promise<boolean>
  note(note: { key: MessageKey; name: string }): string | undefined
  sessions(which: { limit: number; filter: SessionFilter }): readonly KeptSession[]
  session(id: string): KeptSession | undefined
  flagMessages(flags: { account: string; numbers: readonly number[]; change: FlagChange }): Promise<number>
  flagEntries(flags: {
    mailboxId: number
    uids: readonly number[]
    change: FlagChange
    unchangedSince: number | undefined
  }): Promise<StoredFlags>
  deleteMessages(numbers: readonly number[]): Promise<number>
  deleteAll(): Promise<number>
  changesSince(from: { number: number; limit: number }): ChangesSince
  accounts(): readonly AccountState[]
  mailboxes(account: { name: string; at: number }): Promise<readonly MailboxState[]>
  createMailbox(box: {
    account: string
    name: string
    specialUse: string | undefined
    at: number
  }): Promise<MailboxState>
  deleteMailbox(box: { account: string; name: string }): Promise<void>
  renameMailbox(box: { account: string; from: string; to: string; at: number }): Promise<void>
  subscriptions(account: string): readonly string[]
  setSubscribed(name: { account: string; name: string; subscribed: boolean }): Promise<void>
  entries(of: { mailboxId: number; fromUid: number }): Moved<PackedEntries>
  copy(entries: TransferredEntries): Promise<CopiedEntries>
  move(entries: TransferredEntries): Promise<CopiedEntries>
  expunge(entries: {
    mailboxId: number
    uids: readonly number[]
    only: 'deleted' | undefined
  }): Promise<ExpungedEntries>
  expungedSince(since: { mailboxId: number; modSeq: number }): readonly number[] | undefined
  locateAll(keys: readonly MessageKey[]): readonly (OctetSource | undefined)[]
  indexable(page: { after: number; limit: number }): readonly IndexableMessage[]
  /** Numbers of all messages, ascending; and how many there are. */
  numbers(): readonly number[]
  count(): number
  /** Whether the account has every message there is, once. */
  holdsAll(account: string): boolean
  state(): Omit<StoreState, 'unindexed'>
  assertConsistent(): Promise<void>
  close(): Promise<void>
}

export interface TransferredEntries {
  readonly mailboxId: number
  readonly uids: readonly number[]
  readonly toMailboxId: number
  readonly at: number
}

export type StoreEvents = {
  /** Changes of one transaction, in order; comes before the answer to whoever made them. */
  changes: {
    /** `Change[]` as JSON, read only where somebody listens. */
    readonly json: string
    /** How many messages arrived, and the number of the newest; 0 where none did. */
    readonly arrived: number
    readonly newest: number
  }
  /** Messages that the index has to forget; `all` for every one. */
  forgotten: { readonly numbers: readonly number[]; readonly all: boolean }
  log: { readonly level: 'warn' | 'error'; readonly fields: object; readonly text: string }
}

export interface Opened {
  /** Driver and version. */
  readonly description: string
  /** Drawn when the store was made: an index of another store is told by it. */
  readonly identity: string
  /** Number of the newest message. */
  readonly newest: number
  /** What people should know of the data folder, if anything. */
  readonly notice: string | undefined
}

/** Messages that are to be committed together, with the octets of the small ones one after another. */
export interface CommitBatch {
  readonly at: number
  readonly octets: Uint8Array
  /** `CommitItem[]` as JSON: one string crosses threads at a fraction of the cost of many small objects. */
  readonly items: string
}

export interface CommitItem {
  readonly id: number
  /** Where its octets are in the batch; absent for one that was spooled under its id. */
  readonly range?: readonly [start: number, end: number]
  readonly arrival: Arrival
}

/** For each item of the batch, in order. */
export type Committed = readonly (Receipt | Refused)[]

/** Nothing of the message was kept. Without a code it was a defect. */
export interface Refused {
  readonly code: StoreErrorCode | undefined
  readonly text: string
}

/** What the text index asks about. */
export interface IndexableMessage {
  readonly number: number
  readonly source: OctetSource
  readonly rcpt: readonly string[]
  readonly sender: string
}
