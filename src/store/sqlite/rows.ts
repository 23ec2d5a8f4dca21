import type { Defect } from '../../mime/tree.ts'
import type { Summary } from '../../mime/summary.ts'
import type { ForwardPath, ReversePath, SmtpEnvelope } from '../../smtp/envelope.ts'
import { keyOf } from '../key.ts'
import type { DisplayAddress, MessageSummary } from '../message.ts'
import type { Row } from './driver.ts'
import { flaggedBit, keywordsFromColumn, seenBit } from './flags.ts'

/** How messages lie in the columns of `message`: small JSON arrays, since most of a row is shown together or not at all. */

/** Bits of `message.marks`. */
export const attachmentMark = 1
export const htmlMark = 2
export const malformedMark = 4

type Pair = [name: string, address: string]
type SummaryColumn = [
  subject: string,
  from: Pair,
  to: Pair[],
  toCount: number,
  date: number | null,
  preview: string,
  attachments: number,
  defects: number,
]

export function summaryToColumn(summary: Summary, defectCount: number): string {
  const pair = ({ name, address }: DisplayAddress): Pair => [name, address]
  const column: SummaryColumn = [
    summary.subject,
    pair(summary.from),
    summary.to.map(pair),
    summary.toCount,
    summary.date ?? null,
    summary.preview,
    summary.attachments,
    defectCount,
  ]
  return JSON.stringify(column)
}

/** What of an envelope belongs to the message; the rest is the session's (`circumstances`). */
export interface TransactionColumn {
  readonly reversePath: ReversePath
  readonly forwardPaths: readonly ForwardPath[]
  readonly mailAt: number
  readonly dataAt: number
}

export function splitEnvelope(envelope: SmtpEnvelope): { transaction: string; circumstances: string } {
  const { reversePath, forwardPaths, mailAt, dataAt, ...circumstances } = envelope
  const transaction: TransactionColumn = { reversePath, forwardPaths, mailAt, dataAt }
  return { transaction: JSON.stringify(transaction), circumstances: JSON.stringify(circumstances) }
}

export const joinEnvelope = (transaction: string, circumstances: string): SmtpEnvelope => ({
  ...(JSON.parse(circumstances) as Omit<SmtpEnvelope, keyof TransactionColumn>),
  ...(JSON.parse(transaction) as TransactionColumn),
})

/** Columns that `summaryOf` reads, of `message m` and `entry e`. */
export const summaryColumns =
  'm.number, m.arrived_at, m.octets, m.marks, m.message_id, m.summary, m.transaction_, e.flags, e.keywords'

const shownPaths = 10

export function summaryOf(row: Row): MessageSummary {
  const [subject, from, to, toCount, date, preview, attachments, defects] = JSON.parse(
    String(row['summary']),
  ) as SummaryColumn
  const display = ([name, address]: Pair): DisplayAddress => ({ name, address })
  return summaryOfArrival(
    {
      number: Number(row['number']),
      arrivedAt: Number(row['arrived_at']),
      octets: Number(row['octets']),
      flags: Number(row['flags']),
      keywords: row['keywords'],
    },
    {
      subject,
      from: display(from),
      to: to.map(display),
      toCount,
      date: date ?? undefined,
      messageId: String(row['message_id']),
      preview,
      attachments,
      hasHtml: (Number(row['marks']) & htmlMark) !== 0,
    },
    defects,
    JSON.parse(String(row['transaction_'])) as TransactionColumn,
  )
}

interface Shown {
  readonly number: number
  readonly arrivedAt: number
  readonly octets: number
  readonly flags: number
  /** As in the column. */
  readonly keywords: unknown
}

export function summaryOfArrival(
  shown: Shown,
  summary: Omit<Summary, 'fieldAddresses'>,
  defectCount: number,
  { reversePath, forwardPaths }: Pick<SmtpEnvelope, 'reversePath' | 'forwardPaths'>,
): MessageSummary {
  return {
    key: keyOf(shown.number),
    arrivedAt: shown.arrivedAt,
    octets: shown.octets,
    subject: summary.subject,
    from: summary.from,
    to: summary.to,
    toCount: summary.toCount,
    reversePath: reversePath.address,
    forwardPaths: forwardPaths.slice(0, shownPaths).map(({ address }) => address),
    forwardPathCount: forwardPaths.length,
    date: summary.date,
    messageId: summary.messageId,
    preview: summary.preview,
    attachments: summary.attachments,
    hasHtml: summary.hasHtml,
    defectCount,
    seen: (shown.flags & seenBit) !== 0,
    flagged: (shown.flags & flaggedBit) !== 0,
    keywords: keywordsFromColumn(shown.keywords),
  }
}

export const defectsToColumn = (defects: readonly Defect[]): string | null =>
  defects.length === 0 ? null : JSON.stringify(defects.map(({ code, offset, text }) => [code, offset, text]))

export const defectsFromColumn = (column: unknown): readonly Defect[] =>
  typeof column !== 'string'
    ? []
    : (JSON.parse(column) as [Defect['code'], number, string][]).map(([code, offset, text]) => ({ code, offset, text }))

/** Numbers in a column: `1,57,3`. */
export const idsToColumn = (ids: Iterable<number>): string => [...ids].join(',')
export const idsFromColumn = (column: unknown): readonly number[] =>
  typeof column !== 'string' || column === '' ? [] : column.split(',').map(Number)
