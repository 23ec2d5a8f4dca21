/** The loop of one POP3 session, RFC 1939 §3: reads a command, runs it, answers it. One command at a time. */
import { randomBytes } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { Connection, Ending } from '../net/connection.ts'
import {
  HandshakeError,
  reportHandshake,
  reportLeftAfterHandshake,
  reportTlsToPlain,
  type HandshakeReport,
} from '../net/handshake.ts'
import { LineReader, withoutTrailingSpaces } from '../net/line-reader.ts'
import { shownUnknown, redacted, shownMechanism } from '../net/secrets.ts'
import { printable, Transcript } from '../net/transcript.ts'
import { failedLoginDelay, maxFailedLogins, type Authenticated } from '../sasl/logins.ts'
import { accountOf } from '../store/account.ts'
import type { SessionRecord } from '../store/store.ts'
import { commands } from './commands.ts'
import type { Command } from './command.ts'
import { dotStuffed } from './dot-stuffing.ts'
import { Pop3Refusal } from './error.ts'
import type { Outcome, Pop3Host, SessionContext, State } from './state.ts'

/** Octets of a command line without CRLF. RFC 2449 §4. */
const maxLine = 253
/** A line that carries a SASL response along may be longer. RFC 5034 §4. */
const maxAuthLine = 12_288
/** Lines in a row that are no command, and failed logins, before the session ends. */
const maxBad = 5
/** How long a client may say nothing, milliseconds. RFC 1939 §3: at least ten minutes. */
export const idleMs = 10 * 60_000

export class Session implements SessionContext {
  readonly host: Pop3Host
  readonly connection: Connection
  readonly timestamp = `<${randomBytes(12).toString('hex')}@stuntmail>`
  userName: string | undefined
  utf8 = false
  readonly #about: { readonly id: string; readonly client: { readonly address: string; readonly port: number } }
  readonly #lines: LineReader
  readonly #transcript: Transcript
  readonly #startedAt: number
  #state: State = { kind: 'authorization' }
  #user: string | undefined
  /** A login was tried; what is no command after it may be its secret. SEC-1. */
  #loginSeen = false
  #bad = 0
  #failedLogins = 0
  #refusals = 0
  #triedUser: string | undefined
  #outcome: SessionRecord['outcome'] | undefined

  constructor(
    host: Pop3Host,
    connection: Connection,
    about: { id: string; client: { address: string; port: number } },
  ) {
    this.host = host
    this.#transcript = new Transcript(host.clock)
    this.connection = connection
    this.#about = about
    this.#lines = new LineReader(connection)
    this.#startedAt = host.clock.now()
  }

