import { foldAddress } from '../mime/address.ts'
import { scanInTurns } from '../mime/scan-in-turns.ts'
import { summarize } from '../mime/summary.ts'
import type { Criteria } from '../query/criteria.ts'
import { matches } from '../query/matches.ts'
import { messageSubject, type MessageContent, type MessageFacts } from '../query/message-subject.ts'
import type { QuerySubject } from '../query/subject.ts'
import type { ArrivalFacts } from '../store/change.ts'
import type { EntryRef, MessageSummary } from '../store/message.ts'
import type { Store } from '../store/store.ts'

/** A message that somebody may wait for. */
export interface Arrived {
  readonly summary: MessageSummary
  readonly entries: readonly EntryRef[]
  /** Undefined where it is told of later. */
  readonly facts?: ArrivalFacts
}

/** Octets above which a message is not taken into memory: the store says of it what matches. */
const mostRead = 32 * 1024 * 1024
/** As long as a subject in a summary can be. */
const longestSubject = 500

/** Thrown where the facts do not say whether a term holds. */
const unread = new Error('The message has to be read')

/**
 * One message, and what of the query language holds of it. Most terms are answered by what was known when it arrived;
 * it is read when the first asks for more, and once.
 */
export class Candidate {
  readonly #store: Pick<Store, 'get' | 'octets' | 'find'>
  readonly #arrived: Arrived
  #facts: ArrivalFacts | undefined
  #content: MessageContent | undefined
  #loading: Promise<void> | undefined
  readonly #subjects = new Map<string, QuerySubject>()

  constructor(arrived: Arrived, store: Pick<Store, 'get' | 'octets' | 'find'>) {
    this.#arrived = arrived
    this.#facts = arrived.facts
    this.#store = store
  }

  get summary(): MessageSummary {
    return this.#arrived.summary
  }

  /** Every address of the header and the envelope, folded; undefined where that is not known yet. */
  get addresses(): readonly string[] | undefined {
    const facts = this.#facts
    if (facts === undefined) return undefined
    const { from, to, cc, bcc } = facts.fieldAddresses
    return [...from, ...to, ...cc, ...bcc, facts.reversePath, ...facts.forwardPaths]
  }

  isIn(account: string): boolean {
    return this.#arrived.entries.some((entry) => entry.account === account)
  }

  /** @param now milliseconds since 1970. @returns undefined: `load` it, and ask again. */
  holds(criteria: Criteria, account: string, now: number): boolean | undefined {
    try {
      return matches(criteria, this.subject(account), now)
    } catch (error) {
      if (error === unread) return undefined
      throw error
    }
  }

  /** The same, whatever it takes. A message that is gone matches nothing. */
  async matches(criteria: Criteria, account: string, now: number): Promise<boolean> {
    const known = this.holds(criteria, account, now)
    if (known !== undefined) return known
    await this.load()
    if (this.#content !== undefined) return matches(criteria, this.subject(account), now)
    return (await this.#store.find({ account, keys: [this.summary.key], criteria })).length > 0
  }

  /** Reads it, unless it is too large or gone. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load())
  }

  /** As queries see it in this account. Throws for what is not known before it is read. */
  subject(account: string): QuerySubject {
    const known = this.#subjects.get(account)
    if (known !== undefined) return known
    const made = messageSubject(this.#factsFor(account), () => {
      if (this.#content === undefined) throw unread
      return this.#content
    })
    this.#subjects.set(account, made)
    return made
  }

  async #load(): Promise<void> {
    const { key, octets } = this.summary
    const source = octets > mostRead ? undefined : await this.#store.octets(key)
    if (source === undefined) return
    try {
      const whole = await source.read(0, octets)
      const tree = await scanInTurns([whole], octets)
      const read = (start: number, end: number): Uint8Array => whole.subarray(start, end)
      this.#facts ??= await this.#factsFrom({ tree, read })
      this.#content = { tree, read }
      this.#subjects.clear()
    } finally {
      source.close()
    }
  }

  async #factsFrom({ tree, read }: MessageContent): Promise<ArrivalFacts | undefined> {
    const account = this.#arrived.entries[0]?.account ?? 'all'
    const envelope = (await this.#store.get(account, this.summary.key))?.envelope
    if (envelope === undefined) return undefined
    return {
      fieldAddresses: summarize(tree, read).fieldAddresses,
      reversePath: foldAddress(envelope.reversePath.address),
      forwardPaths: envelope.forwardPaths.map(({ address }) => foldAddress(address)),
      ...(envelope.authUser === undefined ? {} : { user: envelope.authUser }),
    }
  }

  #factsFor(account: string): MessageFacts {
    const { summary, entries } = this.#arrived
    const facts = this.#facts
    const needed = <T>(value: T | undefined): T => {
      if (value === undefined) throw unread
      return value
    }
    return {
      octets: summary.octets,
      arrivedAt: summary.arrivedAt,
      seen: summary.seen,
      flagged: summary.flagged,
      malformed: summary.defectCount > 0,
      hasAttachment: summary.attachments > 0,
      hasHtml: summary.hasHtml,
      keywords: summary.keywords,
      accounts: [...new Set(entries.map((entry) => entry.account))],
      mailboxes: entries.flatMap((entry) => (entry.account === account ? [entry.mailbox] : [])),
      messageId: summary.messageId === '' ? undefined : summary.messageId,
      get user() {
        return needed(facts).user
      },
      get fieldAddresses() {
        return needed(facts).fieldAddresses
      },
      get reversePath() {
        return needed(facts).reversePath
      },
      get forwardPaths() {
        return needed(facts).forwardPaths
      },
      // A second Subject field would be a defect.
      ...(summary.defectCount === 0 && summary.subject.length < longestSubject && { subject: summary.subject }),
    }
  }
}
