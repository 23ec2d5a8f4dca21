/** The octets of one connection, whatever lies beneath them: TCP, TLS after STARTTLS (RFC 9051 §6.2.1), DEFLATE (RFC 4978). */
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { agreementOf, type TlsAgreement } from './agreement.ts'
import { deflated } from './deflate.ts'
import { HandshakeError, isTlsRecord } from './handshake.ts'

/** Octets that are read ahead before the client has to wait. */
const maxReadAhead = 256 * 1024
const endsLine = /[\0\r\n]/g
const notOneOctet = /[^\0-\xff]/g
/** Characters and octets that are gathered before they are handed to the socket. */
const gathered = 64 * 1024

export interface ConnectionLimits {
  /** How long the client may say nothing, milliseconds. */
  idleMs: number
  /** How long it may take nothing of what is sent to it, milliseconds. IMAP-9. */
  readonly stallMs: number
  /** For a TLS handshake, milliseconds. REL-26. */
  readonly handshakeMs: number
}

/** Why a connection came to its end. */
export type Ending = 'closed' | 'idle' | 'stalled' | 'failed'

export class Connection {
  readonly limits: ConnectionLimits
  /** Port of ours that the client connected to. */
  readonly localPort: number
  #socket: net.Socket
  #stream: Duplex
  #tls: TlsAgreement | undefined
  #silentSinceTls = false
  #heardNothing = true
  #spokeTls = false
  #chunks: Buffer[] = []
  #readAhead = 0
  #wake: (() => void) | undefined
  #text = ''
  #ending: Ending | undefined
  /** We ended it. */
  #ended = false
  #stalled = false

  /** @param begins `tls`: nothing is read before `beginTls`, so that no octet of the handshake is lost. */
  constructor(socket: net.Socket, limits: ConnectionLimits, begins: 'plain' | 'tls' = 'plain') {
    this.limits = limits
    this.localPort = socket.localPort ?? 0
    this.#socket = socket
    this.#stream = socket
    socket.setKeepAlive(true, 60_000)
    if (begins === 'plain') this.#attach(socket)
  }

  /** Undefined where there is no TLS, or not yet. Stays when the connection is over. */
  get tls(): TlsAgreement | undefined {
    return this.#tls
  }

  /** The client is gone, and said nothing after the TLS handshake: perhaps it did not like the certificate. */
  get leftAfterHandshake(): boolean {
    return this.#silentSinceTls && (this.#ending === 'failed' || this.#ending === 'closed') && !this.#ended
  }

  /** The client began with a TLS handshake where plain text is spoken. */
  get spokeTls(): boolean {
    return this.#spokeTls
  }

  /** Undefined while it is open. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Whether the client can still be told something: it may have closed its own half. */
  get writable(): boolean {
    return this.#stream.writable
  }

  /** Octets as they came; undefined at the end. One caller at a time. What is gathered is sent before it waits. */
  async read(): Promise<Buffer | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#ending !== undefined) return undefined
      this.flush()
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const chunk = this.#chunks.shift()
    this.#readAhead -= chunk?.length ?? 0
    if (this.#readAhead < maxReadAhead && this.#stream.isPaused()) this.#stream.resume()
    return chunk
  }

