import type { Conversation, DataSink, Delivery, SessionEnd, SmtpSession } from '../../src/smtp/delivery.ts'
import type { ForwardPath, ReversePath, SmtpEnvelope } from '../../src/smtp/envelope.ts'

export interface Collected {
  readonly key: string
  readonly octets: Buffer
  readonly envelope: SmtpEnvelope
  readonly conversation: Conversation
  readonly session: SmtpSession
}

/** What a test may put in the way of a message. Each may throw. */
export interface Obstacles {
  readonly mail?: (reversePath: ReversePath) => void | Promise<void>
  readonly rcpt?: (forwardPath: ForwardPath) => void | Promise<void>
  readonly data?: () => void
  readonly write?: (octetsSoFar: number) => void | Promise<void>
  readonly end?: () => void | Promise<void>
}

/** A delivery that keeps what it is given, in memory, with keys `1`, `2`, … */
export class CollectingDelivery implements Delivery {
  readonly messages: Collected[] = []
  readonly sessions: { session: SmtpSession; end: SessionEnd }[] = []
  /** Sinks that were neither ended nor aborted. */
  openSinks = 0
  aborted = 0
  readonly #obstacles: Obstacles
  readonly #waiting = new Set<() => void>()

  constructor(obstacles: Obstacles = {}) {
    this.#obstacles = obstacles
  }

  mail(_session: SmtpSession, reversePath: ReversePath): void | Promise<void> {
    return this.#obstacles.mail?.(reversePath)
  }

  rcpt(_session: SmtpSession, forwardPath: ForwardPath): void | Promise<void> {
    return this.#obstacles.rcpt?.(forwardPath)
  }

  data(session: SmtpSession): DataSink {
    this.#obstacles.data?.()
    const chunks: Uint8Array[] = []
    let octets = 0
    this.openSinks++
    return {
      write: (chunk) => {
        chunks.push(chunk)
        octets += chunk.length
        return this.#obstacles.write?.(octets)
      },
      end: async (envelope, conversation) => {
        this.openSinks--
        await this.#obstacles.end?.()
        const key = String(this.messages.length + 1)
        this.messages.push({ key, octets: Buffer.concat(chunks), envelope, conversation, session })
        this.#changed()
        return { key }
      },
      abort: () => {
        this.openSinks--
        this.aborted++
        this.#changed()
      },
    }
  }

  closed(session: SmtpSession, end: SessionEnd): void {
    this.sessions.push({ session, end })
    this.#changed()
  }

  /** Resolves as soon as the condition holds; it is asked after each message, abort and session. */
  async until(condition: (delivery: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
