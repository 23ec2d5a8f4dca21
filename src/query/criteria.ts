/**
 * The query language as data: what `parse.ts` makes of the text, what `matches.ts` evaluates on one message and
 * what each store turns into its own search. One meaning, told in `README` and held by a property test.
 */

export type Criteria =
  | { readonly kind: 'and'; readonly of: readonly Criteria[] }
  | { readonly kind: 'or'; readonly of: readonly Criteria[] }
  | { readonly kind: 'not'; readonly of: Criteria }
  | Term

/** Where an address is looked for. `rcpt` and `sender` are the envelope's; `addressed` is any of to, cc, bcc, rcpt. */
export type AddressField = 'from' | 'to' | 'cc' | 'bcc' | 'rcpt' | 'sender' | 'addressed'

/** Where words are looked for; `any` is all of them. The address fields look in display names and addresses. */
export type TextField = 'any' | 'subject' | 'body' | 'filename' | AddressField

export type Term =
  /** Whole address, compared by `foldAddress` (all lower case). */
  | { readonly kind: 'address'; readonly field: AddressField; readonly address: string }
  /** The words stand next to each other in this order (one word: just it). The last may be a prefix (`wel*`). Never empty. */
  | { readonly kind: 'words'; readonly field: TextField; readonly words: readonly string[]; readonly prefix: boolean }
  /** A header field of this name (lower case) exists, and its decoded body holds the words where there are any. */
  | { readonly kind: 'header'; readonly name: string; readonly words: readonly string[]; readonly prefix: boolean }
  /** Message-ID without angle brackets, compared exactly. */
  | { readonly kind: 'messageId'; readonly id: string }
  /** Media type of any part: `image/png`, or `image/*` as type `image` and subtype `undefined`. Lower case. */
  | { readonly kind: 'type'; readonly type: string; readonly subtype: string | undefined }
  /** Size of the raw message, octets: `larger` means more than, `smaller` fewer than. */
  | { readonly kind: 'octets'; readonly comparison: 'larger' | 'smaller'; readonly octets: number }
  /** Arrival, milliseconds since 1970: `before` < at, `after` >= at. */
  | { readonly kind: 'arrived'; readonly comparison: 'before' | 'after'; readonly at: number }
  /** Arrival by age at the time of the evaluation: `newer` = at most that old, `older` = more than that. */
  | { readonly kind: 'age'; readonly comparison: 'newer' | 'older'; readonly ageMs: number }
  | { readonly kind: 'is'; readonly state: 'unread' | 'read' | 'flagged' | 'malformed' }
  | { readonly kind: 'has'; readonly what: 'attachment' | 'html' }
  /** A keyword of the entry (RFC 9051 §2.3.2), compared without case. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** The message has an entry in this account (folded address, or `all`). */
  | { readonly kind: 'account'; readonly account: string }
  /** The viewed account has it in this mailbox; `INBOX` in any case. */
  | { readonly kind: 'mailbox'; readonly mailbox: string }
  /** AUTH user, compared without case. */
  | { readonly kind: 'user'; readonly user: string }
