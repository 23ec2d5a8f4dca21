import type { ReversePath, ForwardPath, SmtpEnvelope, SmtpClient, TlsSession } from './envelope.ts'

/**
 * The contract between an SMTP session and whatever takes its messages (`delivery/`). It may refuse at each step by
 * throwing `SmtpRefusal`; anything else thrown is a defect and becomes `451 4.3.0`.
 */
export interface Delivery {
  /** Called at MAIL. Throws to refuse the sender. */
  mail(session: SmtpSession, reversePath: ReversePath): void | Promise<void>
  /** Called at each RCPT. Throws to refuse this recipient only. */
  rcpt(session: SmtpSession, forwardPath: ForwardPath): void | Promise<void>
  /** Called at DATA, before `354`. Throws to refuse the message. Exactly one of `end` and `abort` ends the sink. */
  data(session: SmtpSession): DataSink
  /** Called once when the connection is gone, with what happened in it. Never throws. */
  closed(session: SmtpSession, record: SessionEnd): void
}

/** Takes the octets of one message, after dot-unstuffing, in order. */
export interface DataSink {
  /** The chunk belongs to the sink from here on. A promise means: wait for it before the next chunk. */
  write(chunk: Uint8Array): void | Promise<void>
  /**
   * All octets are there. Resolves after they are flushed to disk and the message is visible; only then may `250` be sent.
   * @throws SmtpRefusal (`452 4.3.1` when the disk is full), or any error; then nothing of the message is visible anywhere.
   */
  end(envelope: SmtpEnvelope, conversation: Conversation): Promise<StoredAs>
  /** The message will not come: connection lost, too large, refused. Frees everything at once. Never throws. */
  abort(): void
}

/** What the reply to the final dot names. */
export interface StoredAs {
  readonly key: string
}

/** What is known of a connection. */
export interface SmtpSession {
  /** Unique among all sessions of this data directory: the store's id of the session. */
  readonly id: string
  readonly listener: string
  readonly client: SmtpClient
  readonly connectedAt: number
  readonly heloName: string
  readonly tls?: TlsSession
  readonly authUser?: string
  readonly authMechanism?: string
}

/**
 * The lines of a session, secrets taken out, as `net/transcript.ts` writes them, joined by LF.
 * Message content is not in it: DATA shows as `C: <5120 octets>`.
 */
export interface Conversation {
  /** From the greeting to the last line before the first MAIL; the same string for all messages of a session. */
  readonly prologue: string
  /** From MAIL of this transaction (with anything since the transaction before it) to the final dot. */
  readonly transaction: string
  /** The line of the reply to the final dot, as it will be said: the key of the message follows. */
  readonly reply: string
}

/**
 * `completed`: QUIT; `closed`: the client closed between two commands, as many do; `dropped`: it went away in the middle of
 * something, or the connection failed; `refused`: the last word was ours, 4xx or 5xx; `timeout`; `shutdown`; `tls-failed`:
 * the handshake failed.
 */
export type SessionOutcome = 'completed' | 'closed' | 'dropped' | 'refused' | 'timeout' | 'shutdown' | 'tls-failed'

/** How a session ended. */
export interface SessionEnd {
  readonly endedAt: number
  /** Messages stored by it. */
  readonly messages: number
  readonly outcome: SessionOutcome
  /** Replies that refused: 4xx and 5xx. */
  readonly refusals: number
  /** The user name of a login that was refused; the last one. */
  readonly triedUser?: string
  /** The whole conversation, its middle left out (and said so) past 64 KiB. */
  readonly transcript: string
}

/** A reply that refuses. Becomes `code enhancedCode text` on the wire. */
export class SmtpRefusal extends Error {
  override readonly name = 'SmtpRefusal'
  /** RFC 5321 §4.2, 400 to 599. */
  readonly code: number
  /** RFC 3463, for example `4.3.1`. */
  readonly enhancedCode: string

  constructor(code: number, enhancedCode: string, text: string, options?: ErrorOptions) {
    super(text, options)
    this.code = code
    this.enhancedCode = enhancedCode
  }
}
