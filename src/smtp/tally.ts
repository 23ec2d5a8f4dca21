import type { SessionEnd, SessionOutcome } from './delivery.ts'

type EndParts = Pick<SessionEnd, 'outcome' | 'endedAt' | 'transcript'> & { readonly triedUser: string | undefined }

/** What a session has come to so far. */
export class Tally {
  /** Messages stored. */
  messages = 0
  /** Replies that refused. */
  refusals = 0
  /** The connection failed. */
  broken = false
  #lastCode = 0

  replied(code: number): void {
    this.#lastCode = code
    if (code >= 400) this.refusals++
  }

  end({ triedUser, ...end }: EndParts): SessionEnd {
    const { messages, refusals } = this
    return { ...end, messages, refusals, ...(triedUser !== undefined && { triedUser }) }
  }

  /** Of a client that went away without QUIT, which between two commands is no fault. @param amid it was in the middle of a message. */
  leftAs(amid: boolean): SessionOutcome {
    if (this.#lastCode >= 400) return 'refused'
    return this.broken || amid ? 'dropped' : 'closed'
  }
}
