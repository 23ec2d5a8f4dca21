import type { Criteria } from '../query/criteria.ts'
import type { SmtpEnvelope } from '../smtp/envelope.ts'
import type { Change, ChangesSince } from './change.ts'
import type { MessageKey, MessageSummary, StoredMessage } from './message.ts'

/**
 * The store: messages once, mailboxes of accounts with entries that point at them. `test/store/suite.ts` is the
 * contract in executable form; every implementation passes it unchanged.
 *
 * Promises
 * - A mutation resolves after it is durable and after every subscriber was called; changes reach subscribers in order.
 * - A message is whole or absent, on every member, at every instant. What was resolved is seen by every later call.
 * - Results are plain readonly data that the caller may keep. Reading changes nothing.
 * - Account `all` always exists and has every message from its arrival; an address (folded) is an account from its
 *   first message on, or from the first time it is named. INBOX always exists in an account.
 * - UIDs ascend and are never reused; a mailbox made again has a higher UIDVALIDITY.
 *
 * Errors: `StoreError` with a code where a caller can act on it; anything else is a defect.
 */
export interface Store {
  /** What is underneath, for people: `node:sqlite 3.53.4, /home/ann/.local/share/stuntmail`. */
  readonly description: string

  /** Takes the octets of a message that is arriving. Any number at a time. */
  receive(): Reception
  /** Octets that messages may still take, as the disk said a moment ago. Infinite where nobody can say. */
  room(): number
  /** Keeps a session. Called at its end; the newest `maxSessions` without a message are kept. Never throws. */
  recordSession(session: SessionRecord): void
  /** Calls the listener each time a session was recorded; `sessions` has it by then. @returns the way out. */
  subscribeSessions(listener: () => void): () => void

  list(request: ListRequest): Promise<MessagePage>
  /** Keys that match, newest first. */
  find(scope: Scope): Promise<readonly MessageKey[]>
  get(account: string, key: MessageKey): Promise<StoredMessage | undefined>
  /** Opens the raw octets. Undefined when the message is gone. */
  octets(key: MessageKey): Promise<Octets | undefined>
  /** Conversation of the session up to this message's final reply, and with it. */
  conversation(key: MessageKey): Promise<string | undefined>
  /**
   * Something that others keep with a message, by name; it goes when the message goes, and changes nothing of it.
   * @param text undefined takes it away. @returns whether there is such a message.
   */
  setNote(key: MessageKey, name: string, text: string | undefined): Promise<boolean>
  note(key: MessageKey, name: string): Promise<string | undefined>
  /** The newest first; those that brought a message and are not over yet, too. */
  sessions(limit: number, filter?: SessionFilter): Promise<readonly KeptSession[]>
  session(id: string): Promise<KeptSession | undefined>

  /** Adds and removes flags on the account's entries of these messages. @returns how many messages are in the account. */
  setFlags(scope: Scope, change: FlagChange): Promise<number>
  /** Removes messages from everywhere. @returns how many there were. */
  delete(scope: Scope): Promise<number>
  /** Removes every message. UIDs, keys and change numbers go on from where they were. @returns how many there were. */
  deleteAll(): Promise<number>

