/**
 * The shape of a parsed message. RFC 5322, RFC 2045, RFC 2046.
 *
 * Nothing here holds decoded content: every part is a set of octet ranges of the raw message, and content is decoded
 * when somebody asks (`body.ts`). Ranges are `[start, end)` in octets from the start of the message.
 * Parsing never throws and never repairs: what is wrong is listed as a defect, and the raw octets stay the truth.
 */

/** Something in the message that a standard forbids or a limit cuts, and where. */
export interface Defect {
  readonly code: DefectCode
  /** Octet offset in the raw message where it begins. */
  readonly offset: number
  /** One sentence for people: what is wrong, with the figure that matters. */
  readonly text: string
}

export type DefectCode =
  | 'bare-cr'
  | 'bare-lf'
  | 'nul'
  | 'long-line'
  | 'no-final-crlf'
  | 'empty-message'
  | 'missing-header-end'
  | 'header-not-a-field'
  | 'header-too-large'
  | 'header-8bit'
  | 'header-utf8'
  | 'hidden-control'
  | 'missing-date'
  | 'missing-from'
  | 'duplicate-field'
  | 'bad-date'
  | 'bad-address'
  | 'bad-encoded-word'
  | 'bad-message-id'
  | 'bad-content-type'
  | 'bad-parameter'
  | 'too-many-parameters'
  | 'bad-transfer-encoding'
  | 'bad-charset'
  | 'bad-text'
  | 'missing-boundary'
  | 'unclosed-boundary'
  | 'empty-multipart'
  | 'too-deep'
  | 'too-many-parts'
  | 'too-many-addresses'
  | '8bit-body'
  | 'unparsed'

/** One header field. `name` and `body` are raw: not unfolded, not decoded, one char per octet (latin1). */
export interface HeaderField {
  readonly name: string
  /** What follows the colon, folding included, without the final line end. */
  readonly body: string
  readonly start: number
  readonly end: number
}

export interface MediaType {
  /** Lower case. `text` when there is none or it cannot be read (RFC 2045 §5.2). */
  readonly type: string
  readonly subtype: string
  /** Decoded by RFC 2231, names in lower case; plain data, no prototype. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface Part {
  /** IMAP section number: `''` for the message itself, `1`, `1.2`, … (RFC 9051 §6.4.5). */
  readonly section: string
  /**
   * In which octets above 127 in its header are read where they are no UTF-8: the charset of Content-Type, else that of the
   * first text there is that has one of its own, else windows-1252. Lower case.
   */
  readonly headerCharset: string
  /** In the order of the message. */
  readonly header: readonly HeaderField[]
  readonly start: number
  /** First octet after the empty line that ends the header; equals `end` where there is no body. */
  readonly bodyStart: number
  /** For a part of a multipart: before the line end that belongs to the boundary (RFC 2046 §5.1.1). */
  readonly end: number
  /** Lines of the body, as BODYSTRUCTURE counts them (RFC 9051 §7.5.2). */
  readonly lines: number
  readonly mediaType: MediaType
  /** Lower case; `7bit` when absent. RFC 2045 §6.1. */
  readonly transferEncoding: string
  /** RFC 2183. Lower case; undefined when absent. */
  readonly disposition: string | undefined
  /** Content-Disposition filename, else Content-Type name; decoded (RFC 2231, and RFC 2047 as mailers do). Never a path to use. */
  readonly filename: string | undefined
  /** Without the angle brackets. */
  readonly contentId: string | undefined
  /** Parts of a multipart; for `message/rfc822` and `message/global` exactly the one message inside. */
  readonly children: readonly Part[]
}

export interface MessageTree {
  /** Size of the raw message. */
  readonly octets: number
  readonly root: Part
  /** At most 100, in order of offset per kind; `defectCount` says how many there were. */
  readonly defects: readonly Defect[]
  readonly defectCount: number
}

/** Ceilings of the parser; past them the rest is one opaque leaf or kept raw, with a defect. MIME-2 to MIME-6. */
export interface MimeLimits {
  /** Default 100. */
  readonly depth: number
  /** Default 10,000. */
  readonly parts: number
  /** Octets of one header block. Default 2 MiB. */
  readonly headerOctets: number
  /** Fields of one header block. Default 10,000. */
  readonly headerFields: number
  /** MIME parameters of one field. Default 200. */
  readonly parameters: number
  /** Addresses of one field. Default 1,000. */
  readonly addresses: number
}

/** Reads octets `[start, end)` of the raw message; synchronous, from memory or a file. */
export type RangeReader = (start: number, end: number) => Uint8Array
