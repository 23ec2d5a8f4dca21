/**
 * What goes over REST and socket.io, as types that the UI and the TypeScript client share. Keys are camelCase, times
 * RFC 3339 in UTC, sizes octets. `http/routes/` translates from the store's words to these. Types only.
 */

export interface WireAddress {
  name: string
  address: string
}

/** No string has more than 1,000 characters; what is longer is cut. */
export interface WireSummary {
  key: string
  arrivedAt: string
  octets: number
  subject: string
  from: WireAddress
  to: WireAddress[]
  toCount: number
  reversePath: string
  forwardPaths: string[]
  forwardPathCount: number
  date: string | null
  messageId: string
  preview: string
  attachments: number
  hasHtml: boolean
  /** How many defects; above 0 the message is `is:malformed`. */
  defectCount: number
  seen: boolean
  flagged: boolean
  tags: string[]
}

/** `GET /api/messages`. At most 1 MB as JSON: fewer messages than asked for where those are large. */
export interface WirePage {
  messages: WireSummary[]
  next: string | null
  total: number
  unread: number | null
  change: number
}

/** `GET /api/messages/{key}`. */
export interface WireMessage extends WireSummary {
  sha256: string
  envelope: WireEnvelope
  sessionId: string
  defects: WireDefect[]
  /** All parts, the message itself first, each followed by those inside it. At most 1,000. */
  parts: WirePart[]
  partCount: number
  /** Attachments and inline files, in order; `n` is what `/parts/{n}` takes. At most 1,000. */
  files: WireFile[]
  fileCount: number
  hasText: boolean
  /** Where it is filed. At most 1,000. */
  entries: { account: string; mailbox: string; uid: number }[]
  entryCount: number
  /** The rendering that its header names; null where it names none. Whether there is such a template is another question. */
  template: WireRenderingId | null
  /** Null where no replay sent it; `before`: the message it stands in for, null where that was not sent before. */
  replay: { command: string; before: string | null } | null
}

export interface WireDefect {
  code: string
  offset: number
  text: string
}

export interface WireFile {
  /** IMAP section number. */
  n: string
  filename: string
  mediaType: string
  /** Before decoding. */
  octets: number
  disposition: string | null
  contentId: string | null
}

export interface WirePart {
  /** IMAP section number; empty for the message itself, `2.TEXT` for the multipart inside the message that is part 2. */
  n: string
  /** How many others it is in: the one it is in stands before it, and has one less. */
  depth: number
  mediaType: string
  charset: string | null
  transferEncoding: string
  disposition: string | null
  filename: string | null
  contentId: string | null
  /** Of the body as sent, before decoding. */
  octets: number
  lines: number
  /** Parts directly inside it. */
  childCount: number
}

export interface WireEnvelope {
  /** `irregular`: not by the grammar of RFC 5321, and taken all the same. */
  reversePath: {
    address: string
    irregular: boolean
    size: number | null
    body: string | null
    smtpUtf8: boolean
    ret: string | null
    envId: string | null
  }
  /** At most 1,000; `forwardPathCount` says how many there were. */
  forwardPaths: { address: string; irregular: boolean; notify: string[] | null; orcpt: string | null }[]
  heloName: string
  client: { address: string; port: number }
  listener: string
  tls: { version: string; cipher: string } | null
  authUser: string | null
  authMechanism: string | null
  connectedAt: string
  mailAt: string
  dataAt: string
}

/** `GET /api/messages/{key}/headers`. */
export interface WireHeaders {
  /** At most 1,000, and 1 MB as JSON. */
  fields: WireField[]
  fieldCount: number
}

export interface WireField {
  name: string
  value: string
  raw: string
  offset: number
  /** One of the three is only the beginning: the octets have all of it. */
  cut: boolean
}

/** A session in `GET /api/sessions`. */
export interface WireSessionSummary {
  id: string
  listener: string
  client: { address: string; port: number }
  heloName: string
  /** Who logged in. */
  authUser: string | null
  /** The user name of a login that was refused; the last one. */
  triedUser: string | null
  tls: string | null
  startedAt: string
  /** Null while it is open, and where its end was never told. */
  endedAt: string | null
  messages: number
  /** As `SessionOutcome` has it, or `open` while it lasts. */
  outcome: string
  /** Answers that refused something. */
  refusals: number
  /** What the server remarked at its end, such as why TLS failed. */
  remark: string | null
}

/** `GET /api/sessions`: newest first. */
export interface WireSessions {
  sessions: WireSessionSummary[]
  /** To be given as `before`; null at the end. */
  next: string | null
}

/** `GET /api/sessions/{id}`. */
export interface WireSession extends WireSessionSummary {
  /** Lines `0.012 C: …` and `0.012 S: …`: seconds since the session began, who said it, and what. Others are remarks. */
  transcript: string
}

/** `GET /api/state`. */
export interface WireState {
  version: string
  pid: number
  /** Data directory; null when nothing is kept. */
  data: string | null
  /** Folder of the templates; null where the server has none. */
  templates: string | null
  store: string
  startedAt: string
  messages: number
  unread: number
  octets: number
  diskOctets: number
  change: number
  unindexed: number
  /** `tls`: how the listener comes to TLS; `implicit` is from the first octet on. */
  listeners: Record<string, { host: string; port: number; tls: 'none' | 'starttls' | 'implicit' }>
  accounts: { name: string; messages: number; unread: number }[]
}

