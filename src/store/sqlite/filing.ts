import { walk } from '../../mime/parts.ts'
import { keyOf } from '../key.ts'
import { foldAddress } from '../../mime/address.ts'
import type { Summary } from '../../mime/summary.ts'
import type { MessageTree } from '../../mime/tree.ts'
import type { SmtpEnvelope } from '../../smtp/envelope.ts'
import type { ArrivalFacts, Change } from '../change.ts'
import type { EntryRef } from '../message.ts'
import type { Filing as ArrivalFiling } from '../store.ts'
import { fieldBits, type AddressBits, type Addresses } from './addresses.ts'
import type { Database, Statement } from './driver.ts'
import { flagSet, keywordsToColumn, seenBit } from './flags.ts'
import type { JournalledMessage } from './journal.ts'
import { everyone, mailboxName, type Mailbox, type Mailboxes } from './mailboxes.ts'
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
import type { Sessions } from './sessions.ts'

/** A message whose octets are in a segment, read and understood. */
export interface UnderstoodMessage extends JournalledMessage {
  readonly sha256: Uint8Array
  readonly tree: MessageTree
  readonly summary: Summary
}

export interface FilingParts {
  readonly mailboxes: Mailboxes
  readonly sessions: Sessions
  readonly addresses: Addresses
}

/** Enters messages in the database: their rows, mailboxes, addresses and sessions. Within a transaction. */
export class Filing {
  readonly #parts: FilingParts
  readonly #insert: Statement
  readonly #enter: Statement

  constructor(db: Database, parts: FilingParts) {
    this.#parts = parts
    this.#insert = db.prepare(
      `INSERT INTO message(number, change, arrived_at, octets, segment, offset, sha256, marks, session, circumstances, user,
        message_id, summary, transaction_, types, defects, filed, addressed, conversation)
       VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#enter = db.prepare(
      'INSERT INTO entry(mailbox, number, uid, flags, keywords, change, internal_date) VALUES(?, ?, ?, ?, ?, ?, ?)',
    )
  }

  /** `at`: when they arrived, milliseconds since 1970. The same messages in the same order always give the same. */
  file(messages: readonly UnderstoodMessage[], at: number): readonly Change[] {
    const live = new Map<number, number>()
    const changes = messages.map((message) => this.#add(message, at, live))
    for (const [session, count] of live) this.#parts.sessions.added(session, count)
    return changes
  }

  #add(message: UnderstoodMessage, arrivedAt: number, live: Map<number, number>): Change {
    const { sessions, addresses } = this.#parts
    const { number, change, arrival, tree, summary, place, octets } = message
    const { transaction, circumstances } = splitEnvelope(arrival.envelope)
    const session = sessions.of(arrival.sessionId, arrival.prologue, circumstances)
    live.set(session.number, (live.get(session.number) ?? 0) + 1)
    const filed = this.#enterAll(message)
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
      octets,
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
      arrival.reply === undefined ? arrival.conversation : `${arrival.conversation}\n${arrival.reply}${keyOf(number)}`,
    )
    const shown = { number, arrivedAt, octets, flags: filed.bits, keywords: filed.keywords }
    return {
      kind: 'arrived',
      number: change,
      summary: summaryOfArrival(shown, summary, tree.defectCount, arrival.envelope),
      entries: filed.entries,
      facts: factsOf(arrival.envelope, summary),
    }
  }

  /** Enters the message wherever the arrival says, and in the INBOX of `all` unless it says otherwise. */
  #enterAll({ number, change, arrival, octets }: UnderstoodMessage): {
    entries: EntryRef[]
    bits: number
    keywords: string | null
  } {
    const { mailboxes } = this.#parts
    const entries: EntryRef[] = []
    const done = new Set<Mailbox>()
    const ofAll = arrival.filing.find(({ account }) => account === everyone)
    let shown = { bits: 0, keywords: null as string | null }
    const always: ArrivalFiling = { account: everyone, mailbox: 'INBOX', flags: [] }
    const filing = arrival.alone === true ? arrival.filing : [ofAll ?? always, ...arrival.filing]
    for (const { account, mailbox, flags, internalDate } of filing) {
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
      box.octets += octets
      mailboxes.touch(box)
      this.#enter.run(box.id, number, uid, set.bits, keywords, change, internalDate ?? null)
      entries.push({ account, mailbox: box.name, mailboxId: box.id, uid })
    }
    return { entries, ...shown }
  }
}

function factsOf({ forwardPaths, reversePath, authUser }: SmtpEnvelope, { fieldAddresses }: Summary): ArrivalFacts {
  return {
    fieldAddresses,
    reversePath: foldAddress(reversePath.address),
    forwardPaths: forwardPaths.map(({ address }) => foldAddress(address)),
    ...(authUser === undefined ? {} : { user: authUser }),
  }
}

function addressesOf({ arrival, summary }: UnderstoodMessage): AddressBits {
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
