/** The conversation of a session as people read it: both directions, secrets out, bounded. */
import { BoundedText, Transcript } from '../net/transcript.ts'
import type { CommandLine } from './command-line.ts'
import { commands } from './commands.ts'
import type { Conversation } from './delivery.ts'

/** Gathers the lines of one session, and of each of its transactions. */
export class SmtpTranscript extends Transcript {
  #transaction = new BoundedText()
  #prologue: string | undefined

  /** The first MAIL comes next: what was said so far is the prologue of every message. */
  beginTransaction(): void {
    if (this.#prologue !== undefined) return
    this.#prologue = this.#transaction.toString()
    this.#transaction = new BoundedText()
  }

  /** The reply to the final dot is out: what is said from now on belongs to the next transaction. */
  endTransaction(): void {
    this.#transaction = new BoundedText()
  }

  /** As it is now, for the message whose final dot was the last that was said. */
  conversation(): Conversation {
    return { prologue: this.#prologue ?? '', transaction: this.#transaction.toString() }
  }

  protected override add(line: string): void {
    super.add(line)
    this.#transaction.add(line)
  }
}

const redacted = '[redacted]'

/** Mechanism names that may be shown; anything else in their place may be a secret that slipped. */
const mechanismNames = new Set([
  ...['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2', 'OAUTHBEARER', 'DIGEST-MD5', 'NTLM', 'GSSAPI', 'EXTERNAL', 'ANONYMOUS'],
  ...['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
])

/** An AUTH command without its initial response. @param argument what follows `AUTH`. */
function shownAuth(argument: string): string {
  const [mechanism = '', ...rest] = argument.trim().split(/[ \t]+/)
  if (mechanism === '') return 'AUTH'
  if (!mechanismNames.has(mechanism.toUpperCase())) return `AUTH ${redacted}`
  return rest.length === 0 ? `AUTH ${mechanism}` : `AUTH ${mechanism} ${redacted}`
}

/** A line that holds a secret, or may. */
export const shownSecret = redacted

const sessionVerbs = new Set(['DATA', 'QUIT', 'STARTTLS'])

/**
 * A command as it may be shown. After an AUTH the client may go on with its secrets, and they look like unknown verbs.
 * SEC-1.
 */
export function shownLine({ line, verb, argument }: CommandLine, authSeen: boolean): string {
  if (verb === 'AUTH') return shownAuth(argument)
  return authSeen && !commands.has(verb) && !sessionVerbs.has(verb) ? shownSecret : line
}
