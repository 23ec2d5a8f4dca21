import type { OctetSource } from './octet-source.ts'

/**
 * Where raw octets live: appended to segments, never changed. A segment is a file, or a SharedArrayBuffer where nothing
 * is kept, so that every thread reads octets without asking the store. A message larger than a segment should hold
 * has a segment of its own.
 *
 * A write counts once `flush` has returned. What a crash leaves behind it in a segment belongs to nobody.
 */
export interface Segments {
  /** What a message takes beside its own octets. */
  readonly overhead: number
  /**
   * Appends messages, one after another, and says where each is. Not safe before `flush`.
   * @throws on a full disk; the segment is then as before for all who read it.
   */
  append(messages: readonly NumberedOctets[]): readonly Place[]
  /** Opens a segment of its own for one large message. */
  spool(): Spool
  /** Makes everything appended before the call durable. Nothing is appended, dropped or closed before it has resolved. */
  flush(): Promise<void>
  source(place: Place, octets: number): OctetSource
  /** Whether a message of that size can be there. */
  holds(place: Place, octets: number): boolean
  read(place: Place, start: number, end: number): Uint8Array
  /** Nothing more is appended to the active segment: it can be emptied into a new one. */
  seal(): void
  /** Frees a segment; the one that is being appended to is left for a new one. */
  drop(segment: number): void
  /** It is neither listed nor dropped from now on. */
  keep(segment: number): void
  /** Which there are, with their size in octets; the active one is the last. */
  list(): readonly SegmentState[]
  close(): void
}

/** The octets of a message, and what is written before them: `label.ts`. */
export interface NumberedOctets extends Numbered {
  readonly octets: Uint8Array
  /** CRC-32 of the octets. */
  readonly checksum: number
}

export interface Numbered {
  readonly number: number
  /** When it arrived, milliseconds since 1970. */
  readonly at: number
}

export interface SegmentState {
  readonly segment: number
  /** With what messages take beside their own. */
  readonly octets: number
  /** It is being appended to. */
  readonly active: boolean
}

export interface Place {
  readonly segment: number
  readonly offset: number
}

/** A large message on its way in. */
export interface Spool {
  write(chunk: Uint8Array): void
  /** Makes durable what was written before the call, away from this thread. */
  flush(): Promise<void>
  /** After `flush`. The same place each time. */
  finish(message: Numbered): Place
  read(start: number, end: number): Uint8Array
  /** The last call. What was not finished is gone. */
  close(): void
}
