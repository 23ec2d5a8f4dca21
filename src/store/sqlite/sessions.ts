import type { SmtpEnvelope } from '../../smtp/envelope.ts'
import type { KeptSession, SessionRecord } from '../store.ts'
import type { Database, Row, Statement } from './driver.ts'
import { type TransactionColumn } from './rows.ts'

/**
 * Sessions. One with messages is kept as long as one of them is; of the others the newest `keep` of SMTP, and as
 * many of IMAP and POP3. The conversation of a
 * message is the session's prologue and its own transaction, so a session with messages keeps no transcript of its own.
 */
type Circumstances = Omit<SmtpEnvelope, keyof TransactionColumn>

interface OpenSession {
  readonly number: number
  readonly circumstances: string
}

const pruneEvery = 100
const openSessions = 10_000

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
    this.#finish = db.prepare('UPDATE session SET ended_at = ?, outcome = ?, transcript = ? WHERE number = ?')
    // Of each protocol by itself: a mail client that asks every minute pushes none of SMTP's out.
    this.#prune = db.prepare(
      `DELETE FROM session WHERE number IN (SELECT number FROM (
        SELECT number, row_number() OVER (
          PARTITION BY substr(json_extract(circumstances, '$.listener'), 1, 4) IN ('imap', 'pop3') ORDER BY number DESC
        ) AS place FROM session WHERE live = 0) WHERE place > ?)`,
    )
    this.#newest = db.prepare('SELECT * FROM session ORDER BY number DESC LIMIT ?')
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
    // One that is open here has messages, and their conversations are its transcript.
    const { number, transcript } = open ? { number: open.number, transcript: null } : this.#closed(session)
    this.#finish.run(session.endedAt, session.outcome, transcript, number)
    if (++this.#recorded % pruneEvery === 0) this.prune()
  }

  #closed(session: SessionRecord): { number: number; transcript: string | null } {
    const known =
      this.#find.get(session.id) ?? this.#add.get(session.id, circumstancesOf(session), '', session.startedAt)
    const transcript = Number(known?.['messages'] ?? 0) > 0 ? null : session.transcript
    return { number: Number(known?.['number']), transcript }
  }

  /** Called before the first session of this server, and after what a crash left was filed. */
  begin(): void {
    this.#last = Number(this.#newest.get(1)?.['number'] ?? 0)
    this.prune()
  }

  prune(): void {
    this.#prune.run(this.#keep)
  }

  newest(limit: number): readonly KeptSession[] {
    return this.#newest.all(limit).map((row) => this.#read(row))
  }

  get(id: string): KeptSession | undefined {
    const row = this.#find.get(id)
    return row && this.#read(row)
  }

  #read(row: Row): KeptSession {
    const circumstances = JSON.parse(String(row['circumstances'])) as Circumstances
    const { client, tls, authUser } = circumstances
    const unfinished = Number(row['number']) > this.#last ? 'open' : 'dropped'
    return {
      id: String(row['id']),
      listener: circumstances.listener,
      clientAddress: client.address,
      clientPort: client.port,
      heloName: circumstances.heloName,
      ...(authUser === undefined ? {} : { authUser }),
      ...(tls === undefined ? {} : { tls: `${tls.version} ${tls.cipher}`.trim() }),
      startedAt: Number(row['started_at']),
      endedAt: row['ended_at'] === null ? undefined : Number(row['ended_at']),
      messages: Number(row['messages']),
      outcome: (row['outcome'] ?? unfinished) as KeptSession['outcome'],
      transcript: typeof row['transcript'] === 'string' ? row['transcript'] : this.#rebuilt(row),
    }
  }

  #rebuilt(row: Row): string {
    const parts = this.#conversations.all(Number(row['number'])).map(({ conversation }) => String(conversation))
    return [String(row['prologue']), ...parts].filter((part) => part !== '').join('\n')
  }
}

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
