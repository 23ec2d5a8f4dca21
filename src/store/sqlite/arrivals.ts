import { createHash, type Hash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { foldAddress } from '../../mime/address.ts'
import { walk } from '../../mime/parts.ts'
import { scanMessage, type MessageScanner } from '../../mime/scanner.ts'
import { emptySummary, summarize, type Summary } from '../../mime/summary.ts'
import type { MessageTree } from '../../mime/tree.ts'
import type { Change } from '../change.ts'
import { keyOf } from '../key.ts'
import type { EntryRef } from '../message.ts'
import type { Arrival, Receipt } from '../store.ts'
import { fieldBits, type AddressBits, type Addresses } from './addresses.ts'
import type { Database, Statement } from './driver.ts'
import { flagSet, keywordsToColumn, seenBit } from './flags.ts'
import { everyone, mailboxName, type Mailbox } from './mailboxes.ts'
import {
  attachmentMark,
  defectsToColumn,
  htmlMark,
  idsToColumn,
  malformedMark,
  splitEnvelope,
  summaryOfArrival,
  summaryToColumn,
} from './rows.ts'
import type { Place, Segments, Spool } from './segments.ts'
import type { Sessions } from './sessions.ts'
import type { Transactions } from './transaction.ts'

/**
 * Messages come in here: octets to a segment, flushed; then one transaction for all that wait; then the changes go out.
 *
 * A message is scanned between the two, so that it is whole on every surface from its first instant. Scanning cannot
 * lose it: it is bounded and linear, and should it throw all the same, the message is kept and marked `unparsed`.
 */
export interface Incoming {
  readonly octets: Uint8Array | LargeMessage
  readonly arrival: Arrival
}

/** A message that was written, hashed and scanned as it came. */
export interface LargeMessage {
  readonly spool: Spool
  readonly hash: Hash
  readonly scanner: MessageScanner
  readonly size: number
}

interface Placed {
  readonly arrival: Arrival
  readonly place: Place
  readonly size: number
  readonly sha256: Uint8Array
  readonly tree: MessageTree
  readonly summary: Summary
}

export interface ArrivalParts {
  readonly segments: Segments
  readonly transactions: Transactions
  readonly sessions: Sessions
  readonly addresses: Addresses
  readonly clock: Clock
  readonly log: Log
}

export class Arrivals {
  readonly #parts: ArrivalParts
  readonly #insert: Statement
  readonly #enter: Statement

  constructor(db: Database, parts: ArrivalParts) {
    this.#parts = parts
    this.#insert = db.prepare(
      `INSERT INTO message(number, change, arrived_at, octets, segment, offset, sha256, marks, session, circumstances, user,
        message_id, summary, transaction_, types, defects, filed, addressed, conversation)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#enter = db.prepare(
      'INSERT INTO entry(mailbox, number, uid, flags, keywords, change) VALUES(?, ?, ?, ?, ?, ?)',
    )
  }

  /**
   * Takes all of them or none: durable and visible when it resolves. The octets are flushed while they are scanned.
   * @throws what the disk or SQLite says; then nothing was kept.
   */
  async commit(batch: readonly Incoming[]): Promise<readonly Receipt[]> {
    const { segments, transactions, sessions, addresses } = this.#parts
    const small = batch.flatMap(({ octets }) => (octets instanceof Uint8Array ? [octets] : []))
    const places = segments.append(small)
    const flushed = segments.flush()
    flushed.catch(() => undefined) // awaited below, unless scanning has failed before
    const placed = placeEach(batch, places, this.#parts.log)
    await flushed
    try {
      return transactions.run((changes) => {
        const live = new Map<number, number>()
        const receipts = placed.map((message) => this.#add(message, changes, live))
        for (const [session, count] of live) sessions.added(session, count)
        return receipts
      })
    } catch (error) {
      sessions.forget()
      addresses.forget()
      throw error
    }
  }

  #add(message: Placed, changes: Change[], live: Map<number, number>): Receipt {
    const { transactions, sessions, addresses, clock } = this.#parts
    const { arrival, tree, summary, place } = message
    const number = transactions.counters.nextNumber()
    const change = transactions.counters.nextChange()
    const arrivedAt = Math.floor(clock.now())
    const { transaction, circumstances } = splitEnvelope(arrival.envelope)
    const session = sessions.of(arrival.sessionId, arrival.prologue, circumstances)
    live.set(session.number, (live.get(session.number) ?? 0) + 1)
    const filed = this.#file(number, change, message)
    const marks =
      (summary.attachments > 0 ? attachmentMark : 0) |
      (summary.hasHtml ? htmlMark : 0) |
      (tree.defectCount > 0 ? malformedMark : 0)
    const summaryColumn = summaryToColumn(summary, tree.defectCount)
    const addressed = addresses.enter(number, addressesOf(message))
    this.#insert.run(
      number,
      change,
      arrivedAt,
      message.size,
      place.segment,
      place.offset,
      message.sha256,
      marks,
      session.number,
      circumstances === session.circumstances ? null : circumstances,
      arrival.envelope.authUser?.toLowerCase() ?? null,
      summary.messageId,
      summaryColumn,
      transaction,
      typesOf(tree),
      defectsToColumn(tree.defects),
      idsToColumn(new Set(filed.entries.map(({ mailboxId }) => mailboxId))),
      idsToColumn(addressed),
      arrival.conversation,
    )
    const shown = { number, arrivedAt, octets: message.size, flags: filed.bits, keywords: filed.keywords }
    changes.push({
      kind: 'arrived',
      number: change,
      summary: summaryOfArrival(shown, summary, tree.defectCount, arrival.envelope),
      entries: filed.entries,
    })
    return { key: keyOf(number), change }
  }

  /** Enters the message in the INBOX of `all` and wherever the arrival says. */
  #file(
    number: number,
    change: number,
    { arrival, size }: Placed,
  ): { entries: EntryRef[]; bits: number; keywords: string | null } {
    const { mailboxes } = this.#parts.transactions
    const entries: EntryRef[] = []
    const done = new Set<Mailbox>()
    const ofAll = arrival.filing.find(({ account }) => account === everyone)
    let shown = { bits: 0, keywords: null as string | null }
    for (const { account, mailbox, flags } of [
      ofAll ?? { account: everyone, mailbox: 'INBOX', flags: [] },
      ...arrival.filing,
    ]) {
      const box = mailboxes.ensure(account, mailboxName(mailbox), change)
      if (done.has(box)) continue
      done.add(box)
      const set = flagSet(flags)
      const keywords = keywordsToColumn(set.keywords)
      if (account === everyone) shown = { bits: set.bits, keywords }
      const uid = box.uidNext++
      box.change = change
      box.messages++
      if (!(set.bits & seenBit)) box.unread++
      box.octets += size
      mailboxes.touch(box)
      this.#enter.run(box.id, number, uid, set.bits, keywords, change)
      entries.push({ account, mailbox: box.name, mailboxId: box.id, uid })
    }
    return { entries, ...shown }
  }
}

/** Scans every message and takes its hash; a large one is flushed here. */
function placeEach(batch: readonly Incoming[], places: readonly Place[], log: Log): readonly Placed[] {
  const next = places.values()
  return batch.map(({ octets, arrival }) => {
    if (!(octets instanceof Uint8Array)) return { arrival, ...placeLarge(octets, log) }
    const { value: place } = next.next()
    if (!place) throw new Error('A message has no place')
    const sha256 = createHash('sha256').update(octets).digest()
    const read = (start: number, end: number): Uint8Array => octets.subarray(start, end)
    const size = octets.length
    return { arrival, place, size, sha256, ...understand(() => scanMessage(octets), read, size, log) }
  })
}

function placeLarge({ spool, hash, scanner, size }: LargeMessage, log: Log): Omit<Placed, 'arrival'> {
  const read = (start: number, end: number): Uint8Array => spool.read(start, end)
  const understood = understand(() => scanner.end(), read, size, log)
  return { place: spool.finish(), size, sha256: hash.digest(), ...understood }
}

function understand(
  scan: () => MessageTree,
  read: (start: number, end: number) => Uint8Array,
  size: number,
  log: Log,
): { tree: MessageTree; summary: Summary } {
  try {
    const tree = scan()
    return { tree, summary: summarize(tree, read) }
  } catch (error) {
    log.error(
      { error: error instanceof Error ? error.message : 'unknown' },
      'A message could not be parsed; it is kept and marked',
    )
    return { tree: unparsed(size), summary: { ...emptySummary, subject: '(unparsed)' } }
  }
}

function unparsed(size: number): MessageTree {
  const text = 'The message could not be parsed. Its octets are as they were sent.'
  return {
    octets: size,
    root: {
      section: '',
      header: [],
      start: 0,
      bodyStart: 0,
      end: size,
      lines: 0,
      mediaType: { type: 'application', subtype: 'octet-stream', parameters: new Map() },
      transferEncoding: 'binary',
      disposition: undefined,
      filename: undefined,
      contentId: undefined,
      children: [],
    },
    defects: [{ code: 'unparsed', offset: 0, text }],
    defectCount: 1,
  }
}

function addressesOf({ arrival, summary }: Placed): AddressBits {
  const found: AddressBits = new Map()
  const add = (addresses: readonly string[], bit: number): void => {
    for (const address of addresses) if (address !== '') found.set(address, (found.get(address) ?? 0) | bit)
  }
  const { from, to, cc, bcc } = summary.fieldAddresses
  add(from, fieldBits.from)
  add(to, fieldBits.to)
  add(cc, fieldBits.cc)
  add(bcc, fieldBits.bcc)
  add(
    arrival.envelope.forwardPaths.map(({ address }) => foldAddress(address)),
    fieldBits.rcpt,
  )
  add([foldAddress(arrival.envelope.reversePath.address)], fieldBits.sender)
  return found
}

/** ` text/plain image/png `: each between spaces, so that one can be looked for as a piece of text. */
function typesOf(tree: MessageTree): string {
  const types = new Set<string>()
  for (const { mediaType } of walk(tree)) types.add(`${mediaType.type}/${mediaType.subtype}`)
  return ` ${[...types].join(' ')} `
}
