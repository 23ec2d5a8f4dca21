/** The loop of one IMAP session, RFC 9051 §2.2, §3: reads a command, runs it, answers it. One command at a time. */
import type { SecureContext } from 'node:tls'
import type { Command, Outcome } from './command.ts'
import { CommandArguments } from './command-arguments.ts'
import { capabilitiesFor } from './capability.ts'
import { readHead, secretArguments, shownCommand, type Head } from './command-head.ts'
import { commands } from './commands.ts'
import { ImapBad, ImapNo } from './error.ts'
import { flagResponse, tellKeywords } from './flag-response.ts'
import { formatNumbers } from './number-set.ts'
import { messageTaker, type MessageTaker } from './message-taker.ts'
import { humanText } from './mailbox-name.ts'
import { Responses } from './responses.ts'
import type { Extension, ImapHost, Selected, SessionContext, State } from './state.ts'
import {
  HandshakeError,
  reportHandshake,
  reportLeftAfterHandshake,
  reportTlsToPlain,
  type HandshakeReport,
} from '../net/handshake.ts'
import { shownUnknown, redacted } from '../net/secrets.ts'
import { Transcript, printable } from '../net/transcript.ts'
import { StoreError, type SessionRecord } from '../store/store.ts'
import type { Connection, Ending } from '../net/connection.ts'
import { failedLoginDelay, maxFailedLogins } from '../sasl/logins.ts'
import { withoutTrailingSpaces } from '../net/line-reader.ts'
import { CommandReader, type RawCommand } from './wire/command-reader.ts'

/** Octets of a command line before and after login, and of a literal. IMAP-1, IMAP-3. */
const beforeLogin = { lineOctets: 8 * 1024, literalOctets: 64 * 1024 }
const afterLogin = { lineOctets: 64 * 1024, literalOctets: 1024 * 1024 }
/** Commands in a row that are none, before the session ends: before login, and after. */
const maxBadBefore = 3
const maxBadAfter = 25
/** How long a client may say nothing before and after login, milliseconds. RFC 9051 §5.4. */
const greetedMs = 5 * 60_000
export const autologoutMs = 30 * 60_000

export class Session implements SessionContext {
  readonly id: string
  readonly host: ImapHost
  readonly connection: Connection
  readonly #reader: CommandReader
  readonly #respond: Responses
  readonly #transcript: Transcript
  readonly client: { readonly address: string; readonly port: number }
  readonly connectedAt: number
  readonly #enabled = new Set<Extension>()
  #state: State = { kind: 'not-authenticated' }
  #user: string | undefined
  /** A login was tried; what is no command after it may be its secret. SEC-1. */
  #loginSeen = false
  /** Not to be shown where it is told again. */
  #secretTag: string | undefined
  #compressed = false
  #bad = 0
  #failedLogins = 0
  #refusals = 0
  #triedUser: string | undefined
  #outcome: SessionRecord['outcome'] | undefined

  constructor(
    host: ImapHost,
    connection: Connection,
    about: { id: string; client: { address: string; port: number } },
  ) {
    this.host = host
    this.#transcript = new Transcript(host.clock)
    this.connection = connection
    this.id = about.id
    this.client = about.client
    this.connectedAt = host.clock.now()
    this.#reader = new CommandReader(connection, { ...beforeLogin })
    this.#respond = new Responses(connection, { server: (line) => this.#transcript.server(printable(line)) })
  }

  get enabled(): ReadonlySet<Extension> {
    return this.#enabled
  }

  get utf8(): boolean {
    return this.#enabled.has('IMAP4REV2') || this.#enabled.has('UTF8=ACCEPT')
  }

