import type { Defect } from '../mime/tree.ts'
import type { SmtpEnvelope } from '../smtp/envelope.ts'

/**
 * The handle of a message: 11 characters of Crockford's base32 in lower case, sortable by arrival, never used twice,
 * not even after everything was deleted or by another store. It is the message's number (below 2^53) written out.
 */
export type MessageKey = string

/** What lists show. Small, flat, complete: nothing of it is decoded again by whoever shows it. */
export interface MessageSummary {
  readonly key: MessageKey
  /** Milliseconds since 1970 (UTC): when the message was stored; internal date of its entries. */
  readonly arrivedAt: number
  /** Size of the raw message. */
  readonly octets: number
  /** Decoded Subject field; empty when there is none. At most 500 characters. */
  readonly subject: string
  /** The From field: first address and display name as decoded; both empty when there is none. */
  readonly from: DisplayAddress
  /** The first 10 addresses of To, then of Cc. */
  readonly to: readonly DisplayAddress[]
  readonly toCount: number
  readonly reversePath: string
  /** The first 10 forward-paths of the envelope. */
  readonly forwardPaths: readonly string[]
  readonly forwardPathCount: number
  /** The Date field, milliseconds since 1970; undefined when absent or not to be read. */
  readonly date: number | undefined
  /** Message-ID without angle brackets; empty when there is none. */
  readonly messageId: string
  /** First 160 characters of the text, white space folded. */
  readonly preview: string
  readonly attachments: number
  readonly hasHtml: boolean
  readonly defectCount: number
  /** Of the viewed account's entry. */
  readonly seen: boolean
  readonly flagged: boolean
  /** Keywords of the viewed account's entry, in the order they were set. */
  readonly keywords: readonly string[]
}

export interface DisplayAddress {
  readonly name: string
  readonly address: string
}

/** Everything that is kept beside the octets. */
export interface StoredMessage {
  readonly summary: MessageSummary
  /** Lower-case hex of the SHA-256 of the raw octets, taken while they arrived. */
  readonly sha256: string
  readonly envelope: SmtpEnvelope
  readonly sessionId: string
  /** At most 100 (`MessageTree.defects`). */
  readonly defects: readonly Defect[]
  /** Where it is filed, in every account. */
  readonly entries: readonly EntryRef[]
}

/** One message in one mailbox. */
export interface EntryRef {
  readonly account: string
  readonly mailbox: string
  readonly mailboxId: number
  /** Ascending, never reused within one UIDVALIDITY. RFC 9051 §2.3.1.1. */
  readonly uid: number
}