  /** Gathers; `flush` sends. One character is one octet. */
  write(text: string): void {
    this.#text += text
    if (this.#text.length >= gathered) this.flush()
  }

  /** A line by itself, with its end: whatever is in it, it is one, and stays one. */
  writeLine(line: string): void {
    this.write(`${line.replace(endsLine, ' ')}\r\n`)
  }

  /** After what was written. The octets are not touched again. */
  writeOctets(octets: Uint8Array): void {
    this.flush()
    if (this.#stream.writable) this.#stream.write(octets)
  }

  flush(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    // Node would cut a larger character down to its lower octet, which may be a CR or LF.
    if (this.#stream.writable) this.#stream.write(text.replace(notOneOctet, '?'), 'latin1')
  }

  /** Whether the client has to take something before more is sent. */
  get full(): boolean {
    return this.#stream.writableNeedDrain
  }

  /** Resolves when the client has taken enough for more to be sent, or is gone. IMAP-9. */
  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain) return
    this.#stalled = true
    this.#socket.setTimeout(this.limits.stallMs)
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done)
        this.#socket.off('close', done)
        resolve()
      }
      this.#stream.on('drain', done)
      this.#socket.on('close', done)
    })
    this.#stalled = false
    this.setIdle(this.limits.idleMs)
  }

  /** Resolves after so many milliseconds, or when the client is gone. */
  async pause(ms: number): Promise<void> {
    if (ms === 0 || !this.writable) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#socket.off('close', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#socket.on('close', done)
    })
  }

  /** How long the client may say nothing from now on. */
  setIdle(idleMs: number): void {
    this.limits.idleMs = idleMs
    this.#socket.setTimeout(idleMs)
  }

  /**
   * Throws away what was read and not used yet, and reads no more: TLS comes next, and this was said in plain text
   * (RFC 9051 §11.1). @returns how many octets that were.
   */
  forget(): number {
    this.flush()
    this.#detach()
    const unread: unknown = this.#socket.read()
    const thrownAway = this.#readAhead + (Buffer.isBuffer(unread) ? unread.length : 0)
    this.#chunks = []
    this.#readAhead = 0
    return thrownAway
  }

  /** TLS from here on, with whatever waits to be read as its first octets. @throws HandshakeError. */
  async beginTls(secureContext: tls.SecureContext): Promise<void> {
    const plain = this.#socket
    const before = plain.bytesRead - plain.readableLength
    const secured = new tls.TLSSocket(plain, { isServer: true, secureContext })
    this.#socket = secured
    this.#stream = secured
    this.#socket.setTimeout(this.limits.handshakeMs)
    this.#attach(secured)
    try {
      await handshake(secured, () => plain.bytesRead > before)
    } catch (error) {
      this.#finish('failed')
      throw error
    }
    this.#tls = agreementOf(secured) ?? { version: '', cipher: '' }
    this.#silentSinceTls = true
    this.setIdle(this.limits.idleMs)
  }

  /** DEFLATE in both directions from here on. What was read ahead, and not used, is compressed already. RFC 4978 §3. */
  startDeflate(unused: Buffer): void {
    this.flush()
    this.#detach()
    const early = [unused, ...this.#chunks]
    this.#chunks = []
    this.#readAhead = 0
    this.#stream = deflated(this.#socket, early)
    this.#attach(this.#stream)
  }

  /** Sends what is gathered and closes. */
  end(): void {
    this.flush()
    if (this.#ending === undefined) this.#ended = true
    this.#finish('closed')
    if (this.#stream.writable) this.#stream.end()
    // A client that never closes its side is not waited for.
    this.#socket.setTimeout(1000)
    this.#socket.resume()
  }

  destroy(): void {
    this.#finish('closed')
    this.#stream.destroy()
    this.#socket.destroy()
  }

  #attach(stream: Duplex): void {
    stream.on('data', this.#onData)
    stream.on('end', this.#onEnd)
    stream.on('error', this.#onError)
    stream.on('close', this.#onEnd)
    this.#socket.on('timeout', this.#onTimeout)
  }

  #detach(): void {
    this.#stream.off('data', this.#onData)
    this.#stream.off('end', this.#onEnd)
    this.#stream.off('close', this.#onEnd)
    this.#socket.off('timeout', this.#onTimeout)
    this.#stream.pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#silentSinceTls = false
    if (this.#heardNothing && this.#tls === undefined && isTlsRecord(chunk)) {
      this.#spokeTls = true
      return this.#finish('failed')
    }
    this.#heardNothing = false
    this.#chunks.push(chunk)
    this.#readAhead += chunk.length
    if (this.#readAhead >= maxReadAhead) this.#stream.pause()
    this.#awake()
  }

  readonly #onEnd = (): void => this.#finish('closed')

  readonly #onError = (): void => {
    this.#finish('failed')
    this.#socket.destroy()
  }

  readonly #onTimeout = (): void => {
    if (this.#ending !== undefined || this.#stalled) {
      this.#finish('stalled')
      this.#socket.destroy()
      return
    }
    this.#finish('idle')
  }

  #finish(ending: Ending): void {
    this.#ending ??= ending
    this.#awake()
  }

  #awake(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** Resolves when TLS is there. @throws HandshakeError for a client that goes, is silent for too long, or does not want it. REL-26. */
async function handshake(secured: tls.TLSSocket, begun: () => boolean): Promise<void> {
  const failures: (() => void)[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      secured.once('secure', resolve)
      // `error` may come after `_tlsError`, `close` after all of them: the first one counts.
      for (const name of ['_tlsError', 'error', 'end', 'close', 'timeout'] as const) {
        const failed = (cause?: unknown): void =>
          reject(new HandshakeError({ begun: begun(), timedOut: name === 'timeout', cause }))
        secured.once(name, failed)
        failures.push(() => secured.off(name, failed))
      }
    })
  } catch (error) {
    secured.destroy()
    throw error
  } finally {
    for (const off of failures) off()
  }
}
