import type { SmtpEnvelope } from '../../smtp/envelope.ts'
import type { KeptSession, SessionFilter, SessionRecord } from '../store.ts'
import type { Database, Row, SqlValue, Statement } from './driver.ts'
import { type TransactionColumn } from './rows.ts'

/**
 * Sessions. One with messages is kept as long as one of them is; of the others the newest `keep` of SMTP, and as
 * many of IMAP and POP3. The conversation of a message is the session's prologue and its own transaction; of a session
 * that is not over these are all there is, later its own transcript has all of it.
 */
type Circumstances = Omit<SmtpEnvelope, keyof TransactionColumn>

interface OpenSession {
  readonly number: number
  readonly circumstances: string
}

const pruneEvery = 100
const openSessions = 10_000

/** More than any transcript has. */
const wholeCharacters = 1_000_000
/** Of a transcript where only its end is asked for. */
const briefCharacters = 1000

const protocolSql = `CASE substr(json_extract(circumstances, '$.listener'), 1, 4)
  WHEN 'imap' THEN 'imap' WHEN 'pop3' THEN 'pop3' WHEN 'http' THEN 'http' ELSE 'smtp' END`

/** Each parameter is null where it chooses nothing; the eighth is the newest session of the server before this one. */
const newestSql = `SELECT number, id, circumstances, prologue, started_at, ended_at, outcome, messages, refusals, user,
    tried_user, substr(transcript, -?9) AS transcript
  FROM session WHERE (?1 IS NULL OR number < ?1) AND (?2 IS NULL OR ${protocolSql} = ?2)
    AND (?3 IS NULL OR coalesce(outcome, CASE WHEN number > ?8 THEN 'open' ELSE 'dropped' END) = ?3)
    AND (?4 IS NULL OR lower(coalesce(user, json_extract(circumstances, '$.authUser'))) = ?4 OR lower(tried_user) = ?4)
    AND (?5 IS NULL OR started_at >= ?5) AND (?6 IS NULL OR started_at < ?6) AND (?7 = 0 OR refusals > 0)
  ORDER BY number DESC LIMIT ?10`

export class Sessions {
  readonly #keep: number
  readonly #open = new Map<string, OpenSession>()
  readonly #find: Statement
  readonly #add: Statement
  readonly #count: Statement
  readonly #drop: Statement
  readonly #finish: Statement
  readonly #prune: Statement
  readonly #newest: Statement
  readonly #newestNumber: Statement
  readonly #conversations: Statement
  /** The newest session of the server before this one: up to it none is open. */
  #last = 0
  #recorded = 0