  /** @param limit at most this many changes. Default 1,000. */
  changesSince(number: number, limit?: number): Promise<ChangesSince>
  /** Calls the listener with each batch of changes, in order, from now on. A listener that throws is a defect; it is logged and stays. @returns the way out. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void

  accounts(): Promise<readonly AccountState[]>
  /**
   * INBOX first. The first time they are asked for, an account is given Sent, Drafts, Trash, Junk and Archive with their
   * special uses (RFC 6154), and subscriptions to all of them.
   */
  mailboxes(account: string): Promise<readonly MailboxState[]>
  /** @throws StoreError `exists`, `bad-name`. Parents are made too. Nobody is subscribed to it. */
  createMailbox(account: string, name: string, options?: { readonly specialUse?: string }): Promise<MailboxState>
  /** The entries go with it. INBOX cannot go. @throws StoreError `missing`, `bad-name`. */
  deleteMailbox(account: string, name: string): Promise<void>
  /** Renaming INBOX moves its entries and leaves it empty (RFC 9051 §6.3.6). @throws StoreError `missing`, `exists`, `bad-name`. */
  renameMailbox(account: string, from: string, to: string): Promise<void>
  /** Names that the account is subscribed to; a mailbox of the name need not exist (RFC 9051 §6.3.7). */
  subscriptions(account: string): Promise<readonly string[]>
  /** @throws StoreError `bad-name`. */
  setSubscribed(account: string, name: string, subscribed: boolean): Promise<void>
  /** Entries of a mailbox, by ascending UID, in columns. @param fromUid only from this UID on. @throws StoreError `missing`. */
  entries(mailboxId: number, fromUid?: number): Promise<EntryColumns>
  /** Files entries again in another mailbox, flags and internal date kept (RFC 9051 §6.4.7). */
  copy(mailboxId: number, uids: readonly number[], toMailboxId: number): Promise<CopiedEntries>
  /** Copies and removes at once: no message is without an entry at any time (RFC 6851). */
  move(mailboxId: number, uids: readonly number[], toMailboxId: number): Promise<CopiedEntries>
  /** Flags by UID, for IMAP STORE. @param unchangedSince leaves entries alone whose MODSEQ is greater (RFC 7162 §3.1.3). */
  storeFlags(
    mailboxId: number,
    uids: readonly number[],
    change: FlagChange,
    unchangedSince?: number,
  ): Promise<StoredFlags>
  /** Removes entries; a message with no entry left is gone. @param only `deleted`: those that have `\\Deleted` now. */
  expunge(mailboxId: number, uids: readonly number[], only?: 'deleted'): Promise<ExpungedEntries>
  /** UIDs that were removed after that MODSEQ, ascending; undefined where that is not known any more. RFC 7162 §3.2.5.1. */
  expungedSince(mailboxId: number, modSeq: number): Promise<readonly number[] | undefined>
  /** The octets of many messages, in the order given; neighbours are read together. One message at a time is in memory for long. */
  readAll(keys: readonly MessageKey[]): AsyncIterable<ReadMessage>

  state(): Promise<StoreState>
  /** Resolves when everything received is parsed, visible and in the index. */
  settled(): Promise<void>
  /** Throws with the first inconsistency found: counters, UIDs, dangling entries, hashes of octets. For tests and `doctor`. */
  assertConsistent(): Promise<void>
  /** Finishes what was accepted, flushes, frees the files. Later calls reject with StoreError `closed`. */
  close(): Promise<void>
}

/** One message on its way in. Nothing is visible before `commit` resolves. */
export interface Reception {
  /** Takes the chunk (the caller does not touch it again). A promise means: wait for it before the next. */
  write(chunk: Uint8Array): void | Promise<void>
  /** @throws StoreError `full`, `closed`; then nothing was kept. Exactly one of commit and abort ends it. */
  commit(arrival: Arrival): Promise<Receipt>
  abort(): void
}

/** What is kept beside the octets, and where the message is filed. */
export interface Arrival {
  readonly envelope: SmtpEnvelope
  readonly sessionId: string
  readonly prologue: string
  readonly conversation: string
  /** Its last line up to the key of the message, which is not known before it is stored. */
  readonly reply?: string
  /** Filed in these, and in the INBOX of `all`. */
  readonly filing: readonly Filing[]
  /** Only in these. */
  readonly alone?: true
}

export interface Filing {
  /** Folded address. */
  readonly account: string
  /** Made when missing. */
  readonly mailbox: string
  /** System flags with backslash, keywords without. */
  readonly flags: readonly string[]
  /** Milliseconds since 1970. Default: when it arrives. */
  readonly internalDate?: number
}

export interface Receipt {
  readonly key: MessageKey
  /** Number of its `arrived` change. */
  readonly change: number
}

/** Which messages: of an account, and of these those that are named or that match. */
export interface Scope {
  /** `all` or a folded address. */
  readonly account: string
  readonly keys?: readonly MessageKey[]
  readonly criteria?: Criteria
}

export interface ListRequest {
  readonly account: string
  readonly criteria?: Criteria
  /** 1 to 1,000. */
  readonly limit: number
  /** Only messages that arrived before this one (it need not exist any more). */
  readonly before?: MessageKey
  /** Only messages that arrived by a later change. */
  readonly since?: number
}

export interface MessagePage {
  /** Newest arrival first. */
  readonly messages: readonly MessageSummary[]
  /** Key to pass as `before` for the next page; undefined at the end. */
  readonly next: MessageKey | undefined
  /** Of all that match, not of this page. */
  readonly total: number
  /** Unread ones among all that match; only given where there are no criteria. */
  readonly unread?: number
  /** Number of the newest change this answer includes. */
  readonly change: number
}

/** Random access to the octets of one message. Stays good after the message was deleted, until closed. */
export interface Octets {
  readonly octets: number
  /** The octets `[start, end)`, clamped. */
  read(start: number, end: number): Promise<Uint8Array>
  /** In chunks of at most 256 KiB; reads no faster than it is consumed. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>
  close(): void
}

export interface FlagChange {
  /** `\Seen`, `\Flagged`, `\Answered`, `\Deleted`, `\Draft` or a keyword. */
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  /** Exactly these; `add` and `remove` are not given then. */
  readonly replace?: readonly string[]
}

