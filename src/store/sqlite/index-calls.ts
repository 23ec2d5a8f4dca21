import type { Moved } from './channel.ts'
import type { OctetSource } from './octet-source.ts'

/** One message as the index asks the store for it. */
export interface IndexItem {
  readonly number: number
  readonly source: OctetSource
  /** Forward-paths of the envelope. */
  readonly rcpt: readonly string[]
  /** Reverse-path of the envelope. */
  readonly sender: string
}

/** What the main thread asks of the index's thread. */
export interface IndexCalls {
  /** Opens the index, or says how far the open one is. */
  open(): Promise<IndexState>
  /**
   * Adds messages in ascending order and notes that everything up to `upTo` is in. Stops before the first message whose
   * octets are gone, unless `skipGone` says to take it without them.
   */
  add(page: { items: readonly IndexItem[]; upTo: number; skipGone: boolean }): IndexState
  remove(numbers: readonly number[]): IndexState
  /** Forgets everything; what follows is above `upTo`. */
  clear(upTo: number): IndexState
  /** Forgets what is not among these (ascending). */
  keepOnly(numbers: Float64Array): IndexState
  find(search: { expression: string; below: number; limit: number }): Moved<Found>
  /** Of these messages those that have the header field, ascending as given. */
  scanHeaders(scan: HeaderScan): Moved<Float64Array<ArrayBuffer>>
  close(): void
}

export interface IndexState {
  /** Messages up to this number are in. */
  readonly upTo: number
  readonly count: number
}

export interface Found {
  /** Descending. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** Of all that match, whatever `below` and `limit` left out. */
  readonly total: number
}

/** In place of a path: SQLite's name for it. */
export const inMemory = ':memory:'

/** What the thread is told when it starts. */
export interface IndexThreadData {
  /** Path of the database, or `inMemory`. */
  readonly file: string
  readonly identity: string
}

export interface HeaderScan {
  readonly term: HeaderTerm
  readonly candidates: readonly HeaderCandidate[]
}

/** A `header` term of the query language. */
export interface HeaderTerm {
  /** Lower case. */
  readonly name: string
  readonly words: readonly string[]
  readonly prefix: boolean
}

export type HeaderCandidate = Pick<IndexItem, 'number' | 'source'>