  /** @returns when the connection is over. Never rejects. */
  async run(): Promise<void> {
    try {
      this.connection.setIdle(greetedMs)
      this.#respond.untagged(`OK [CAPABILITY ${this.capabilities().join(' ')}] Stuntmail ready`)
      // A client that is gone gets nothing done of what it sent ahead; one that has only said all it has to say, does.
      while (this.#state.kind !== 'logged-out' && this.connection.writable) {
        const taker = messageTaker(this.host, this.#state)
        const command = await this.#reader.next(taker)
        if (command === undefined) break
        await this.#answer(command, taker)
        await this.connection.drained()
      }
    } catch (error) {
      this.host.log.error({ err: error, session: this.id }, 'an IMAP session ended by a defect')
    } finally {
      this.#end()
    }
  }

  handshakeFailed(error: HandshakeError): void {
    this.#outcome ??= reportHandshake(error, this.#handshakeReport())
    this.#end()
  }

  #handshakeReport(): HandshakeReport {
    const { name, log, withoutTls } = this.host
    const place = { listener: name, port: this.connection.localPort, plainWay: withoutTls }
    return { place, transcript: this.#transcript, log, about: { session: this.id, client: this.client.address } }
  }

  /** The server stops. */
  shutDown(): void {
    this.#outcome ??= 'shutdown'
    this.#bye('Server is stopping', 'UNAVAILABLE')
  }

  // What commands ask for

  enable(extension: Extension): void {
    this.#enabled.add(extension)
    // RFC 7162 §3.2.3.
    if (extension === 'QRESYNC') this.#enabled.add('CONDSTORE')
  }

  get compressed(): boolean {
    return this.#compressed
  }

  get user(): string {
    return this.#user ?? ''
  }

  capabilities(authenticated?: boolean): readonly string[] {
    return capabilitiesFor({
      host: this.host,
      secure: this.connection.tls !== undefined,
      authenticated: authenticated ?? this.#state.kind !== 'not-authenticated',
    })
  }

  get selected(): boolean {
    return this.#state.kind === 'selected'
  }

  select(state: Selected): void {
    this.#enter(state)
  }

  deselect(): void {
    if (this.#state.kind === 'selected') this.#enter({ kind: 'authenticated', account: this.#state.account })
  }

  async startTls(secureContext: SecureContext): Promise<void> {
    const thrownAway = this.#reader.lines.forget() + this.connection.forget()
    if (thrownAway > 0) this.#transcript.client(`<${thrownAway} octets before the TLS handshake, thrown away>`)
    try {
      await this.connection.beginTls(secureContext)
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error
      this.#outcome ??= reportHandshake(error, this.#handshakeReport())
    }
  }

  startDeflate(): void {
    this.connection.startDeflate(this.#reader.lines.rest())
    this.#compressed = true
  }

  async readLine(maxOctets: number): Promise<string | undefined> {
    const line = await this.#reader.lines.line(maxOctets)
    if (line?.cut === true) throw new ImapBad('Line too long')
    return line?.text
  }

  askForMore(text: string): void {
    this.#transcript.server(`+ ${text === '' ? '' : '…'}`)
    this.connection.writeLine(`+ ${text}`)
  }

  loginRefused(user: string | undefined): Promise<void> {
    this.#triedUser = user ?? this.#triedUser
    return this.connection.pause(failedLoginDelay(++this.#failedLogins))
  }

  loggedIn(user: string, mechanism: string): void {
    this.#user = user
    Object.assign(this.#reader.limits, afterLogin)
    this.connection.setIdle(autologoutMs)
    this.host.log.debug({ session: this.id, mechanism }, 'IMAP login')
  }

  async tellNews(expungeAllowed: boolean): Promise<void> {
    const state = this.#state
    if (state.kind !== 'selected') return
    const { view } = state
    if (!view.mirror.isSettled) await view.mirror.settled()
    if (view.mirror.gone) return this.#bye('The mailbox was removed or made anew', 'UNAVAILABLE')
    if (!view.hasNews(expungeAllowed)) return
    const { expunged, exists, flags } = view.news(expungeAllowed)
    if (expunged.length > 0) this.#tellExpunged(expunged)
    if (exists !== undefined) {
      this.#respond.untagged(`${exists} EXISTS`)
      if (!this.#enabled.has('IMAP4REV2')) this.#respond.untagged(`${view.recent} RECENT`)
    }
    if (flags.length > 0) tellKeywords(view, this.#respond)
    for (const { seqNum } of flags) {
      const entry = view.entry(seqNum)
      if (entry !== undefined) this.#respond.untagged(flagResponse(entry, this.#enabled))
      if (this.#respond.full) await this.#respond.ready()
    }
  }

  #tellExpunged(expunged: readonly { seqNum: number; uid: number }[]): void {
    if (this.#enabled.has('QRESYNC')) {
      this.#respond.untagged(`VANISHED ${formatNumbers(expunged.map(({ uid }) => uid))}`)
      return
    }
    for (const { seqNum } of expunged) this.#respond.untagged(`${seqNum} EXPUNGE`)
  }

  async #answer(raw: RawCommand, taker: MessageTaker): Promise<void> {
    const head = readHead(raw.text)
    this.#noteCommand(head, raw.text)
    try {
      if (raw.refused !== undefined) throw raw.refused
      const outcome = await this.#execute(head, raw)
      this.#bad = 0
      this.#tagged(head.tag, 'OK', outcome.code, outcome.text ?? `${head.shown} completed`)
      this.connection.flush()
      await outcome.afterwards?.()
    } catch (error) {
      this.#refuse(head, error)
    } finally {
      taker.abort()
    }
  }

  #noteCommand(head: Head, text: string): void {
    this.#secretTag = undefined
    if (!commands.has(head.name)) {
      const shown = head.name === '' ? redacted : shownUnknown(text.slice(head.tag.length), this.#loginSeen)
      if (shown !== redacted) return this.#transcript.client(`${head.tag} ${shown}`)
      // It may be in the place of the tag, which is told again.
      this.#secretTag = head.tag
      this.#loginSeen = true
      return this.#transcript.client(redacted)
    }
    if (secretArguments.has(head.name)) this.#loginSeen = true
    this.#transcript.client(shownCommand(head, text))
  }

  async #execute(head: Head, { text, literals }: RawCommand): Promise<Outcome> {
    if (head.tag === '*') throw new ImapBad('A command begins with a tag')
    const command = commands.get(head.name)
    if (command === undefined || (head.uid && !command.uid)) throw new ImapBad(`Unknown command ${head.shown}`)
    if (!command.states.includes(this.#state.kind)) throw new ImapBad(wrongState(this.#state, command, head.shown))
    // mutt 2.2 sends `AUTHENTICATE CRAM-MD5 `, others the like: where a command is over, spaces mean nothing.
    const args = new CommandArguments(withoutTrailingSpaces(text), {
      literals,
      at: head.end,
      tag: head.tag,
      uid: head.uid,
      utf8: this.utf8,
    })
    const outcome = await command.prepare(args)({ session: this, state: this.#state }, this.#respond)
    if (outcome.state !== undefined) this.#enter(outcome.state)
    await this.tellNews(command.expungeAllowed(head.uid))
    return outcome
  }

  #enter(state: State): void {
    const before = this.#state
    if (before.kind === 'selected' && !(state.kind === 'selected' && state.view === before.view)) {
      before.view.close()
      this.host.mirrors.close(before.view.mirror)
    }
    this.#state = state
    if (state.kind === 'logged-out') this.#outcome ??= 'completed'
    if (state.kind === 'not-authenticated') {
      this.#enabled.clear()
      Object.assign(this.#reader.limits, beforeLogin)
    }
  }

  #refuse(head: Head, error: unknown): void {
    if (error instanceof ImapBad) {
      this.#tagged(head.tag, 'BAD', error.code, error.message)
      this.#countBad()
    } else if (error instanceof ImapNo) {
      if (error.cause !== undefined)
        this.host.log.warn({ err: error.cause, session: this.id }, 'an IMAP command failed')
      this.#tagged(head.tag, 'NO', error.code, error.message)
      if (this.#failedLogins >= maxFailedLogins) this.#tooManyLogins()
    } else if (error instanceof StoreError) {
      this.#tagged(head.tag, 'NO', storeCodes[error.code], error.message)
    } else {
      this.host.log.error({ err: error, session: this.id, command: head.shown }, 'an IMAP command failed by a defect')
      this.#tagged(head.tag, 'NO', 'SERVERBUG', 'Internal error')
    }
  }

  #countBad(): void {
    const before = this.#state.kind === 'not-authenticated'
    if (++this.#bad < (before ? maxBadBefore : maxBadAfter)) return
    this.#outcome ??= 'refused'
    this.#bye('Too many commands that are none', 'CLIENTBUG')
  }

  #tooManyLogins(): void {
    this.#outcome ??= 'refused'
    this.#bye('Too many failed logins', 'CLIENTBUG')
  }

  #tagged(tag: string, kind: 'OK' | 'NO' | 'BAD', code: string | undefined, text: string): void {
    if (kind !== 'OK') this.#refusals++
    const line = `${tag} ${kind} ${code === undefined ? '' : `[${code}] `}${humanText(text.slice(0, maxText), this.utf8)}`
    const shown = tag !== this.#secretTag ? line : `${redacted}${line.slice(tag.length)}`
    this.#transcript.server(printable(shown))
    this.connection.writeLine(line)
  }

  #bye(text: string, code: string): void {
    if (this.#state.kind === 'logged-out') return
    this.#respond.untagged(`BYE [${code}] ${text}`)
    this.#enter({ kind: 'logged-out' })
    this.connection.end()
  }

  /** Whatever the end was, it is recorded. */
  #end(): void {
    const { ending, leftAfterHandshake, spokeTls } = this.connection
    try {
      if (spokeTls) this.#outcome ??= reportTlsToPlain(this.#handshakeReport())
      if (leftAfterHandshake) this.#outcome ??= reportLeftAfterHandshake(this.#handshakeReport())
      this.#outcome ??= outcomes[ending ?? 'closed']
      if (ending === 'idle') this.#bye('Nothing was said for too long', 'INACTIVE')
      this.#enter({ kind: 'logged-out' })
      this.connection.end()
    } catch (error) {
      this.host.log.error({ err: error, session: this.id }, 'an IMAP session did not end well')
      this.connection.destroy()
    } finally {
      this.#record()
    }
  }

  #record(): void {
    const { tls } = this.connection
    this.host.store.recordSession({
      id: this.id,
      listener: this.host.name,
      clientAddress: this.client.address,
      clientPort: this.client.port,
      heloName: '',
      ...(this.#user !== undefined && { authUser: this.#user }),
      ...(this.#triedUser !== undefined && { triedUser: this.#triedUser }),
      ...(tls && { tls: `${tls.version} ${tls.cipher}` }),
      startedAt: this.connectedAt,
      endedAt: this.host.clock.now(),
      messages: 0,
      outcome: this.#outcome ?? 'dropped',
      refusals: this.#refusals,
      transcript: this.#transcript.toString(),
    })
  }
}

const outcomes: Readonly<Record<Ending, SessionRecord['outcome']>> = {
  closed: 'closed',
  failed: 'dropped',
  stalled: 'timeout',
  idle: 'timeout',
}

const storeCodes: Partial<Record<StoreError['code'], string>> = {
  full: 'OVERQUOTA',
  missing: 'NONEXISTENT',
  exists: 'ALREADYEXISTS',
  'bad-name': 'CANNOT',
  damaged: 'CORRUPTION',
  closed: 'UNAVAILABLE',
}

function wrongState(state: State, { states }: Command, shown: string): string {
  if (state.kind === 'not-authenticated') return `${shown} needs a login`
  if (state.kind === 'authenticated' && states.includes('selected')) return `${shown} needs a selected mailbox`
  return `${shown} is not for this state of the session`
}

/** Characters of a text for people. */
const maxText = 500
