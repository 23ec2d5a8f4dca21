/** One SMTP session: RFC 5321 §3, §4.3; pipelining: RFC 2920. STARTTLS is smtp-server's, watched over from here. */
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import type net from 'node:net'
import { Conduct, tooManyErrors } from './admission.ts'
import { SessionAuth } from './auth.ts'
import { maxLineOctets, parseCommandLine } from './command-line.ts'
import { circumstances } from './circumstances.ts'
import { commands, type SessionState } from './commands.ts'
import { SmtpRefusal, type SessionOutcome, type SmtpSession } from './delivery.ts'
import type { SmtpEnvelope } from './envelope.ts'
import { endWithClient } from './failed-handshake.ts'
import type { SessionHost } from './host.ts'
import { OctetReader, type ReaderEvents } from './octet-reader.ts'
import { Reception } from './reception.ts'
import {
  badArgument,
  badSequence,
  localError,
  noTls,
  ProtocolError,
  replyLines,
  shuttingDown,
  silentTooLong,
  tooManyClients,
  type Reply,
} from './reply.ts'
import { SessionTls } from './session-tls.ts'
import { Tally } from './tally.ts'
import { shownSecret, SmtpTranscript } from './transcript.ts'

/** How long a client may take to close its side when the server stops. */
const lingerMs = 500

type Outcome = SessionOutcome
type Done = () => void

/** smtp-server's connection with our reader, verbs and replies. */
export class Session extends SMTPConnection implements ReaderEvents {
  readonly #host: SessionHost
  readonly #state: SessionState
  readonly #transcript: SmtpTranscript
  readonly #conduct = new Conduct()
  readonly #connectedAt: number
  /** Gives the place among all connections back; undefined where there was none left. */
  readonly #leave: (() => void) | undefined
  #reception: Reception | undefined
  /** Replies that wait for the end of the chunk that is being worked on. */
  #unsent = ''
  /** The client waits for us. */
  #busy = false
  #handshakeLimit: NodeJS.Timeout | undefined
  readonly #tally = new Tally()
  readonly #auth: SessionAuth
  readonly #tls = new SessionTls()
  #outcome: Outcome | undefined
  #ended = false

  constructor(host: SessionHost, socket: net.Socket) {
    super(host.engine, socket, { id: host.newId() })
    this.#host = host
    this.#auth = new SessionAuth(host.users)
    this.#leave = host.clients.enter()
    this.#connectedAt = host.clock.now()
    this.#transcript = new SmtpTranscript(host.clock)
    this.#state = { ...host.sessionOptions, heloName: '', transaction: undefined, session: this.#describe('') }
  }

  /** A message is being received or stored. */
  get receiving(): boolean {
    return this.#reception !== undefined
  }

