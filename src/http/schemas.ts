/** The wire types as schemas: what OpenAPI describes and tests hold answers against. Typed by `wire-types.ts`. */
import * as v from 'valibot'
import type {
  WireAddress,
  WireEnvelope,
  WireFile,
  WireHeaders,
  WireMessage,
  WirePage,
  WirePart,
  WireProblem,
  WireReplay,
  WireSession,
  WireSessions,
  WireState,
  WireFound,
  WireSummary,
  WireUnmet,
} from './wire-types.ts'

const text = v.string()
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const time = v.pipe(v.string(), v.isoTimestamp(), v.metadata({ description: 'RFC 3339 in UTC' }))
const octets = v.pipe(count, v.metadata({ description: 'Octets' }))

const addressFields = { name: text, address: text }
const address: v.GenericSchema<WireAddress> = v.object(addressFields)

const summaryFields = {
  key: v.pipe(text, v.metadata({ description: '11 characters, sortable by arrival' })),
  arrivedAt: time,
  octets,
  subject: text,
  from: address,
  to: v.pipe(v.array(address), v.metadata({ description: 'The first 10 addresses of To, then Cc' })),
  toCount: count,
  reversePath: text,
  forwardPaths: v.pipe(v.array(text), v.metadata({ description: 'The first 10 of the envelope' })),
  forwardPathCount: count,
  date: v.nullable(time),
  messageId: text,
  preview: text,
  attachments: count,
  hasHtml: v.boolean(),
  defectCount: count,
  seen: v.boolean(),
  flagged: v.boolean(),
  tags: v.array(text),
}
export const summarySchema: v.GenericSchema<WireSummary> = v.object(summaryFields)

export const pageSchema: v.GenericSchema<WirePage> = v.object({
  messages: v.pipe(
    v.array(summarySchema),
    v.metadata({ description: 'At most 1 MB: fewer than asked for where they are large' }),
  ),
  next: v.pipe(v.nullable(text), v.metadata({ description: 'Pass as `cursor` for the next page' })),
  total: v.pipe(count, v.metadata({ description: 'Of all that match' })),
  unread: v.pipe(v.nullable(count), v.metadata({ description: 'Null where there is a query' })),
  change: v.pipe(count, v.metadata({ description: 'Number of the newest change this answer includes' })),
})

const nullableText = v.nullable(text)
const irregular = v.pipe(
  v.boolean(),
  v.metadata({ description: 'Not an address by RFC 5321: dots at an end or in a row, or no domain' }),
)
const envelopeSchema: v.GenericSchema<WireEnvelope> = v.object({
  reversePath: v.object({
    address: text,
    irregular,
    size: v.nullable(octets),
    body: nullableText,
    smtpUtf8: v.boolean(),
    ret: nullableText,
    envId: nullableText,
  }),
  forwardPaths: v.array(v.object({ address: text, irregular, notify: v.nullable(v.array(text)), orcpt: nullableText })),
  heloName: text,
  client: v.object({ address: text, port: count }),
  listener: text,
  tls: v.nullable(v.object({ version: text, cipher: text })),
  authUser: nullableText,
  authMechanism: nullableText,
  connectedAt: time,
  mailAt: time,
  dataAt: time,
})

/** Flat: a schema that refers to itself is more than many generators can do. */
export const partSchema: v.GenericSchema<WirePart> = v.object({
  n: v.pipe(text, v.metadata({ description: 'IMAP section number; empty for the message itself' })),
  depth: v.pipe(count, v.metadata({ description: 'How many others it is in' })),
  mediaType: text,
  charset: nullableText,
  transferEncoding: text,
  disposition: nullableText,
  filename: nullableText,
  contentId: nullableText,
  octets,
  lines: count,
  childCount: v.pipe(count, v.metadata({ description: 'Parts directly inside it' })),
})

const fileSchema: v.GenericSchema<WireFile> = v.object({
  n: v.pipe(text, v.metadata({ description: 'What `/parts/{n}` takes' })),
  filename: text,
  mediaType: text,
  octets: v.pipe(count, v.metadata({ description: 'Octets before decoding' })),
  disposition: nullableText,
  contentId: nullableText,
})

export const messageSchema: v.GenericSchema<WireMessage> = v.object({
  ...summaryFields,
  sha256: text,
  envelope: envelopeSchema,
  sessionId: text,
  defects: v.array(v.object({ code: text, offset: count, text })),
  parts: v.pipe(
    v.array(partSchema),
    v.metadata({ description: 'The message itself first, each followed by those inside it; the first 1,000' }),
  ),
  partCount: count,
  files: v.pipe(v.array(fileSchema), v.metadata({ description: 'The first 1,000' })),
  fileCount: count,
  hasText: v.boolean(),
  entries: v.pipe(
    v.array(v.object({ account: text, mailbox: text, uid: count })),
    v.metadata({ description: 'Where it is filed; the first 1,000' }),
  ),
  entryCount: count,
  template: v.pipe(
    v.nullable(v.object({ template: text, fixture: text, locale: text })),
    v.metadata({ description: 'The rendering that its header names' }),
  ),
  replay: v.pipe(
    v.nullable(v.object({ command: text, before: nullableText })),
    v.metadata({ description: 'The replay that sent it, and the key of the message it stands in for; null: none' }),
  ),
})

