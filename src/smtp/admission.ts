/** Which verbs a session may use now, and how much misconduct it may show. RFC 5321 §7.8; RFC 3207 §4; RFC 4954 §6. */
import type { CommandLine } from './command-line.ts'
import { commands, unimplemented } from './commands.ts'
import type { ExtensionName } from './extensions.ts'
import { ProtocolError } from './reply.ts'

/** Errors that a session may make between two messages. SMTP-11. */
const maxErrors = 20
/** Commands that do nothing for a message, between two messages; each further one is an error. */
const maxJunk = 100
/** SMTP-10: a browser made to talk to us. RFC 9110 §9. */
const httpMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])
const allowedWithoutTls = new Set(['NOOP', 'EHLO', 'HELO', 'STARTTLS', 'QUIT'])
/** What their arguments say is kept with the message. */
const keeps = new Set(['MAIL', 'RCPT'])
const canBeHidden = new Set(['STARTTLS', 'AUTH', 'HELP', 'VRFY'])

/** What is asked of a client before it may send. */
export interface Conditions {
  readonly offered: ReadonlySet<ExtensionName>
  /** TLS is required, and there is none. */
  readonly needsTls: boolean
  /** Authentication is required, and there was none. */
  readonly needsAuth: boolean
}

/** What a session has done between two messages. */
export class Conduct {
  #errors = 0
  #junk = 0
  #commandSeen = false

  /** @throws ProtocolError when this command is not to be had now, or not like this. */
  admit({ verb, faithful }: CommandLine, conditions: Conditions): void {
    const first = !this.#commandSeen
    this.#commandSeen = true
    if (first && httpMethods.has(verb)) throw new ProtocolError(421, '4.7.0', 'This is SMTP, not HTTP')
    if (commands.get(verb)?.junk === true && ++this.#junk > maxJunk && !this.forgives()) throw tooManyErrors()
    checkConditions(verb, conditions)
    // RFC 6531 §3.3: only UTF-8. A path is kept as it was sent or not at all.
    if (!faithful && keeps.has(verb)) throw new ProtocolError(501, '5.5.2', `${verb} holds octets that are not UTF-8`)
  }

  /** Counts an error. @returns false when it is one too many. */
  forgives(): boolean {
    this.#commandSeen = true
    return ++this.#errors <= maxErrors
  }

  /** A message was stored: the session means well. */
  messageStored(): void {
    this.#errors = this.#junk = 0
  }
}

function checkConditions(verb: string, { offered, needsTls, needsAuth }: Conditions): void {
  if (needsTls && !allowedWithoutTls.has(verb)) throw new ProtocolError(530, '5.7.0', 'Send STARTTLS first')
  if (needsAuth && verb === 'MAIL') throw new ProtocolError(530, '5.7.0', 'Authentication required')
  const names: ReadonlySet<string> = offered
  const hidden = canBeHidden.has(verb) && !names.has(verb)
  if (hidden && verb === 'STARTTLS') throw new ProtocolError(502, '5.5.1', 'STARTTLS is off on this port')
  if (hidden || unimplemented.has(verb)) throw new ProtocolError(502, '5.5.1', 'Command not implemented')
}

/** Ends the session. */
export function tooManyErrors(): ProtocolError {
  return new ProtocolError(421, '4.7.0', 'Too many errors')
}