  /** Straight to the greeting: no wait for early talkers, no reverse lookup. */
  override init(): void {
    this._setListeners(() => {
      this._ready = true
      if (this.#leave === undefined) return this.#reply(tooManyClients)
      if (this.secure) this.#tls.secured()
      else this._socket.prependOnceListener('data', (octets: Buffer) => this.#tls.looksAt(octets) && this.close())
      this.#reply({ code: 220, enhancedCode: '', text: `${this.#state.greetingName} ESMTP Stuntmail` })
    })
  }

  /** Ends the session at once, or after the message that is on its way. */
  shutDown(): void {
    if (this.receiving) return
    this.#outcome ??= 'shutdown'
    this.#reply(shuttingDown)
    // Time enough to read the 421; smtp-server would wait 5 s for the client to close its half.
    setTimeout(() => this._socket.destroy(), lingerMs).unref()
  }

  /** Ends the session, whatever it is doing. A message that is not whole is gone. */
  abandon(): void {
    this.#outcome ??= 'shutdown'
    if (!this._closing) this.#reply(shuttingDown)
    this.#reception?.abort()
    this._socket.destroySoon()
  }

  // What smtp-server asks for

  override _createParser(): OctetReader {
    return new OctetReader(this)
  }

  /** After STARTTLS everything the client said is forgotten. RFC 3207 §4.2. */
  override _resetSession(): void {
    clearTimeout(this.#handshakeLimit)
    this.#state.heloName = ''
    this.#state.transaction = undefined
    this.#auth.forget()
    this.#tls.secured()
    this.#refresh()
  }

  override close(): void {
    this.#flush()
    super.close()
  }

  /** During STARTTLS smtp-server shows the TLS socket only here. */
  override _armTimeout(socket: net.Socket = this._socket): void {
    super._armTimeout(socket)
    if (this._upgrading && socket !== this._socket) endWithClient(socket)
  }

  override _onTimeout(): void {
    if (this._closing) return void this._socket.destroy()
    if (this.#busy) return this._armTimeout()
    this.#outcome ??= 'timeout'
    this.#reply(silentTooLong)
  }

  override _onError(error: Error): void {
    this.#tally.broken = true
    this.#tls.fail(error)
    this.#host.log.debug({ err: error, session: this.id }, 'SMTP connection failed')
    this.close()
  }

  override _onClose(): void {
    super._onClose()
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#handshakeLimit)
    if (!this.#busy) this.#finish()
  }
  // What the reader has read

  onLine(octets: string, done: Done): void {
    if (this._closing) return done()
    const command = parseCommandLine(octets)
    this.#tls.heard()
    if (this.#auth.open) return this.#continueAuth(command.line, done)
    const { verb, argument } = command
    this.#transcript.command(command)
    try {
      const { offered, session } = this.#state
      const needsTls = this.#host.requireTls && !this.secure
      const needsAuth = this.#host.users !== undefined && session.authUser === undefined
      this.#conduct.admit(command, { offered, needsTls, needsAuth })
      this.#run(verb, argument, done)
    } catch (error) {
      this.#refuse(error)
      done()
    }
  }

  onLongLine(): void {
    this.#tls.heard()
    this.#auth.abort()
    this.#transcript.client('<a line too long, thrown away>')
    this.#refuse(new ProtocolError(500, '5.5.2', 'Line too long'))
  }

  lineLimit(begun: string): number {
    return this.#auth.open || begun.toUpperCase() === 'AUTH ' ? maxLineOctets.auth : maxLineOctets.command
  }

  onContent(content: Buffer): void | Promise<void> {
    const reception = this.#reception
    const wait = reception?.write(content)
    if (reception?.hopeless !== true) return wait
    this.#refuse(reception.failure)
    this.close()
  }

  onContentEnd(done: Done): void {
    const { transaction, session } = this.#state
    const reception = this.#reception
    if (transaction === undefined || reception === undefined) return done()
    const dataAt = this.#host.clock.now()
    this.#transcript.client(`<${reception.octets} octets>`)
    this.#busy = true
    const envelope: SmtpEnvelope = { ...transaction, ...circumstances(session), dataAt }
    const stored = (key: string): Reply => ({ code: 250, enhancedCode: '2.0.0', text: `Stored as ${key}` })
    const [line = ''] = replyLines(stored(''), this.#state.offered.has('ENHANCEDSTATUSCODES'))
    reception.end(envelope, this.#transcript.conversation(line)).then(
      ({ key }) => {
        this.#tally.messages++
        this.#conduct.messageStored()
        this.#reply(stored(key))
        this.#afterMessage(done)
      },
      (error: unknown) => {
        this.#refuse(error)
        this.#afterMessage(done)
      },
    )
  }

  onPause(next: Done): void {
    this.#flush()
    this._whenWritable(next)
  }

  /** The client has closed its side; whatever it sent is answered. */
  onInputEnd(): void {
    this.close()
  }

  onFault(error: unknown): void {
    this.#refuse(error)
    this.close()
  }

  #run(verb: string, argument: string, done: Done): void {
    const command = commands.get(verb)
    if (command !== undefined) return this.#settle(command.run(this.#state, argument), done)
    if (verb === 'DATA') this.#beginData(argument)
    else if (verb === 'QUIT') this.#quit(argument)
    else if (verb === 'STARTTLS') return this.#startTls(argument, done)
    else if (verb === 'AUTH') this.#beginAuth(argument)
    else throw new ProtocolError(500, '5.5.2', 'Command not recognized')
    done()
  }

  #settle(reply: Reply | Promise<Reply>, done: Done): void {
    if (!(reply instanceof Promise)) {
      if (this.#state.heloName !== this.#state.session.heloName) this.#refresh()
      this.#reply(reply)
      return done()
    }
    this.#busy = true
    reply
      .then((late) => this.#reply(late))
      .catch((error: unknown) => this.#refuse(error))
      .finally(() => this.#afterWait(done))
  }

  #beginData(argument: string): void {
    const { transaction, delivery, session } = this.#state
    if (argument !== '') throw badArgument('DATA takes no argument')
    if (transaction === undefined) throw badSequence('Send MAIL first')
    if (transaction.forwardPaths.length === 0) throw badSequence('No recipient was taken')
    if (!(this._parser instanceof OctetReader)) return
    this.#reception = new Reception(delivery.data(session), this.#state)
    this._parser.beginContent()
    this.#reply({ code: 354, enhancedCode: '', text: 'End data with <CR><LF>.<CR><LF>' })
  }

  /** Undefined where TLS was not what ended the session. */
  #tlsOutcome(): Outcome | undefined {
    const { id, localPort, remoteAddress, _socket: socket } = this
    const session = { id, localPort, remoteAddress, socket, timedOut: this.#outcome === 'timeout' }
    return this.#tls.report(session, this.#host, this.#transcript)
  }

  #afterMessage(done: Done): void {
    this.#transcript.endTransaction()
    this.#state.transaction = undefined
    this.#reception = undefined
    if (this.#host.stopping) this.shutDown()
    this.#afterWait(done)
  }

  #afterWait(done: Done): void {
    this.#busy = false
    if (this.#ended) return this.#finish()
    done()
  }

  #quit(argument: string): void {
    if (argument !== '') throw badArgument('QUIT takes no argument')
    this.#outcome ??= 'completed'
    this.#reply({ code: 221, enhancedCode: '2.0.0', text: 'Bye' })
    this.close()
  }

  #startTls(argument: string, done: Done): void {
    if (argument !== '') throw badArgument('STARTTLS takes no argument')
    if (this.secure) throw badSequence('TLS is already active')
    this.#busy = true
    this.#host.prepareTls().then(
      () => {
        this.#busy = false
        if (this.#ended || this._closing) return this.#afterWait(done)
        this.#reply({ code: 220, enhancedCode: '2.0.0', text: 'Ready to start TLS' })
        this.#flush()
        const unread = this._parser instanceof OctetReader ? this._parser.unreadOctets : 0
        // SMTP-5: it came in plain text and would otherwise be taken for what the TLS client says.
        if (unread > 0) this.#transcript.client(`<${unread} octets before the TLS handshake, thrown away>`)
        this.#tls.begin(this._socket)
        this.upgrade(done)
        this.#handshakeLimit = setTimeout(() => this._onTimeout(), this.#host.handshakeTimeoutMs).unref()
      },
      (error: unknown) => {
        this.#host.log.error({ err: error }, 'TLS is not available')
        this.#reply(noTls)
        this.#afterWait(done)
      },
    )
  }

  #beginAuth(argument: string): void {
    if (this.#state.heloName === '') throw badSequence('Send EHLO first')
    if (this.#state.transaction !== undefined) throw badSequence('Not within a transaction')
    if (this.#auth.identity !== undefined) throw badSequence('Already authenticated')
    this.#reply(this.#auth.begin(argument))
    this.#refresh()
  }

  #continueAuth(line: string, done: Done): void {
    this.#transcript.client(line === '*' ? line : shownSecret)
    try {
      this.#reply(this.#auth.answer(line))
      this.#refresh()
    } catch (error) {
      this.#refuse(error)
    }
    done()
  }

  #refresh(): void {
    this.#state.session = this.#describe(this.#state.heloName)
  }

  #describe(heloName: string): SmtpSession {
    const { identity } = this.#auth
    const agreement = this.#tls.agreementOf(this._socket)
    return {
      id: this.id,
      listener: this.#host.name,
      client: { address: this.remoteAddress, port: this.remotePort },
      connectedAt: this.#connectedAt,
      heloName,
      ...(agreement && { tls: agreement }),
      ...(identity && { authUser: identity.user, authMechanism: identity.mechanism }),
    }
  }

  /** Everything that is refused ends here; what is no refusal is a defect. */
  #refuse(error: unknown): void {
    if (error instanceof ProtocolError && error.code !== 421 && !this.#conduct.forgives())
      return this.#refuse(tooManyErrors())
    if (error instanceof SmtpRefusal) {
      if (error.cause !== undefined) this.#host.log.warn({ err: error.cause, session: this.id }, error.message)
      return this.#reply({ code: error.code, enhancedCode: error.enhancedCode, text: error.message })
    }
    const about = { err: error, session: this.id, conversation: String(this.#transcript) }
    this.#host.log.error(about, 'SMTP session failed')
    this.#reply(localError)
  }

  /** The one place that answers. A 421 closes. RFC 5321 §3.8. */
  #reply(reply: Reply): void {
    // While the TLS handshake runs, plain text must not get between.
    if (!this._upgrading && !this._closing) {
      for (const line of replyLines(reply, this.#state.offered.has('ENHANCEDSTATUSCODES'))) {
        this.#transcript.server(line)
        this.#unsent += line + '\r\n'
      }
      this.#tally.replied(reply.code)
      if (!(this._parser instanceof OctetReader && this._parser.working)) this.#flush()
    }
    if (reply.code === 421) this.close()
  }

  #flush(): void {
    if (this.#unsent === '') return
    const unsent = this.#unsent
    this.#unsent = ''
    if (this._socket.writable) this._socket.write(unsent)
  }

  #finish(): void {
    this.#reception?.abort()
    this.#leave?.()
    const left = this.#tally.leftAs(this.#state.transaction !== undefined)
    const outcome = this.#outcome === 'shutdown' ? 'shutdown' : (this.#tlsOutcome() ?? this.#outcome ?? left)
    const [endedAt, transcript] = [this.#host.clock.now(), String(this.#transcript)]
    const { delivery, session } = this.#state
    delivery.closed(session, this.#tally.end({ outcome, endedAt, transcript, triedUser: this.#auth.triedUser }))
    this.#host.sessionEnded(this)
  }
}