  /** @returns when the connection is over. Never rejects. */
  async run(): Promise<void> {
    try {
      this.connection.setIdle(idleMs)
      this.#say(`+OK Stuntmail ready ${this.timestamp}`)
      // As in IMAP: a client that is gone gets nothing done of what it sent ahead.
      while (this.#state.kind !== 'over' && this.connection.writable) {
        const line = await this.#lines.line(maxAuthLine)
        if (line === undefined) break
        await this.#answer(line.text, line.cut)
        await this.connection.drained()
      }
    } catch (error) {
      this.host.log.error({ err: error, session: this.#about.id }, 'a POP3 session ended by a defect')
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
    const { id, client } = this.#about
    const place = { listener: name, port: this.connection.localPort, plainWay: withoutTls }
    return { place, transcript: this.#transcript, log, about: { session: id, client: client.address } }
  }

  /** The server stops. What is marked stays. */
  shutDown(): void {
    this.#outcome ??= 'shutdown'
    this.#leave('-ERR [SYS/TEMP] Server is stopping')
  }

  async readLine(maxOctets: number): Promise<string | undefined> {
    const line = await this.#lines.line(maxOctets)
    if (line?.cut === true) throw new Pop3Refusal('Line too long')
    return line?.text
  }

  askForMore(text: string): void {
    this.#transcript.server('+ …')
    this.connection.writeLine(`+ ${text}`)
  }

  async startTls(secureContext: SecureContext): Promise<void> {
    this.userName = undefined
    const thrownAway = this.#lines.forget() + this.connection.forget()
    if (thrownAway > 0) this.#transcript.client(`<${thrownAway} octets before the TLS handshake, thrown away>`)
    try {
      await this.connection.beginTls(secureContext)
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error
      this.#outcome ??= reportHandshake(error, this.#handshakeReport())
    }
  }

  async logIn(answer: Authenticated): Promise<Outcome> {
    if ('refused' in answer) {
      this.#triedUser = answer.tried ?? this.#triedUser
      await this.connection.pause(failedLoginDelay(++this.#failedLogins))
      throw new Pop3Refusal(answer.refused, 'AUTH')
    }
    const maildrop = await this.host.maildrops.open(accountOf(answer.user))
    this.#user = answer.user
    const { messages } = maildrop
    return {
      text: `${messages.length} messages, ${messages.reduce((sum, { octets }) => sum + octets, 0)} octets`,
      state: { kind: 'transaction', maildrop },
    }
  }

  async #answer(line: string, cut: boolean): Promise<void> {
    const [, keyword = '', argument = ''] = /^([A-Za-z\d]{1,8})(?: (.*))?$/s.exec(line) ?? []
    const name = keyword.toUpperCase()
    const command = commands.get(name)
    this.#transcript.client(this.#shown(line, { name, argument, command }))
    if (command?.secret === true) this.#loginSeen = true
    try {
      if (cut || (line.length > maxLine && name !== 'AUTH')) throw new Pop3Refusal('Line too long')
      const outcome = await this.#execute(command, argument)
      this.#bad = 0
      await this.#tell(outcome)
      if (outcome.state !== undefined) this.#enter(outcome.state)
      this.connection.flush()
      await outcome.afterwards?.()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #shown(
    line: string,
    { name, argument, command }: { name: string; argument: string; command: Command | undefined },
  ): string {
    if (name === 'AUTH') return shownMechanism(name, argument)
    if (command?.secret === true) return `${name} ${redacted}`
    const shown = command === undefined ? shownUnknown(line, this.#loginSeen) : line
    return shown.slice(0, 300)
  }

  async #execute(command: Command | undefined, argument: string): Promise<Outcome> {
    if (command === undefined) {
      this.#bad++
      throw new Pop3Refusal('Unknown command')
    }
    if (!command.states.includes(this.#state.kind)) {
      const text = this.#state.kind === 'authorization' ? 'Log in first' : 'Not after login'
      throw new Pop3Refusal(text)
    }
    return command.prepare(command.wholeLine ? argument : withoutTrailingSpaces(argument))({
      session: this,
      state: this.#state,
    })
  }

  async #tell({ text, lines, octets }: Outcome): Promise<void> {
    this.#say(text === undefined ? '+OK' : `+OK ${text}`)
    if (lines !== undefined) {
      for (const line of lines) this.connection.writeLine(`${line.startsWith('.') ? '.' : ''}${line}`)
      this.connection.write('.\r\n')
    }
    if (octets === undefined) return
    for await (const piece of dotStuffed(octets)) {
      if (piece.length < 4096) this.connection.write(Buffer.from(piece).toString('latin1'))
      else this.connection.writeOctets(piece)
      await this.connection.drained()
      if (!this.connection.writable) return
    }
  }

  #refuse(error: unknown): void {
    const known = error instanceof Pop3Refusal
    if (!known || error.cause !== undefined) {
      this.host.log.error({ err: error, session: this.#about.id }, 'a POP3 command failed')
    }
    const { code, message, last } = known ? error : { code: 'SYS/TEMP', message: 'Internal error', last: false }
    this.#say(`-ERR ${code === undefined ? '' : `[${code}] `}${message}`)
    if (!last && this.#bad < maxBad && this.#failedLogins < maxFailedLogins) return
    this.#outcome ??= 'refused'
    this.#leave()
  }

  #enter(state: State): void {
    if (this.#state.kind === 'transaction' && state.kind === 'over') this.#state.maildrop.close()
    if (state.kind === 'over') this.#outcome ??= 'completed'
    this.#state = state
  }

  #say(line: string): void {
    if (line.startsWith('-')) this.#refusals++
    this.#transcript.server(printable(line))
    this.connection.writeLine(line)
  }

  #leave(line?: string): void {
    if (this.#state.kind === 'over') return
    if (line !== undefined) this.#say(line)
    this.#enter({ kind: 'over' })
    this.connection.end()
  }

  /** Whatever the end was, it is recorded. */
  #end(): void {
    const { ending, leftAfterHandshake, spokeTls } = this.connection
    try {
      if (spokeTls) this.#outcome ??= reportTlsToPlain(this.#handshakeReport())
      if (leftAfterHandshake) this.#outcome ??= reportLeftAfterHandshake(this.#handshakeReport())
      this.#outcome ??= this.#state.kind === 'over' ? 'completed' : outcomes[ending ?? 'closed']
      this.#enter({ kind: 'over' })
      this.connection.end()
    } catch (error) {
      this.host.log.error({ err: error, session: this.#about.id }, 'a POP3 session did not end well')
      this.connection.destroy()
    } finally {
      this.#record()
    }
  }

  #record(): void {
    const { tls } = this.connection
    const { id, client } = this.#about
    this.host.store.recordSession({
      id,
      listener: this.host.name,
      clientAddress: client.address,
      clientPort: client.port,
      heloName: '',
      ...(this.#user !== undefined && { authUser: this.#user }),
      ...(this.#triedUser !== undefined && { triedUser: this.#triedUser }),
      ...(tls && { tls: `${tls.version} ${tls.cipher}` }),
      startedAt: this.#startedAt,
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
