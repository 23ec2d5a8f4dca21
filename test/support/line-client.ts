import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

/** A client of a protocol of lines, for tests: what it sends goes out as it is. */
export class LineClient {
  #socket: net.Socket
  #received = ''
  #ended = false
  readonly #waiting = new Set<() => void>()
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>

  private constructor(socket: net.Socket) {
    this.#socket = socket
    this.#listen()
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<LineClient> {
    const socket = net.connect({ port, host, noDelay: true })
    await once(socket, 'connect')
    return new LineClient(socket)
  }

  static async connectTls(port: number): Promise<LineClient> {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    return new LineClient(socket)
  }

  get socket(): net.Socket {
    return this.#socket
  }

  /** Resolves when it was handed to the system. A connection that is gone is no error. */
  async send(octets: string | Uint8Array): Promise<void> {
    const data = typeof octets === 'string' ? Buffer.from(octets) : octets
    await new Promise<void>((resolve) => this.#socket.write(data, () => resolve()))
  }

  /** The next line, or undefined when the server has closed. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#received.indexOf('\r\n')
      if (end !== -1) {
        const line = this.#received.slice(0, end)
        this.#received = this.#received.slice(end + 2)
        return line
      }
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  /** The last line of the next SMTP reply; empty when the server has closed. */
  async reply(): Promise<string> {
    for (;;) {
      const line = (await this.line()) ?? ''
      if (line[3] !== '-') return line
    }
  }

  /** Sends a line and waits for the reply to it. */
  async command(line: string): Promise<string> {
    await this.send(line + '\r\n')
    return this.reply()
  }

  /** Everything up to the end. */
  async rest(): Promise<string[]> {
    const lines: string[] = []
    for (let line = await this.line(); line !== undefined; line = await this.line()) lines.push(line)
    return lines
  }

  async startTls(options: tls.ConnectionOptions = { rejectUnauthorized: false }): Promise<tls.TLSSocket> {
    this.#socket.removeAllListeners('data')
    const socket = tls.connect({ ...options, socket: this.#socket })
    await once(socket, 'secureConnect')
    this.#socket = socket
    this.#received = ''
    this.#listen()
    return socket
  }

  /** Closes our half. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #listen(): void {
    const finish = (): void => {
      this.#ended = true
      this.#wake()
    }
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString()
      this.#wake()
    })
    this.#socket.on('error', finish)
    this.#socket.on('end', finish)
    this.#socket.on('close', finish)
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