  constructor(db: Database, keep: number) {
    this.#keep = keep
    this.#find = db.prepare('SELECT * FROM session WHERE id = ?')
    this.#add = db.prepare(
      'INSERT INTO session(id, circumstances, prologue, started_at, messages, live) VALUES(?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING RETURNING number',
    )
    this.#count = db.prepare('UPDATE session SET messages = messages + ?1, live = live + ?1 WHERE number = ?2')
    this.#drop = db.prepare('UPDATE session SET live = live - ? WHERE number = ?')
    this.#finish = db.prepare(
      'UPDATE session SET ended_at = ?, outcome = ?, transcript = ?, refusals = ?, user = ?, tried_user = ? WHERE number = ?',
    )
    // Of each protocol by itself: a mail client that asks every minute pushes none of SMTP's out.
    this.#prune = db.prepare(
      `DELETE FROM session WHERE number IN (SELECT number FROM (
        SELECT number, row_number() OVER (
          PARTITION BY substr(json_extract(circumstances, '$.listener'), 1, 4) IN ('imap', 'pop3') ORDER BY number DESC
        ) AS place FROM session WHERE live = 0) WHERE place > ?)`,
    )
    this.#newest = db.prepare(newestSql)
    this.#newestNumber = db.prepare('SELECT max(number) AS n FROM session')
    this.#conversations = db.prepare('SELECT conversation FROM message WHERE session = ? ORDER BY number LIMIT 1000')
  }

  /** The session a message belongs to, made known with its first; within the transaction. */
  of(id: string, prologue: string, circumstances: string): OpenSession {
    const known = this.#open.get(id)
    if (known) return known
    const { connectedAt } = JSON.parse(circumstances) as Circumstances
    const added = this.#add.get(id, circumstances, prologue, connectedAt)
    const session = added ? { number: Number(added['number']), circumstances } : this.#known(id)
    if (this.#open.size >= openSessions) this.#open.clear()
    this.#open.set(id, session)
    return session
  }

  #known(id: string): OpenSession {
    const row = this.#find.get(id)
    return { number: Number(row?.['number']), circumstances: String(row?.['circumstances']) }
  }

  added(number: number, messages: number): void {
    this.#count.run(messages, number)
  }

  removed(number: number, messages: number): void {
    this.#drop.run(messages, number)
  }

  /** What was remembered may not be in the file. */
  forget(): void {
    this.#open.clear()
  }

  record(session: SessionRecord): void {
    const open = this.#open.get(session.id)
    this.#open.delete(session.id)
    const { endedAt, outcome, transcript, refusals = 0, authUser = null, triedUser = null } = session
    const number = open?.number ?? this.#numberOf(session)
    this.#finish.run(endedAt, outcome, transcript, refusals, authUser, triedUser, number)
    if (++this.#recorded % pruneEvery === 0) this.prune()
  }

  #numberOf(session: SessionRecord): number {
    const known =
      this.#find.get(session.id) ?? this.#add.get(session.id, circumstancesOf(session), '', session.startedAt)
    return Number(known?.['number'])
  }

  /** Called before the first session of this server, and after what a crash left was filed. */
  begin(): void {
    this.#last = Number(this.#newestNumber.get()?.['n'] ?? 0)
    this.prune()
  }

  prune(): void {
    this.#prune.run(this.#keep)
  }

  newest(limit: number, filter: SessionFilter = {}): readonly KeptSession[] {
    const { before, brief = false, refused = false } = filter
    const below = before === undefined ? null : Number(this.#find.get(before)?.['number'] ?? 0)
    const chosen = [below, ...choices(filter), Number(refused)]
    const kept = brief ? briefCharacters : wholeCharacters
    return this.#newest.all(...chosen, this.#last, kept, limit).map((row) => this.#read(row, brief))
  }

  get(id: string): KeptSession | undefined {
    const row = this.#find.get(id)
    return row && this.#read(row)
  }

  #read(row: Row, brief = false): KeptSession {
    const circumstances = JSON.parse(String(row['circumstances'])) as Circumstances
    const { client, tls, authUser = row['user'] } = circumstances
    const triedUser = row['tried_user']
    const unfinished = Number(row['number']) > this.#last ? 'open' : 'dropped'
    return {
      id: String(row['id']),
      listener: circumstances.listener,
      clientAddress: client.address,
      clientPort: client.port,
      heloName: circumstances.heloName,
      ...(typeof authUser === 'string' ? { authUser } : {}),
      ...(typeof triedUser === 'string' ? { triedUser } : {}),
      ...(tls === undefined ? {} : { tls: `${tls.version} ${tls.cipher}`.trim() }),
      startedAt: Number(row['started_at']),
      endedAt: row['ended_at'] === null ? undefined : Number(row['ended_at']),
      messages: Number(row['messages']),
      outcome: (row['outcome'] ?? unfinished) as KeptSession['outcome'],
      refusals: Number(row['refusals']),
      transcript: typeof row['transcript'] === 'string' ? row['transcript'] : brief ? '' : this.#rebuilt(row),
    }
  }

  #rebuilt(row: Row): string {
    const parts = this.#conversations.all(Number(row['number'])).map(({ conversation }) => String(conversation))
    return [String(row['prologue']), ...parts].filter((part) => part !== '').join('\n')
  }
}

const choices = ({ protocol, outcome, user, since, until }: SessionFilter): readonly SqlValue[] =>
  [protocol, outcome, user?.toLowerCase(), since, until].map((chosen) => chosen ?? null)

function circumstancesOf(session: SessionRecord): string {
  const [version = '', cipher = ''] = session.tls?.split(' ') ?? []
  const circumstances: Circumstances = {
    heloName: session.heloName,
    client: { address: session.clientAddress, port: session.clientPort },
    listener: session.listener,
    ...(session.tls === undefined ? {} : { tls: { version, cipher } }),
    ...(session.authUser === undefined ? {} : { authUser: session.authUser }),
    connectedAt: session.startedAt,
  }
  return JSON.stringify(circumstances)
}
