/** The conversation of a session as people read it: both directions, secrets out, bounded. */
import { redacted, shownMechanism, shownUnknown } from '../net/secrets.ts'
import { BoundedText, Transcript } from '../net/transcript.ts'
import type { CommandLine } from './command-line.ts'
import { commands } from './commands.ts'
import type { Conversation } from './delivery.ts'

/** Gathers the lines of one session, and of each of its transactions. */
export class SmtpTranscript extends Transcript {
  #transaction = new BoundedText()
  #prologue: string | undefined
  /** What is no command after an AUTH may be its secret. SEC-1. */
  #authSeen = false

  command(command: CommandLine): void {
    if (command.verb === 'MAIL') this.#beginTransaction()
    if (/^\W*auth/i.test(command.line)) this.#authSeen = true
    this.client(shownLine(command, this.#authSeen))
  }

  /** The first MAIL comes next: what was said so far is the prologue of every message. */
  #beginTransaction(): void {
    if (this.#prologue !== undefined) return
    this.#prologue = this.#transaction.toString()
    this.#transaction = new BoundedText()
  }

  /** The reply to the final dot is out: what is said from now on belongs to the next transaction. */
  endTransaction(): void {
    this.#transaction = new BoundedText()
  }

  /** As it is now, for the message whose final dot was the last that was said. @param reply to it, up to the key. */
  conversation(reply: string): Conversation {
    const prologue = this.#prologue ?? ''
    return { prologue, transaction: this.#transaction.toString(), reply: this.timed('S: ' + reply) }
  }

  protected override add(line: string): void {
    super.add(line)
    this.#transaction.add(line)
  }
}

/** A line that holds a secret, or may. */
export const shownSecret = redacted

const sessionVerbs = new Set(['DATA', 'QUIT', 'STARTTLS'])

/** A command as it may be shown. @param authSeen whether there was an AUTH before it, or this is one. */
function shownLine({ line, verb, argument }: CommandLine, authSeen: boolean): string {
  if (verb === 'AUTH') return shownMechanism('AUTH', argument)
  const known = commands.has(verb) || sessionVerbs.has(verb)
  return known ? line : shownUnknown(line, authSeen)
}