/** Only of entries that were there, ascending; index by index the same message. */
export interface CopiedEntries {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export interface StoredFlags {
  /** The number of the change, undefined when nothing changed. */
  readonly modSeq: number | undefined
  /** UIDs that were left alone because they had changed. */
  readonly modified: readonly number[]
}

export interface ExpungedEntries {
  /** The number of the change, undefined when there was nothing. */
  readonly modSeq: number | undefined
  readonly uids: readonly number[]
}

/** One message of `readAll`: either field, or neither when it is gone. */
export interface ReadMessage {
  readonly key: MessageKey
  /** The whole of a message of at most 1 MiB. */
  readonly octets?: Uint8Array
  /** A larger one. The caller closes it. */
  readonly large?: Octets
}

export interface AccountState {
  readonly name: string
  readonly messages: number
  readonly unread: number
}

export interface MailboxState {
  readonly id: number
  /** Stays over renames and is never used twice. RFC 8474 §4. */
  readonly objectId: string
  readonly account: string
  /** Hierarchy delimiter `/`. */
  readonly name: string
  readonly uidValidity: number
  readonly uidNext: number
  readonly highestModSeq: number
  readonly messages: number
  readonly unread: number
  readonly octets: number
  readonly subscribed: boolean
  /** `\Sent`, `\Drafts`, … RFC 6154. */
  readonly specialUse: string | undefined
}

/** The entries of a mailbox in columns, index by index one entry; ascending UID. */
export interface EntryColumns {
  readonly uids: Uint32Array
  readonly keys: readonly MessageKey[]
  readonly modSeqs: Float64Array
  readonly internalDates: Float64Array
  /** When the entry came into this mailbox. RFC 8514. */
  readonly savedAt: Float64Array
  readonly octets: Float64Array
  readonly flags: readonly (readonly string[])[]
}

/** A session as it is kept. */
export interface SessionRecord {
  readonly id: string
  readonly listener: string
  readonly clientAddress: string
  readonly clientPort: number
  readonly heloName: string
  readonly authUser?: string
  readonly tls?: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number
  readonly messages: number
  /** As `smtp/delivery.ts` has it; of IMAP and POP3 likewise. */
  readonly outcome: 'completed' | 'closed' | 'dropped' | 'refused' | 'timeout' | 'shutdown' | 'tls-failed'
  /** Answers that refused something. Default 0. */
  readonly refusals?: number
  /** The user name of a login that was refused. */
  readonly triedUser?: string
  /** Lines `0.012 C: …` and `0.012 S: …`, seconds since it began; LF between them, secrets out. */
  readonly transcript: string
}

/** Which sessions. */
export interface SessionFilter {
  /** Only those that began before this one, by its id. */
  readonly before?: string
  readonly protocol?: 'smtp' | 'imap' | 'pop3' | 'http'
  readonly outcome?: KeptSession['outcome']
  /** Who logged in, or tried to; in any case. */
  readonly user?: string
  /** Milliseconds since 1970: those that began then or later, and before. */
  readonly since?: number
  readonly until?: number
  /** Those with refusals. */
  readonly refused?: true
  /** Of a transcript only the end: some 1,000 characters. */
  readonly brief?: true
}

/** A session that was kept, or one that is open and has brought a message. */
export interface KeptSession extends Omit<SessionRecord, 'endedAt' | 'outcome'> {
  readonly refusals: number
  /** Milliseconds since 1970. Undefined while it is open, and where its end was never told. */
  readonly endedAt: number | undefined
  /** `dropped` too where the server ended before the session did. */
  readonly outcome: SessionRecord['outcome'] | 'open'
}

export interface StoreState {
  readonly messages: number
  readonly unread: number
  /** Raw octets of all messages. */
  readonly octets: number
  /** What the data directory takes, octets, without the 4 MiB in reserve for a full disk; 0 where nothing is kept. */
  readonly diskOctets: number
  /** Number of the newest change. */
  readonly change: number
  /** Messages not yet in the full-text index. */
  readonly unindexed: number
}

/** An error a caller can act on. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** `full`: no space left; `closed`; `missing`; `exists`; `bad-name`; `locked`: another process has the data directory; `damaged`; `unsupported`. */
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, text: string, options?: ErrorOptions) {
    super(text, options)
    this.code = code
  }
}

export type StoreErrorCode =
  'full' | 'closed' | 'missing' | 'exists' | 'bad-name' | 'locked' | 'damaged' | 'unsupported'
