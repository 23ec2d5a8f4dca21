import type { FieldAddresses } from '../mime/summary.ts'
import type { EntryRef, MessageKey, MessageSummary } from './message.ts'

/**
 * What happened in the store, numbered. The number is the store's one ascending counter; it is also the MODSEQ that
 * IMAP shows (RFC 7162 §3.1), so it never goes back, over restarts too. One mutation is one change, however many
 * messages it touched.
 */
export type Change =
  | {
      readonly kind: 'arrived'
      readonly number: number
      /** As the account `all` sees it. */
      readonly summary: MessageSummary
      readonly entries: readonly EntryRef[]
      /** Only as it is told at the arrival, not when it is told again. */
      readonly facts?: ArrivalFacts
    }
  | {
      readonly kind: 'flags'
      readonly number: number
      readonly entries: readonly (EntryRef & { readonly key: MessageKey; readonly flags: readonly string[] })[]
    }
  /** Entries gone (EXPUNGE), the message may live on in other mailboxes. */
  | {
      readonly kind: 'expunged'
      readonly number: number
      readonly entries: readonly (EntryRef & { readonly key: MessageKey })[]
    }
  /** Messages gone from everywhere. With `all` set every message is gone and `keys` is empty. */
  | {
      readonly kind: 'deleted'
      readonly number: number
      readonly keys: readonly MessageKey[]
      readonly all: boolean
    }
  /** A mailbox was made, renamed or removed. */
  | {
      readonly kind: 'mailbox'
      readonly number: number
      readonly account: string
      readonly mailbox: string
      readonly mailboxId: number
      /** It was removed. */
      readonly gone?: true
    }

/** What the summary leaves out or cuts; addresses folded. */
export interface ArrivalFacts {
  readonly fieldAddresses: FieldAddresses
  /** Empty for the null reverse-path. */
  readonly reversePath: string
  readonly forwardPaths: readonly string[]
  /** AUTH user. */
  readonly user?: string
}

/** Changes after a number, oldest first. */
export interface ChangesSince {
  readonly changes: readonly Change[]
  /** How far this answer goes: ask again from here. The number of the newest change unless `more`. */
  readonly latest: number
  /** The number is older than what is kept, or from another store: forget what you have and list again. `changes` is empty. */
  readonly reset: boolean
  /** There are more; ask again from the last one's number. */
  readonly more: boolean
}
