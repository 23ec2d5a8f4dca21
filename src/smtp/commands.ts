/** The verbs that only look at the session and answer. RFC 5321 §4.1.1; their order: §4.1.4. */
import type { Delivery, SmtpSession } from './delivery.ts'
import type { ForwardPath, ReversePath } from './envelope.ts'
import { ehloLines, type ExtensionName } from './extensions.ts'
import { parseForwardPath, parseReversePath } from './parameters.ts'
import { badArgument, badSequence, ProtocolError, type Reply } from './reply.ts'

/** One mail transaction. RFC 5321 §3.3. */
export interface Transaction {
  readonly reversePath: ReversePath
  readonly forwardPaths: readonly ForwardPath[]
  /** Milliseconds since 1970. */
  readonly mailAt: number
}

/** What the verbs see of a session, and what they may change. */
export interface SessionState {
  readonly delivery: Delivery
  readonly offered: ReadonlySet<ExtensionName>
  readonly greetingName: string
  readonly maxMessageOctets: number
  /** Refuses messages with a CR or LF that stands alone. */
  readonly strictLineEnds: boolean
  readonly maxRecipients: number
  readonly now: () => number
  session: SmtpSession
  /** Empty before HELO and EHLO. */
  heloName: string
  transaction: Transaction | undefined
}

export interface Command {
  /** Does nothing for a message: too many of them between two messages are errors. SMTP-11. */
  readonly junk: boolean
  /** @throws SmtpRefusal */
  run(state: SessionState, argument: string): Reply | Promise<Reply>
}

const ok: Reply = { code: 250, enhancedCode: '2.0.0', text: 'OK' }
const senderOk: Reply = { code: 250, enhancedCode: '2.1.0', text: 'Sender OK' }
const recipientOk: Reply = { code: 250, enhancedCode: '2.1.5', text: 'Recipient OK' }
const cannotVerify: Reply = { code: 252, enhancedCode: '2.1.5', text: 'Every address is taken; send and see' }

/** Verbs by name. Those that change what the session itself does are in `session.ts`. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['HELO', { junk: true, run: helo }],
  ['EHLO', { junk: true, run: ehlo }],
  ['MAIL', { junk: false, run: mail }],
  ['RCPT', { junk: false, run: rcpt }],
  ['RSET', { junk: true, run: rset }],
  ['NOOP', { junk: true, run: () => ok }],
  ['VRFY', { junk: true, run: vrfy }],
  ['HELP', { junk: true, run: help }],
])

/** Verbs that standards define and we do not have: 502, not 500. RFC 5321 §4.2.4. */
export const unimplemented: ReadonlySet<string> = new Set([
  ...['EXPN', 'BDAT', 'BURL', 'ETRN', 'ATRN', 'TURN', 'SEND', 'SOML', 'SAML', 'LHLO', 'XCLIENT', 'XFORWARD'],
])

/** Octets: a domain (RFC 5321 §4.5.3.1.2) and some more for what machines call themselves. */
const maxHeloOctets = 300

function helo(state: SessionState, argument: string): Reply {
  takeHelo(state, argument)
  return { code: 250, enhancedCode: '', text: state.greetingName }
}

function ehlo(state: SessionState, argument: string): Reply {
  takeHelo(state, argument)
  const { session, offered, maxMessageOctets } = state
  const now = { secure: session.tls !== undefined, authenticated: session.authUser !== undefined, maxMessageOctets }
  return { code: 250, enhancedCode: '', text: [state.greetingName, ...ehloLines(offered, now)] }
}

/** Any name is taken as it is; it also ends a transaction (RFC 5321 §4.1.4). */
function takeHelo(state: SessionState, argument: string): void {
  // eslint-disable-next-line no-control-regex -- a name with a control character is an attack
  const bad = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(argument)
  if (argument === '' || bad || argument.length > maxHeloOctets) throw badArgument('Say your host name')
  state.heloName = argument
  state.transaction = undefined
}

// mail = "MAIL FROM:" Reverse-path [ SP Mail-parameters ]
function mail(state: SessionState, argument: string): Reply | Promise<Reply> {
  if (state.heloName === '') throw badSequence('Send HELO or EHLO first')
  if (state.transaction !== undefined) throw badSequence('A transaction is already open; RSET ends it')
  const reversePath = parseReversePath(afterWord(argument, 'FROM:'), state.offered)
  if (reversePath.size !== undefined && reversePath.size > state.maxMessageOctets) throw tooLarge(state)
  const begin = (): Reply => {
    state.transaction = { reversePath, forwardPaths: [], mailAt }
    return senderOk
  }
  const mailAt = state.now()
  const pending = state.delivery.mail(state.session, reversePath)
  return pending === undefined ? begin() : pending.then(begin)
}

// rcpt = "RCPT TO:" Forward-path [ SP Rcpt-parameters ]
function rcpt(state: SessionState, argument: string): Reply | Promise<Reply> {
  const { transaction } = state
  if (transaction === undefined) throw badSequence('Send MAIL first')
  const smtpUtf8 = transaction.reversePath.smtpUtf8 === true
  const forwardPath = parseForwardPath(afterWord(argument, 'TO:'), state.offered, smtpUtf8)
  if (transaction.forwardPaths.length >= state.maxRecipients) {
    return { code: 452, enhancedCode: '4.5.3', text: `Too many recipients; ${state.maxRecipients} are taken` }
  }
  const add = (): Reply => {
    state.transaction = { ...transaction, forwardPaths: [...transaction.forwardPaths, forwardPath] }
    return recipientOk
  }
  const pending = state.delivery.rcpt(state.session, forwardPath)
  return pending === undefined ? add() : pending.then(add)
}

function rset(state: SessionState, argument: string): Reply {
  if (argument !== '') throw badArgument('RSET takes no argument')
  state.transaction = undefined
  return ok
}

function vrfy(_state: SessionState, argument: string): Reply {
  if (argument === '') throw badArgument('Say an address')
  return cannotVerify
}

function help(state: SessionState): Reply {
  const known = [...commands.keys(), 'DATA', 'QUIT', 'STARTTLS', 'AUTH']
  const offered: ReadonlySet<string> = state.offered
  const hidden = (verb: string): boolean => ['STARTTLS', 'AUTH', 'VRFY'].includes(verb) && !offered.has(verb)
  const verbs = known.filter((verb) => !hidden(verb)).join(' ')
  const text = ['Stuntmail takes every message and delivers none', 'Commands: ' + verbs, 'See RFC 5321']
  return { code: 214, enhancedCode: '2.0.0', text }
}

/** The SIZE declared, or the octets that came, are too many. RFC 1870 §6.1, §6.3. */
export function tooLarge(state: Pick<SessionState, 'maxMessageOctets'>): ProtocolError {
  return new ProtocolError(552, '5.3.4', `Message too large; ${state.maxMessageOctets} octets are taken`)
}

/** What other servers say of content that could smuggle a second message. SMTP-1. */
export function bareLineEnd(): ProtocolError {
  return new ProtocolError(550, '5.5.2', 'A CR or LF stands alone; lines end with CRLF')
}

function afterWord(argument: string, word: string): string {
  if (argument.slice(0, word.length).toUpperCase() !== word) throw badArgument(`${word} is missing`)
  return argument.slice(word.length)
}
