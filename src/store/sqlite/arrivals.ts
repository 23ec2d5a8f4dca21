import { crc32 } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { keyOf } from '../key.ts'
import type { Arrival, Receipt } from '../store.ts'
import { piecesOf } from './disk.ts'
import type { Filing, UnderstoodMessage } from './filing.ts'
import type { Journal, JournalledMessage, JournalRecord } from './journal.ts'
import type { Reserve } from './reserve.ts'
import type { Segments, Spool } from './segments.ts'
import type { Transactions } from './transaction.ts'
import { MessageReader, sendingOf, understandOctets, type Understanding } from './understanding.ts'

/**
 * Messages come in here: octets to a segment and a record to the journal, both flushed while the messages are read and
 * filed; then the changes go out. What was filed is committed with many others, later: until then the journal has it.
 *
 * A message is understood before it is announced, so that it is whole on every surface from its first instant.
 */
export interface Incoming {
  readonly octets: Uint8Array | LargeMessage
  readonly arrival: Arrival
}

/** A message that was written and read as it came, and is flushed. */
export interface LargeMessage {
  readonly spool: Spool
  readonly reader: MessageReader
}

export interface ArrivalParts {
  readonly segments: Segments
  /** Undefined where nothing is kept: then each batch is committed by itself. */
  readonly journal: Journal | undefined
  /** Undefined where nothing is kept. */
  readonly reserve: Reserve | undefined
  readonly transactions: Transactions
  readonly filing: Filing
  readonly clock: Clock
  readonly log: Log
  /** Messages that are filed again arrive when they did. */
  readonly setClock: (at: number) => void
}

/** Octets of the journal from which the database is committed before the next batch; some hundred messages. */
const mostJournalled = 512 * 1024

export class Arrivals {
  readonly #parts: ArrivalParts
  #lost = false

  constructor(parts: ArrivalParts) {
    this.#parts = parts
  }

  /** A transaction was taken back: what the journal holds has to be filed again. */
  rolledBack(): void {
    this.#lost = this.#parts.journal !== undefined && this.#parts.journal.size > 0
  }

  /**
   * Takes all of them or none: durable and visible when it resolves.
   * @throws what the disk or SQLite says, or StoreError `full`; then nothing was kept.
   */
  async commit(batch: readonly Incoming[]): Promise<readonly Receipt[]> {
    this.restore()
    const { segments, journal, reserve, transactions } = this.#parts
    reserve?.require()
    if (journal !== undefined && journal.size > mostJournalled) transactions.commit()
    const start = { size: journal?.size ?? 0, change: transactions.counters.change }
    const record = this.#write(batch, start)
    const flushed = Promise.all([segments.flush(), journal?.flush()])
    flushed.catch(() => undefined) // awaited below, unless filing has failed before
    try {
      const changes = transactions.gather(() => this.#file(record, (index) => this.#understand(batch[index])))
      await transactions.hold(flushed)
      if (journal === undefined) transactions.commit()
      transactions.announce(changes)
      return record.messages.map(({ number, change }) => ({ key: keyOf(number), change }))
    } catch (error) {
      await flushed.catch(() => undefined)
      this.#takeBack(start.size)
      throw error
    }
  }

  /**
   * Files again what the journal holds and the database has not: after a rollback, and after a crash.
   * @throws what SQLite says; it is tried again with the next call.
   */
  restore(): void {
    if (!this.#lost) return
    const { journal, transactions, clock, setClock } = this.#parts
    const now = clock.now()
    try {
      for (const record of journal?.records() ?? []) {
        const understood = this.#reread(record)
        if (understood === undefined) break
        setClock(record.at)
        transactions.gather(() => this.#file(record, (index) => understood[index]))
      }
    } finally {
      setClock(now)
    }
    this.#lost = false
  }

  /** What a crash left. Call it once, before anything else. @throws as `restore`. */
  recover(): void {
    const { journal, transactions } = this.#parts
    this.rolledBack()
    this.restore()
    if (!transactions.open) journal?.cut(0)
    transactions.commit()
  }

  /** A batch that was refused: its record, and with it the transaction it stands in; what was there before stays. */
  #takeBack(journalSize: number): void {
    const { journal, transactions, log } = this.#parts
    journal?.cut(journalSize)
    transactions.rollback()
    try {
      this.restore()
    } catch (error) {
      log.error({ error: String(error) }, 'Messages wait in the journal until the store can be written again')
    }
  }

  /** Octets to the segments, record to the journal. @throws where there is no room; then nothing was written. */
  #write(batch: readonly Incoming[], start: { size: number; change: number }): JournalRecord {
    const { segments, journal, transactions, clock } = this.#parts
    const { counters } = transactions
    try {
      const at = Math.floor(clock.now())
      const numbered = batch.map(({ octets }) => {
        const numbers = { number: counters.nextNumber(), change: counters.nextChange() }
        return octets instanceof Uint8Array ? { ...numbers, octets, at, checksum: crc32(octets) } : numbers
      })
      const places = segments.append(numbered.filter((each) => 'octets' in each)).values()
      const messages = batch.map(({ octets, arrival }, index): JournalledMessage => {
        const { number, change, checksum } = { checksum: 0, ...(numbered[index] ?? noPlace()) }
        if (!(octets instanceof Uint8Array)) {
          return { number, change, place: octets.spool.finish({ number, at }), octets: octets.reader.size, arrival }
        }
        const place = places.next().value ?? noPlace()
        return { number, change, place, octets: octets.length, checksum, arrival }
      })
      const record = { at, messages }
      journal?.append(record)
      return record
    } catch (error) {
      counters.returned(start.change)
      journal?.cut(start.size)
      throw error
    }
  }

  #file({ at, messages }: JournalRecord, understand: (index: number) => Understanding | undefined) {
    const { transactions, filing } = this.#parts
    const understood = messages.map((message, index): UnderstoodMessage => {
      const known = understand(index)
      return known === undefined ? noPlace() : { ...message, ...known }
    })
    const changes = filing.file(understood, at)
    const last = messages.at(-1)
    if (last !== undefined) transactions.counters.reached(last.number, last.change)
    return changes
  }

  #understand(incoming: Incoming | undefined): Understanding | undefined {
    const { log } = this.#parts
    if (incoming === undefined) return undefined
    const { octets, arrival } = incoming
    const sending = sendingOf(arrival.envelope)
    if (octets instanceof Uint8Array) return understandOctets(octets, log, sending)
    return octets.reader.end((start, end) => octets.spool.read(start, end), log, sending)
  }

  /** @returns undefined for a record that is older than the database, or was not acknowledged: its octets are not there. */
  #reread({ messages }: JournalRecord): readonly Understanding[] | undefined {
    if (messages[0]?.change !== this.#parts.transactions.counters.change + 1) return undefined
    const understood: Understanding[] = []
    for (const message of messages) {
      const known = this.#rereadOne(message)
      if (known === undefined) return undefined
      understood.push(known)
    }
    return understood
  }

  #rereadOne({ place, octets, checksum, arrival }: JournalledMessage): Understanding | undefined {
    const { segments, log } = this.#parts
    if (!segments.holds(place, octets)) return undefined
    const reader = new MessageReader()
    let sum = 0
    const read = (start: number, end: number): Uint8Array => segments.read(place, start, end)
    for (const piece of piecesOf(octets, read)) {
      reader.push(piece)
      sum = crc32(piece, sum)
    }
    if (checksum !== undefined && sum !== checksum) return undefined
    return reader.end(read, log, sendingOf(arrival.envelope))
  }
}

function noPlace(): never {
  throw new Error('A message of the batch is missing')
}
