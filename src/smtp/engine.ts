import { randomUUID } from 'node:crypto'
import type net from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { CertificateSource } from '../net/tls.ts'
import { endWithClient, failedHandshake } from './failed-handshake.ts'
import type { SessionHost } from './host.ts'
import { Session } from './session.ts'

export interface EngineOptions extends Omit<
  SessionHost,
  'engine' | 'stopping' | 'newId' | 'prepareTls' | 'sessionEnded'
> {
  readonly implicitTls: boolean
  readonly certificate: CertificateSource
  readonly idleTimeoutMs: number
}

/**
 * smtp-server with our sessions. It has no socket of its own (`accept` takes them), no logger, no reverse lookup, no wait
 * before the greeting and, until the first handshake, no certificate: least of all the public one it brings.
 */
export class Engine extends SMTPServer implements SessionHost {
  readonly engine = this
  readonly name
  readonly clock
  readonly log
  readonly users
  readonly requireTls
  readonly clients
  readonly sessionOptions
  readonly handshakeTimeoutMs
  readonly withoutTls
  readonly sessions = new Set<Session>()
  readonly #options: EngineOptions
  #stopping = false
  #whenEmpty: () => void = () => undefined

  constructor(options: EngineOptions) {
    super({
      secure: options.implicitTls,
      logger: false,
      disableReverseLookup: true,
      socketTimeout: options.idleTimeoutMs,
      authOptional: true,
      hideENHANCEDSTATUSCODES: false,
      name: options.sessionOptions.greetingName,
    })
    this.#options = options
    this.name = options.name
    this.clock = options.clock
    this.log = options.log
    this.users = options.users
    this.requireTls = options.requireTls
    this.clients = options.clients
    this.sessionOptions = options.sessionOptions
    this.handshakeTimeoutMs = options.handshakeTimeoutMs
    this.withoutTls = options.withoutTls
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** Takes a connection over. */
  accept(socket: net.Socket): void {
    if (!this.#options.implicitTls) return this.connect(socket)
    // A peer may go away before there is anybody else to hear of it.
    socket.on('error', () => socket.destroy())
    const release = this._acceptSocket(socket, true)
    if (release === false) return
    const failed = failedHandshake(this, socket)
    // smtp-server's own limit is the idle timeout, and each octet begins it anew. Destroys the socket on top: Node
    // crashes when the one below goes in the middle of a handshake.
    const limit = setTimeout(() => {
      failed.timedOut = true
      this._pendingSockets.get(socket)?.destroy()
    }, this.handshakeTimeoutMs).unref()
    socket.once('close', () => clearTimeout(limit))
    const fail = (error: unknown): void => {
      release()
      socket.destroy()
      failed.record(error)
    }
    this.prepareTls().then(
      () => {
        // smtp-server asks the handshake of a socket that is gone for its protocol, and Node ends the process.
        if (socket.destroyed) return fail(undefined)
        this._upgrade(socket, (error, tlsSocket) => {
          if (error !== null || tlsSocket === undefined) return fail(error)
          release()
          clearTimeout(limit)
          this.connect(tlsSocket)
        })
        const secured = this._pendingSockets.get(socket)
        if (secured !== undefined) endWithClient(secured)
      },
      (error: unknown) => {
        this.log.error({ err: error }, 'TLS is not available')
        failed.ours = true
        fail(error)
      },
    )
  }

  /** Ends all sessions: idle ones at once, the others after their message, or when `drainMs` are over. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true
    for (const socket of this._pendingSockets.values()) socket.destroy()
    for (const session of this.sessions) session.shutDown()
    if (this.sessions.size === 0) return
    const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve))
    const deadline = setTimeout(() => {
      for (const session of this.sessions) session.abandon()
    }, drainMs)
    await empty
    clearTimeout(deadline)
  }

  override connect(socket: net.Socket): void {
    const session = new Session(this, socket)
    this.connections.add(session)
    this.sessions.add(session)
    session.init()
  }

  /** 62 random bits, drawn many at a time. */
  newId(): string {
    return randomUUID().slice(-17).replace('-', '')
  }

  /** The certificate of now: it may have been renewed since the last handshake. */
  async prepareTls(): Promise<void> {
    this.secureContext.set('*', await this.#options.certificate.secureContext())
  }

  // Later than this, what comes right after the handshake would find no reader.
  override onSecure(_socket: net.Socket, _session: SMTPServerSession, callback: () => void): void {
    callback()
  }

  sessionEnded(session: object): void {
    if (session instanceof Session) this.sessions.delete(session)
    if (this.sessions.size === 0) this.#whenEmpty()
  }

  // Called by smtp-server's constructor, which would load the certificate that all the world has the key of.
  override updateSecureContext(): void {
    this.secureContext = new Map()
  }
}
