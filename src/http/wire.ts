/** From the store's words to those of the wire. Pure; REST and the live channel say the same thing the same way. */
import { headerFields, type DecodedField } from '../mime/header.ts'
import { partsWithDepth } from '../mime/parts.ts'
import type { MessageTree, Part } from '../mime/tree.ts'
import type { Change } from '../store/change.ts'
import type { DisplayAddress, MessageSummary, StoredMessage } from '../store/message.ts'
import type { KeptSession } from '../store/store.ts'
import type { SmtpEnvelope } from '../smtp/envelope.ts'
import type { Replayed } from '../replay/runs.ts'
import type { Tie } from '../templates/captured.ts'
import { cutNullable, cutText, fitting, maxStringLength } from './cut.ts'
import type {
  WireAddress,
  WireChange,
  WireEnvelope,
  WireField,
  WireFile,
  WireHeaders,
  WireMessage,
  WirePart,
  WireSession,
  WireSessionSummary,
  WireSummary,
} from './wire-types.ts'

/** RFC 3339 in UTC. */
export function wireTime(ms: number): string {
  return new Date(ms).toISOString()
}

export function wireSummary(summary: MessageSummary): WireSummary {
  return {
    key: summary.key,
    arrivedAt: wireTime(summary.arrivedAt),
    octets: summary.octets,
    subject: cutText(summary.subject),
    from: wireAddress(summary.from),
    to: summary.to.map(wireAddress),
    toCount: summary.toCount,
    reversePath: cutText(summary.reversePath),
    forwardPaths: summary.forwardPaths.map((path) => cutText(path)),
    forwardPathCount: summary.forwardPathCount,
    date: summary.date === undefined ? null : wireTime(summary.date),
    messageId: cutText(summary.messageId),
    preview: cutText(summary.preview),
    attachments: summary.attachments,
    hasHtml: summary.hasHtml,
    defectCount: summary.defectCount,
    seen: summary.seen,
    flagged: summary.flagged,
    tags: summary.keywords.map((keyword) => cutText(keyword)),
  }
}

function wireAddress({ name, address }: DisplayAddress): WireAddress {
  return { name: cutText(name), address: cutText(address) }
}

export interface MessageContent {
  readonly tree: MessageTree
  readonly files: readonly Part[]
  readonly hasText: boolean
  /** The template that it follows. */
  readonly tie: Tie | undefined
  /** The replay that sent it. */
  readonly replayed: Replayed | undefined
}

export function wireMessage(message: StoredMessage, content: MessageContent): WireMessage {
  const { tie, replayed, files } = content
  const parts = [...partsWithDepth(content.tree)]
  return {
    ...wireSummary(message.summary),
    sha256: message.sha256,
    envelope: wireEnvelope(message.envelope),
    sessionId: message.sessionId,
    defects: message.defects.map(({ code, offset, text }) => ({ code, offset, text })),
    parts: fitting(parts, wirePart),
    partCount: parts.length,
    files: fitting(files, wireFile),
    fileCount: files.length,
    hasText: content.hasText,
    entries: fitting(message.entries, ({ account, mailbox, uid }) => ({ account, mailbox, uid })),
    entryCount: message.entries.length,
    template: tie === undefined ? null : { template: tie.template, fixture: tie.fixture, locale: tie.locale },
    replay: replayed === undefined ? null : { command: replayed.command, before: replayed.before ?? null },
  }
}

/** Of each text that a client chose: 500 sessions are less than 1 MB. */
const mostOfSession = 250

export const wireSession = (session: KeptSession): WireSession => ({
  ...wireSessionSummary(session),
  transcript: session.transcript,
})

export function wireSessionSummary(session: KeptSession): WireSessionSummary {
  return {
    id: session.id,
    listener: session.listener,
    client: { address: session.clientAddress, port: session.clientPort },
    heloName: cutText(session.heloName, mostOfSession),
    authUser: cutNullable(session.authUser, mostOfSession),
    triedUser: cutNullable(session.triedUser, mostOfSession),
    tls: session.tls ?? null,
    startedAt: wireTime(session.startedAt),
    endedAt: session.endedAt === undefined ? null : wireTime(session.endedAt),
    messages: session.messages,
    outcome: session.outcome,
    refusals: session.refusals,
    remark: remarkOf(session.transcript),
  }
}

