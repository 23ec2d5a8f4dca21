import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { after } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { catchAll } from '../../src/delivery/catch-all.ts'
import { eventBus } from '../../src/events/bus.ts'
import { startHttp, type HttpOptions } from '../../src/http/server.ts'
import type { HttpServices } from '../../src/http/services.ts'
import { liveChannel } from '../../src/live/socket.ts'
import { TemplateFeed } from '../../src/live/template-feed.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { bind } from '../../src/net/listener.ts'
import type { SmtpEnvelope } from '../../src/smtp/envelope.ts'
import type { Store } from '../../src/store/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'

/** A real server on loopback over a real store in memory; gone after the tests of the file. */
export interface Served {
  readonly port: number
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly store: Store
  /** What was logged as an error: defects. */
  readonly errors: object[]
  /** Stores a message as SMTP would. @returns its key. */
  put(message: string | Uint8Array, ...recipients: string[]): Promise<string>
  close(): Promise<void>
}

export interface ServedOptions extends Partial<Omit<HttpOptions, 'sockets'>> {
  readonly services?: Partial<HttpServices>
}

export async function serve(options: ServedOptions = {}): Promise<Served> {
  const { services, ...http } = options
  const errors: object[] = []
  const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) }
  const clock = systemClock
  const store = await openSqliteStore({ directory: undefined, clock, log })
  const sockets = await bind({ name: 'http', hosts: ['127.0.0.1'], port: 0 })
  const bus = eventBus(log)
  store.subscribe((changes) => bus.publish('changes', changes))
  const all: HttpServices = {
    store,
    delivery: catchAll(store, { log }),
    clock,
    log,
    version: '1.2.3',
    startedAt: clock.now(),
    data: undefined,
    newSessionId: randomUUID,
    certificatePem: () => Promise.resolve('-----BEGIN CERTIFICATE-----\n'),
    listeners: () => new Map([['http', { ...sockets.addresses[0], tls: 'none' }]]),
    ...services,
  }
  const { templates } = all
  templates?.subscribe((event) => bus.publish('templates', event))
  const templateFeed = templates && new TemplateFeed({ templates, log })
  const live = liveChannel({ store, bus, clock, log, templateFeed })
  const server = await startHttp({ maxMessageOctets: 1_048_576, ...http, sockets }, all, live)
  const { port } = sockets.addresses[0]
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= server.close().then(() => store.close()))
  after(close)
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    store,
    errors,
    put: (message, ...recipients) => put(store, message, recipients),
    close,
  }
}

async function put(store: Store, message: string | Uint8Array, recipients: readonly string[]): Promise<string> {
  const reception = store.receive()
  await reception.write(Buffer.from(message))
  const receipt = await reception.commit({
    envelope: envelopeTo(recipients),
    sessionId: 'test',
    prologue: 'S: 220 test\nC: EHLO test',
    conversation: 'C: MAIL FROM:<bob@example.com>\nS: 250 2.1.0 OK',
    filing: recipients.map((account) => ({ account, mailbox: 'INBOX', flags: [] })),
  })
  return receipt.key
}

function envelopeTo(recipients: readonly string[]): SmtpEnvelope {
  return {
    reversePath: { address: 'bob@example.com' },
    forwardPaths: recipients.map((address) => ({ address })),
    heloName: 'test',
    client: { address: '127.0.0.1', port: 40_000 },
    listener: 'smtp',
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    connectedAt: 1_700_000_000_000,
    mailAt: 1_700_000_000_100,
    dataAt: 1_700_000_000_200,
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export interface Asking {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Uint8Array
}

/** One request by Node's client, which sends exactly these fields (fetch would add and forbid some). */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
  // Node frames the body of a POST only.
  const framed = body === undefined || 'Transfer-Encoding' in headers
  const sent = framed ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers: sent, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const content = Buffer.concat(chunks)
        const { statusCode = 0, headers: received } = incoming
        resolve({ status: statusCode, headers: received, body: content, text: content.toString('utf8') })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends octets as they are and reads until the server closes. */
export function raw(port: number, octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(octets, 'latin1'))
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (received += text))
    socket.on('close', () => resolve(received))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(received) : reject(error),
    )
  })
}

/** A message with CRLF line ends. */
export function message(...lines: string[]): string {
  return lines.map((line) => `${line}\r\n`).join('')
}
