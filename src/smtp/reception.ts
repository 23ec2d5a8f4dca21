/** One message on its way in: from 354 to the final dot. */
import { bareLineEnd, tooLarge } from './commands.ts'
import type { Conversation, DataSink, StoredAs } from './delivery.ts'
import type { SmtpEnvelope } from './envelope.ts'
import { LineEnds } from './line-ends.ts'

export interface ContentLimits {
  readonly maxMessageOctets: number
  /** Refuses a CR or LF that stands alone. */
  readonly strictLineEnds: boolean
}

/**
 * Passes content on to a sink. After a failure the rest is drained: none of it is kept, and none of it is a command. SMTP-3.
 */
export class Reception {
  readonly #sink: DataSink
  readonly #maxMessageOctets: number
  readonly #lineEnds: LineEnds | undefined
  #octets = 0
  #failure: unknown
  #over = false

  constructor(sink: DataSink, { maxMessageOctets, strictLineEnds }: ContentLimits) {
    this.#sink = sink
    this.#maxMessageOctets = maxMessageOctets
    this.#lineEnds = strictLineEnds ? new LineEnds() : undefined
  }

  /** How many came, drained ones included. */
  get octets(): number {
    return this.#octets
  }

  /** More than twice the limit came, with no end in sight: enough for a reply and a closed connection. */
  get hopeless(): boolean {
    return this.#octets > 2 * this.#maxMessageOctets
  }

  /** Why the message will not be kept, once that is known. */
  get failure(): unknown {
    return this.#failure
  }

  /** Never throws. */
  write(content: Buffer): void | Promise<void> {
    this.#octets += content.length
    if (this.#over) return
    if (this.#octets > this.#maxMessageOctets) return this.#fail(tooLarge({ maxMessageOctets: this.#maxMessageOctets }))
    if (this.#lineEnds?.hasBare(content) === true) return this.#fail(bareLineEnd())
    try {
      return this.#sink.write(content)?.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  /** @throws SmtpRefusal, or any error; then nothing of the message is visible anywhere. */
  async end(envelope: SmtpEnvelope, conversation: Conversation): Promise<StoredAs> {
    if (this.#over) throw this.#failure
    this.#over = true
    return this.#sink.end(envelope, conversation)
  }

  /** The rest will not come. Does nothing after an end or a failure. */
  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#sink.abort()
  }

  #fail(error: unknown): void {
    this.#failure = error
    this.abort()
  }
}
