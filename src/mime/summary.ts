import { foldAddress, parseAddressList, type Mailbox } from './address.ts'
import { parseDate } from './date.ts'
import { decodeUnstructured, fieldBodies, fieldBody } from './header.ts'
import { parseMessageId } from './message-id.ts'
import { contents, type Contents } from './parts.ts'
import { partText } from './text.ts'
import type { MessageTree, Part, RangeReader } from './tree.ts'

/** What lists show of a message and what it is found by; made once, when it arrives. */
export interface Summary {
  /** Decoded; at most 500 characters. */
  readonly subject: string
  /** The first of From; both empty when there is none. */
  readonly from: Mailbox
  /** The first 10 of To, then of Cc. */
  readonly to: readonly Mailbox[]
  readonly toCount: number
  /** The Date field, milliseconds since 1970; undefined when absent or not to be read. */
  readonly date: number | undefined
  /** Without angle brackets; empty when there is none. */
  readonly messageId: string
  /** First 160 characters of the text, white space folded. */
  readonly preview: string
  readonly attachments: number
  readonly hasHtml: boolean
  /** Folded by `foldAddress`, without repetition, the first 1,000 of each field. */
  readonly fieldAddresses: FieldAddresses
}

export interface FieldAddresses {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
}

/** Of a message of which nothing is known. */
export const emptySummary: Summary = {
  subject: '',
  from: { name: '', address: '' },
  to: [],
  toCount: 0,
  date: undefined,
  messageId: '',
  preview: '',
  attachments: 0,
  hasHtml: false,
  fieldAddresses: { from: [], to: [], cc: [], bcc: [] },
}

const subjectLength = 500
const previewLength = 160
const shownAddresses = 10
const keptAddresses = 1_000
/** Octets of text looked at for the preview. HTML begins with styles and tables, so it may take several rounds. */
const previewOctets = [600, 8 * 1024, 64 * 1024]
/** How many texts are looked at for one that says anything. */
const mostPreviewed = 4

/** Makes the summary. Reads no more of the body than the preview needs; never throws. */
export function summarize(tree: MessageTree, read: RangeReader): Summary {
  const { root } = tree
  const from = mailboxes(root, 'From')
  const to = mailboxes(root, 'To')
  const cc = mailboxes(root, 'Cc')
  const parts = contents(tree)
  const date = fieldBody(root, 'Date')
  const recipients = [...to, ...cc]
  return {
    subject: decodeUnstructured((fieldBody(root, 'Subject') ?? '').slice(0, 8 * subjectLength)).slice(0, subjectLength),
    from: from[0] ?? emptySummary.from,
    to: recipients.slice(0, shownAddresses),
    toCount: recipients.length,
    date: date === undefined ? undefined : parseDate(date),
    messageId: parseMessageId(fieldBody(root, 'Message-ID') ?? '') ?? '',
    preview: preview(parts, read),
    attachments: parts.attachments,
    hasHtml: parts.html !== undefined,
    fieldAddresses: { from: folded(from), to: folded(to), cc: folded(cc), bcc: folded(mailboxes(root, 'Bcc')) },
  }
}

function mailboxes(root: Part, name: string): readonly Mailbox[] {
  const bodies = fieldBodies(root, name)
  if (bodies.length === 1 && bodies[0] !== undefined) return parseAddressList(bodies[0], keptAddresses).mailboxes
  const all: Mailbox[] = []
  for (const body of bodies) {
    if (all.length >= keptAddresses) break
    all.push(...parseAddressList(body, keptAddresses - all.length).mailboxes)
  }
  return all
}

function folded(list: readonly Mailbox[]): readonly string[] {
  const unique = new Set<string>()
  for (const { address } of list) if (address !== '') unique.add(foldAddress(address))
  return [...unique]
}

/** The first text that says anything, as a reader without HTML has them; after those the HTML. */
function preview({ asText, html }: Contents, read: RangeReader): string {
  const texts = asText.slice(0, mostPreviewed)
  for (const part of html === undefined || texts.includes(html) ? texts : [...texts, html]) {
    const line = previewOf(part, read)
    if (line !== '') return line
  }
  return ''
}

function previewOf(part: Part, read: RangeReader): string {
  let line = ''
  for (const octets of previewOctets) {
    line = partText(part, read, octets).replace(/\s+/g, ' ').trim()
    if (line.length >= previewLength || part.end - part.bodyStart <= octets) break
  }
  return line.slice(0, previewLength)
}