export const headersSchema: v.GenericSchema<WireHeaders> = v.object({
  fields: v.pipe(
    v.array(
      v.object({
        name: text,
        value: text,
        raw: text,
        offset: count,
        cut: v.pipe(v.boolean(), v.metadata({ description: 'Name, value or raw is only the beginning' })),
      }),
    ),
    v.metadata({ description: 'The first 1,000, and 1 MB at most' }),
  ),
  fieldCount: count,
})

const sessionEntries = {
  id: text,
  listener: text,
  client: v.object({ address: text, port: count }),
  heloName: text,
  authUser: nullableText,
  triedUser: v.pipe(nullableText, v.metadata({ description: 'User name of the last login that was refused' })),
  tls: nullableText,
  startedAt: time,
  endedAt: v.pipe(
    v.nullable(time),
    v.metadata({ description: 'Null while it is open, and where its end was never told' }),
  ),
  messages: count,
  outcome: v.pipe(
    text,
    v.metadata({
      description:
        '`completed`; `closed`: without QUIT, no fault; `dropped`: in the middle of something; `refused`, `timeout`, ' +
        '`shutdown`, `tls-failed`, or `open` while it lasts',
    }),
  ),
  refusals: v.pipe(count, v.metadata({ description: 'Answers that refused something' })),
  remark: v.pipe(nullableText, v.metadata({ description: 'What the server remarked at its end' })),
}

export const sessionsSchema: v.GenericSchema<WireSessions> = v.object({
  sessions: v.array(v.object(sessionEntries)),
  next: v.pipe(nullableText, v.metadata({ description: 'To be given as `before`; null at the end' })),
})

export const sessionSchema: v.GenericSchema<WireSession> = v.object({
  ...sessionEntries,
  transcript: v.pipe(
    text,
    v.metadata({ description: 'Lines `0.012 C: …` and `0.012 S: …`: seconds, who, and what; others are remarks' }),
  ),
})

export const stateSchema: v.GenericSchema<WireState> = v.object({
  version: text,
  pid: count,
  data: v.pipe(nullableText, v.metadata({ description: 'Data directory; null when nothing is kept' })),
  templates: v.pipe(nullableText, v.metadata({ description: 'Folder of the templates; null where there are none' })),
  store: text,
  startedAt: time,
  messages: count,
  unread: count,
  octets,
  diskOctets: octets,
  change: count,
  unindexed: count,
  listeners: v.record(text, v.object({ host: text, port: count, tls: v.picklist(['none', 'starttls', 'implicit']) })),
  accounts: v.array(v.object({ name: text, messages: count, unread: count })),
})

export const foundSchema: v.GenericSchema<WireFound> = v.object({
  messages: v.pipe(v.array(summarySchema), v.metadata({ description: 'Oldest first; at most 1,000, and 1 MB' })),
  change: v.pipe(count, v.metadata({ description: 'Pass as `since` to wait for what comes after' })),
})

const unmetSchema: v.GenericSchema<WireUnmet> = v.object({
  query: text,
  waitedMs: count,
  matched: count,
  wanted: count,
  change: count,
  nearest: v.array(
    v.object({
      key: text,
      subject: text,
      recipients: v.array(text),
      arrivedAt: time,
      terms: v.array(v.object({ term: text, holds: v.boolean(), found: nullableText })),
    }),
  ),
  refused: v.array(v.object({ session: text, client: text, startedAt: time, reply: text })),
  connections: count,
})

export const problemSchema: v.GenericSchema<WireProblem> = v.object({
  type: text,
  title: text,
  status: count,
  detail: text,
  position: v.exactOptional(count),
  length: v.exactOptional(count),
  errors: v.exactOptional(v.array(v.object({ path: text, text }))),
  unmet: v.exactOptional(unmetSchema),
})

export const replaySchema: v.GenericSchema<WireReplay> = v.object({
  id: text,
  command: text,
  startedAt: time,
  endedAt: v.pipe(v.nullable(time), v.metadata({ description: 'Null while it is under way' })),
  problem: v.pipe(nullableText, v.metadata({ description: 'Why it is no success, in words' })),
  output: v.pipe(text, v.metadata({ description: 'The end of what it printed' })),
  messages: v.array(v.object({ key: text, before: nullableText })),
})