/** RFC 9457. `position` and `length` point into the query, in UTF-16 units, where the problem is a malformed query. */
export interface WireProblem {
  type: string
  title: string
  status: number
  detail: string
  position?: number
  length?: number
  errors?: { path: string; text: string }[]
  unmet?: WireUnmet
}

/** `POST /api/wait`: messages that match, oldest first. */
export interface WireFound {
  messages: WireSummary[]
  /** Pass as `since` to wait for what comes after. */
  change: number
}

/** In the problem of a wait that found too little. */
export interface WireUnmet {
  query: string
  waitedMs: number
  matched: number
  wanted: number
  change: number
  /** At most 10, the closest first. */
  nearest: {
    key: string
    subject: string
    recipients: string[]
    arrivedAt: string
    /** Of each term that all have to hold: whether it does, and what stood there instead. */
    terms: { term: string; holds: boolean; found: string | null }[]
  }[]
  /** SMTP sessions of that time with a refusal, or without a message; at most 10. */
  refused: { session: string; client: string; startedAt: string; reply: string }[]
  /** SMTP sessions of that time. 0: nothing connected. */
  connections: number
}

/** One numbered change, as socket.io's event `changes` carries it. Never more than 1 KiB each. */
export type WireChange =
  | { number: number; kind: 'arrived'; summary: WireSummary }
  | { number: number; kind: 'flags'; messages: { key: string; seen: boolean; flagged: boolean; tags: string[] }[] }
  | { number: number; kind: 'deleted'; keys: string[]; all: boolean }

/**
 * Event `changes`: everything from after `from` up to and including `to`. `reset`: too much to send, or unknown
 * number: list again.
 */
export interface WireChanges {
  from: number
  to: number
  changes: WireChange[]
  reset: boolean
  messages: number
  unread: number
}

/** Sent by the client right after connecting, and answered by one `changes`. */
export interface WireResume {
  since: number | null
}

/** `GET /api/replays`, and socket.io's event `replay` whenever a run begins, sends or ends. */
export interface WireReplay {
  id: string
  command: string
  startedAt: string
  /** Null while it is under way. */
  endedAt: string | null
  /** Why it is no success, in words. */
  problem: string | null
  /** The end of what it printed. */
  output: string
  /** The first 500 it sent; `before`: the message each stands in for, if there is one. */
  messages: { key: string; before: string | null }[]
}

/** A place in a template's source, and what is wrong there. */
export interface WireDiagnostic {
  severity: 'error' | 'warning'
  message: string
  /** Relative to the templates' root; null where no file is known. */
  file: string | null
  /** From 1; null where it is not known, `column` likewise. */
  line: number | null
  column: number | null
  excerpt: { line: number; text: string }[]
  /** Files it came through, outermost first. */
  through: string[]
}

/** `GET /api/templates`. */
export interface WireCatalogue {
  revision: number
  /** Absolute, for people. */
  root: string
  templates: WireTemplate[]
  diagnostics: WireDiagnostic[]
}

export interface WireTemplate {
  name: string
  file: string
  engine: string
  fixtures: string[]
  locales: string[]
}

/** Which rendering, as a query string carries it too: `?template=users/welcome&fixture=default&locale=`. */
export interface WireRenderingId {
  template: string
  fixture: string
  locale: string
}

/** `GET /api/messages/{key}/template`. With data of its own, `fixture` is `@` and the message's key. */
export interface WireTie extends WireRenderingId {
  /** What says so: somebody by POST, the message's own header fields, or a rule of the configuration. */
  by: 'hand' | 'header' | 'rule'
  /** Null where a fixture is named, or the data cannot be read. */
  data: Record<string, unknown> | null
  /** Why its data cannot be read. */
  problem: string | null
}

/** `GET /api/rendering`, and socket.io's event `rendering`. */
export interface WireRendering extends WireRenderingId {
  revision: number
  subject: string
  from: string
  preheader: string
  html: string
  text: string
  textDerived: boolean
  stale: boolean
  engine: string
  files: string[]
  diagnostics: WireDiagnostic[]
  renderMs: number
  /** Of the HTML, UTF-8. */
  htmlOctets: number
}

/**
 * `GET /api/fixture`; `PUT` takes `{ data, was }`: `was` is the data the edit began with, and where the file says
 * something else by now the answer is 409. Without `was` it is written over.
 */
export interface WireFixture {
  template: string
  fixture: string
  file: string | null
  writable: boolean
  data: Record<string, unknown>
  diagnostics: WireDiagnostic[]
}

/**
 * Sent by the client whenever what it shows changes, and right after connecting: at most 12 renderings it looks at, what
 * is seen first at the front, each with the revision it has (0: none). Answered by a `rendering` event for each that is
 * another one; those of later saves follow. Events come in order: the last one stands, whatever its revision. A rendering
 * of more than 1 MiB is not sent: `templates` says that it is outdated, and `GET /api/rendering` has it.
 * The first of a connection is answered by a `catalogue` hint too, so that a page that slept knows whether to list again.
 */
export interface WireLook {
  renderings: (WireRenderingId & { revision: number })[]
}

/**
 * socket.io's event `templates`: hints of what else changed. `catalogue`: list again, if its revision is not the one at
 * hand, and take whatever is not looked at for outdated. `tied`: a message follows another template, or other data.
 */
export type WireTemplatesEvent =
  | { kind: 'catalogue'; revision: number }
  | { kind: 'outdated'; revision: number; renderings: WireRenderingId[] }
  | { kind: 'asset'; revision: number; file: string }
  | { kind: 'tied'; revision: number; key: string }