/** The last line of a transcript, where neither side said it. */
function remarkOf(transcript: string): string | null {
  const last = transcript.slice(transcript.lastIndexOf('\n') + 1).replace(/^\d+\.\d{3} /, '')
  return last === '' || /^[CS]: /.test(last) ? null : last
}

/**
 * A change as account `all` sees it. `nothing`: it does not touch what the list shows; `unclear`: only listing again
 * can tell (a message may have left the view and live on elsewhere).
 */
export function wireChange(change: Change): WireChange | 'nothing' | 'unclear' {
  const { number } = change
  switch (change.kind) {
    case 'arrived':
      return { number, kind: 'arrived', summary: wireSummary(change.summary) }
    case 'deleted':
      return { number, kind: 'deleted', keys: [...change.keys], all: change.all }
    case 'flags': {
      const seenByAll = change.entries.filter(({ account }) => account === 'all')
      if (seenByAll.length === 0) return 'nothing'
      return { number, kind: 'flags', messages: seenByAll.map(({ key, flags }) => ({ key, ...wireFlags(flags) })) }
    }
    case 'expunged':
      return change.entries.some(({ account }) => account === 'all') ? 'unclear' : 'nothing'
    case 'mailbox':
      return 'nothing'
  }
}

function wireFlags(flags: readonly string[]): { seen: boolean; flagged: boolean; tags: string[] } {
  return {
    seen: flags.includes('\\Seen'),
    flagged: flags.includes('\\Flagged'),
    tags: flags.filter((flag) => !flag.startsWith('\\')),
  }
}

function wireEnvelope(envelope: SmtpEnvelope): WireEnvelope {
  const { reversePath, forwardPaths, client, tls } = envelope
  return {
    reversePath: {
      address: reversePath.address,
      irregular: reversePath.irregular ?? false,
      size: reversePath.size ?? null,
      body: reversePath.body ?? null,
      smtpUtf8: reversePath.smtpUtf8 ?? false,
      ret: reversePath.ret ?? null,
      envId: reversePath.envId ?? null,
    },
    forwardPaths: fitting(forwardPaths, ({ address, irregular, notify, orcpt }) => ({
      address,
      irregular: irregular ?? false,
      notify: notify === undefined ? null : [...notify],
      orcpt: orcpt ?? null,
    })),
    heloName: envelope.heloName,
    client: { address: client.address, port: client.port },
    listener: envelope.listener,
    tls: tls === undefined ? null : { version: tls.version, cipher: tls.cipher },
    authUser: envelope.authUser ?? null,
    authMechanism: envelope.authMechanism ?? null,
    connectedAt: wireTime(envelope.connectedAt),
    mailAt: wireTime(envelope.mailAt),
    dataAt: wireTime(envelope.dataAt),
  }
}

export function mediaTypeOf(part: Part): string {
  return `${part.mediaType.type}/${part.mediaType.subtype}`
}

/** What `/parts/{n}` takes: a message that has no parts is its own part 1. RFC 9051 §6.4.5.1. */
export function sectionOf(part: Part): string {
  return part.section === '' ? '1' : part.section
}

/** Characters of a field's value, and of its raw form. */
const maxFieldLength = 65_536

/** Those of the message itself. */
export function wireHeaders({ root }: MessageTree): WireHeaders {
  return { fields: fitting(headerFields(root), wireField), fieldCount: root.header.length }
}

function wireField({ name, value, raw, offset }: DecodedField): WireField {
  return {
    name: cutText(name),
    value: cutText(value, maxFieldLength),
    raw: cutText(raw, maxFieldLength),
    offset,
    cut: name.length > maxStringLength || value.length > maxFieldLength || raw.length > maxFieldLength,
  }
}

function wirePart({ part, depth }: { part: Part; depth: number }): WirePart {
  return {
    n: part.section,
    depth,
    mediaType: cutText(mediaTypeOf(part)),
    charset: cutNullable(part.mediaType.parameters.get('charset')),
    transferEncoding: cutText(part.transferEncoding),
    disposition: cutNullable(part.disposition),
    filename: cutNullable(part.filename),
    contentId: cutNullable(part.contentId),
    octets: part.end - part.bodyStart,
    lines: part.lines,
    childCount: part.children.length,
  }
}

function wireFile(part: Part): WireFile {
  return {
    n: sectionOf(part),
    filename: cutText(part.filename ?? ''),
    mediaType: cutText(mediaTypeOf(part)),
    octets: part.end - part.bodyStart,
    disposition: cutNullable(part.disposition),
    contentId: cutNullable(part.contentId),
  }
}
