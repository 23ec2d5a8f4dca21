/** The SMTP server: RFC 5321. One listener each; a message it acknowledged is stored. */
import { hostname } from 'node:os'
import { systemClock, type Clock } from '../clock.ts'
import { silentLog, type Log } from '../log.ts'
import { clientLimit, type ClientLimit } from '../net/limits.ts'
import type { BoundAddress, BoundSockets } from '../net/listener.ts'
import type { CertificateSource } from '../net/tls.ts'
import type { Users } from './auth.ts'
import type { Delivery } from './delivery.ts'
import { Engine } from './engine.ts'
import { extensionNames, type ExtensionName } from './extensions.ts'

export interface SmtpOptions {
  /** Name of the listener, as envelopes have it. */
  readonly name: 'smtp' | 'submission' | 'smtps'
  /** Bound by `net/listener.ts`; the server takes them over and closes them when it stops. */
  readonly sockets: BoundSockets
  /** TLS from the first octet on (RFC 8314 §3.3), no STARTTLS. Default false. */
  readonly implicitTls?: boolean
  /** Offers STARTTLS (RFC 3207) where TLS is not there from the start. Default true. */
  readonly startTls?: boolean
  /** For people whose client fails at TLS: how to do without it. Default: switch TLS off in the client. */
  readonly withoutTls?: string
  /** Asked for at each handshake, never before. */
  readonly certificate: CertificateSource
  /** Largest message in octets. Default 50 MiB. Announced as SIZE and enforced: 552 5.3.4. RFC 1870 §6. */
  readonly maxMessageOctets?: number
  /** Per message. Default 1,000, the least RFC 5321 §4.5.3.1.8 allows being 100. More get 452 4.5.3. */
  readonly maxRecipients?: number
  /** Connections at a time; give the same limit to all listeners to share it. Default 500 of this listener. More get 421 4.3.2. */
  readonly clients?: ClientLimit
  /** Extensions that are neither offered nor understood. Default none. */
  readonly hidden?: readonly ExtensionName[]
  /** Refuses messages with a CR or LF that stands alone: 550 5.5.2. Default false. SMTP-1. */
  readonly strictLineEnds?: boolean
  /** Passwords by user name; then MAIL needs AUTH. Default: any credentials will do, and none. */
  readonly users?: Users
  /** Refuses mail before STARTTLS. Default false. RFC 3207 §4. */
  readonly requireTls?: boolean
  /** What the greeting and EHLO say. Default: the name of the machine. */
  readonly greetingName?: string
  /** How long a session may say nothing, milliseconds. Default 300,000: RFC 5321 §4.5.3.2.7. */
  readonly idleTimeoutMs?: number
  /** How long a TLS handshake may take in all, with and without STARTTLS, milliseconds. Default 30,000. */
  readonly handshakeTimeoutMs?: number
  /** How long `stop` waits for messages on their way, milliseconds. Default 6,000: containers are killed after 10 s. */
  readonly drainMs?: number
  readonly clock?: Clock
  readonly log?: Log
}

export interface SmtpServer {
  readonly name: string
  /** Where to send to: the first of the addresses. */
  address(): BoundAddress
  /** Open connections. */
  readonly sessionCount: number
  /** Messages that are being received or stored. */
  readonly transactions: number
  /**
   * Stops accepting at once and resolves when all sessions are over. Idle ones get 421; a message that ends within the
   * drain time gets its answer; others are gone.
   */
  stop(): Promise<void>
}

const noneHidden: readonly ExtensionName[] = []
const defaults = {
  implicitTls: false,
  startTls: true,
  withoutTls: 'switch TLS off in the client',
  maxMessageOctets: 50 * 1024 * 1024,
  maxRecipients: 1_000,
  maxClients: 500,
  hidden: noneHidden,
  strictLineEnds: false,
  requireTls: false,
  idleTimeoutMs: 300_000,
  handshakeTimeoutMs: 30_000,
  drainMs: 6_000,
  clock: systemClock,
  log: silentLog,
} as const

function offered(
  name: ExtensionName,
  { hidden, startTls }: Pick<typeof defaults, 'hidden'> & { startTls: boolean },
): boolean {
  return !hidden.includes(name) && (name !== 'STARTTLS' || startTls)
}

/** Begins to serve. */
export function startSmtp(options: SmtpOptions, delivery: Delivery): Promise<SmtpServer> {
  const settings = { ...defaults, ...options }
  const { sockets, clock, maxMessageOctets, strictLineEnds, maxRecipients } = settings
  const engine = new Engine({
    name: options.name,
    clock,
    log: settings.log,
    users: options.users,
    requireTls: settings.requireTls,
    clients: options.clients ?? clientLimit(defaults.maxClients),
    implicitTls: settings.implicitTls,
    certificate: options.certificate,
    idleTimeoutMs: settings.idleTimeoutMs,
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    withoutTls: settings.withoutTls,
    sessionOptions: {
      delivery,
      offered: new Set(extensionNames.filter((name) => offered(name, settings))),
      greetingName: options.greetingName ?? hostname(),
      maxMessageOctets,
      strictLineEnds,
      maxRecipients,
      now: () => clock.now(),
    },
  })
  sockets.serve((socket) => engine.accept(socket), settings.implicitTls ? 'later' : 'now')
  let stopped: Promise<unknown> | undefined
  return Promise.resolve({
    name: options.name,
    address: () => sockets.addresses[0],
    get sessionCount() {
      return engine.sessions.size
    },
    get transactions() {
      return [...engine.sessions].filter((session) => session.receiving).length
    },
    async stop() {
      stopped ??= Promise.all([sockets.close(), engine.stop(settings.drainMs)])
      await stopped
    },
  })
}
