/** The one place that wires everything: listeners, store, SMTP, HTTP, live channel. Any number of servers per process. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import manifest from '../package.json' with { type: 'json' }
import { systemClock, type Clock } from './clock.ts'
import { closing, type Closing } from './closing.ts'
import { ConfigError } from './config/config-error.ts'
import { assertNotExposed } from './config/exposure.ts'
import { readHtpasswd } from './config/htpasswd.ts'
import { hostPort } from './config/kinds.ts'
import { hiddenOn, tlsOf, withoutTls, type ListenerTls } from './config/listener-security.ts'
import { listenerNames, smtpListeners, type ListenerName, type Settings, type SmtpListener } from './config/options.ts'
import { objectSource, resolveSettings } from './config/resolve.ts'
import type { StuntmailOptions } from './config/stuntmail-options.ts'
import type { HttpServer } from './http/server.ts'
import type { HttpServices } from './http/services.ts'
import type { Credential } from './http/passwords.ts'
import type { WatchedUi } from './http/watched-ui.ts'
import type { TemplateFeed } from './live/template-feed.ts'
import { silentLog, type Log } from './log.ts'
import { bindAll, PortInUse, type BoundAddress, type BoundSockets } from './net/listener.ts'
import { certificateSource, type CertificateSource } from './net/tls.ts'
import type { Delivery } from './smtp/delivery.ts'
import type { SmtpServer } from './smtp/server.ts'
import type { ReplayRuns } from './replay/runs.ts'
import { StartError } from './start-error.ts'
import { openStore } from './open-store.ts'
import type { StoreThread } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'
import type { TemplateSide } from './template-side.ts'
import type { Templates } from './templates/templates.ts'

/** Where a listener is reached, and how it comes to TLS. */
export interface ListenerAddress extends BoundAddress {
  readonly tls: ListenerTls
}

/** A running server. */
export interface Stuntmail {
  /** Where each listener is reached, by name; one that is off is not in it. */
  readonly listeners: Readonly<Record<string, ListenerAddress>>
  /** Address of UI and REST, without a slash at the end. Undefined where `http` is off. */
  readonly url: string | undefined
  /** Folder of the messages; undefined where they are in memory. */
  readonly data: string | undefined
  /** Folder of the templates; undefined where there are none. */
  readonly templates: string | undefined
  readonly store: Store
  /** Certificate of the TLS listeners, PEM, for clients to trust: `ca: await stuntmail.certificate`. Made when first asked for. */
  readonly certificate: Promise<string>
  /** Reads certificate and key again, for handshakes from now on. Rejects where they cannot be used; then all stays as it was. */
  reload(): Promise<void>
  /**
   * Stops accepting at once; a message that ends within six seconds still gets its answer. Resolves when everything is
   * closed. May be called again.
   */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export { StartError }

/** What is not an option but a part. */
export interface Parts {
  /** Default: says nothing. */
  readonly log?: Log
  /** Default: the machine's. */
  readonly clock?: Clock
}

/** As in package.json. */
export const { version } = manifest

/**
 * Starts a server in this process. Unless told otherwise it keeps messages in memory, and every listener has a free port
 * of 127.0.0.1.
 * @throws ConfigError for options that cannot be used, StartError; then nothing is left of it.
 */
export async function startStuntmail(options: StuntmailOptions = {}, parts: Parts = {}): Promise<Stuntmail> {
  return start(embeddedSettings(options), parts)
}

function embeddedSettings(options: StuntmailOptions): Settings {
  const place = { name: 'the options of startStuntmail()', folder: process.cwd(), takes: ['anyone'] as const }
  return resolveSettings([objectSource(options, place)], 'embedded').settings
}

/** What only our own programs put in. */
export interface InnerParts extends Parts {
  /** In the place of the built UI. Default none. */
  readonly watchedUi?: WatchedUi
}

/** Starts a server from settings as they were resolved. @throws as `startStuntmail`. */
export async function start(
  settings: Settings,
  { log = silentLog, clock = systemClock, watchedUi }: InnerParts = {},
): Promise<Stuntmail> {
  assertNotExposed(settings)
  const credentials = await credentialsOf(settings)
  const closers = closing()
  try {
    // It only loads; the data folder is touched when all listeners are bound.
    const thread = import('./store/sqlite/open.ts').then(({ startStoreThread }) => startStoreThread())
    closers.add(async () => (await thread).terminate())
    const sockets = await bindSockets(settings, log)
    for (const each of sockets.values()) closers.add(() => each.close())
    const startedAt = clock.now()
    const context = { settings, credentials, log, clock, sockets, startedAt, watchedUi, thread: await thread }
    return await serve(context, closers)
  } catch (error) {
    await closers.run().catch((closing: unknown) => log.warn({ err: closing }, 'what had started did not close'))
    throw error
  }
}

interface Context {
  readonly settings: Settings
  readonly credentials: readonly Credential[]
  readonly log: Log
  readonly clock: Clock
  readonly sockets: ReadonlyMap<ListenerName, BoundSockets>
  readonly startedAt: number
  readonly watchedUi: WatchedUi | undefined
  readonly thread: StoreThread
}

/** All listeners are bound already, so that a port in use leaves no trace in the data folder. */
async function serve(context: Context, closers: Closing): Promise<Stuntmail> {
  const { settings, log, clock, sockets, thread } = context
  const data = settings.memory ? undefined : settings.data
  // The modules load while the store's thread starts.
  const modules = load(sockets)
  const store = await openStore(settings, data, { log, clock, thread }).finally(() => modules.catch(() => undefined))
  closers.add(() => store.close())
  // SMTP does not wait for them.
  const replays = replayRuns(context, store)
  const templates = templateSide(context, store, replays)
  templates.catch(() => undefined)
  closers.add(async () => (await templates.catch(() => undefined))?.close())
  const { catchAll, startSmtp, http } = await modules
  const delivery = catchAll(store, { log })
  const certificate = await openCertificate(context, data)
  const services = { ...context, store, delivery, certificate, data }
  const running: { stop(): Promise<void> }[] = []
  // SMTP and HTTP end side by side, each within its own time, and the store after both.
  closers.add(async () => {
    await Promise.all(running.map((server) => server.stop()))
  })
  for (const name of smtpListeners) {
    const bound = sockets.get(name)
    if (bound !== undefined) running.push(await startSmtpListener({ ...services, startSmtp }, name, bound))
  }
  const { openMailSide } = await import('./mail-side.ts')
  running.push(openMailSide(sockets, { ...services, version }))
  const web = sockets.get('http')
  if (http !== undefined && web !== undefined) {
    const server = await startWeb({ ...services, http, templates: await templates, replays: await replays }, web)
    running.push({ stop: () => server.close() })
  }
  if (data !== undefined && [...sockets.keys()].some((name) => tlsOf(name, settings) !== 'none'))
    closers.add(prepareCertificate(certificate, log))
  const listeners = listenerAddresses(sockets, settings)
  const root = (await templates)?.templates.root
  return stuntmail(sockets, { listeners, data, templates: root, store, certificate, stop: () => closers.run() })
}

/** @throws ConfigError where the user's own certificate cannot be used: better now than at the first handshake. */
async function openCertificate(
  { settings, log, clock }: Context,
  directory: string | undefined,
): Promise<CertificateSource> {
  const { tlsCert: cert, tlsKey, tlsNames: names } = settings
  const files = cert === undefined ? undefined : { cert, key: tlsKey ?? cert }
  const certificate = certificateSource({ directory, files, names, log, clock })
  if (files === undefined) return certificate
  try {
    await certificate.secureContext()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new ConfigError('usage', `The TLS certificate cannot be used: ${text}. See --tls-cert and --tls-key.`, {
      cause: error,
    })
  }
  return certificate
}

function portsOf(sockets: Context['sockets']): (name: ListenerName) => number | undefined {
  return (name) => sockets.get(name)?.addresses[0].port
}

function listenerAddresses(
  sockets: Context['sockets'],
  settings: Settings,
): ReadonlyMap<ListenerName, ListenerAddress> {
  return new Map([...sockets].map(([name, { addresses }]) => [name, { ...addresses[0], tls: tlsOf(name, settings) }]))
}

async function replayRuns({ clock, log }: Context, store: Store): Promise<ReplayRuns> {
  const { ReplayRuns } = await import('./replay/runs.ts')
  return new ReplayRuns({ store, clock, log, newId: () => randomBytes(8).toString('hex') })
}

/** Undefined where there is none to show. @throws StartError. */
async function templateSide({ settings, sockets, clock, log }: Context, store: Store, replays: Promise<ReplayRuns>) {
  if (settings.templates === undefined) return undefined
  if (sockets.has('http')) {
    const { openTemplateSide } = await import('./template-side.ts')
    return openTemplateSide(settings.templates, { store, clock, log, replays: await replays })
  }
  log.warn({ directory: settings.templates.directory }, 'templates are not shown: the listener http is off')
  return undefined
}

/** Only what is switched on. */
async function load(sockets: ReadonlyMap<ListenerName, BoundSockets>) {
  const [{ catchAll }, { startSmtp }, http] = await Promise.all([
    import('./delivery/catch-all.ts'),
    import('./smtp/server.ts'),
    sockets.has('http') ? loadHttp() : undefined,
  ])
  return { catchAll, startSmtp, http }
}

async function loadHttp() {
  const [{ startHttp }, { liveChannel }, { eventBus }] = await Promise.all([
    import('./http/server.ts'),
    import('./live/socket.ts'),
    import('./events/bus.ts'),
  ])
  return { startHttp, liveChannel, eventBus }
}

type Modules = Awaited<ReturnType<typeof load>>
type HttpModules = Awaited<ReturnType<typeof loadHttp>>

interface Services extends Context {
  readonly store: Store
  readonly delivery: Delivery
  readonly certificate: CertificateSource
  readonly data: string | undefined
}

function startSmtpListener(
  services: Services & Pick<Modules, 'startSmtp'>,
  name: SmtpListener,
  sockets: BoundSockets,
): Promise<SmtpServer> {
  const { settings, certificate, clock, log, delivery, startSmtp } = services
  const users = new Map(settings.smtpUsers.map(({ user, password }) => [user, password]))
  const options = {
    name,
    sockets,
    implicitTls: name === 'smtps',
    startTls: tlsOf(name, settings) === 'starttls',
    withoutTls: withoutTls(name, settings, portsOf(services.sockets)),
    certificate,
    maxMessageOctets: settings.maxMessage,
    maxRecipients: settings.maxRecipients,
    strictLineEnds: settings.smtpStrict,
    hidden: hiddenOn(name, settings),
    ...(users.size > 0 && { users }),
    clock,
    log,
  }
  return startSmtp(options, delivery)
}

async function startWeb(
  services: Services & {
    readonly http: HttpModules
    readonly templates: TemplateSide | undefined
    readonly replays: ReplayRuns
  },
  sockets: BoundSockets,
): Promise<HttpServer> {
  const { settings, credentials, store, delivery, certificate, data, clock, log, startedAt, http, replays } = services
  const { templates, ties } = services.templates ?? {}
  const bus = http.eventBus(log)
  store.subscribe((changes) => bus.publish('changes', changes))
  store.subscribeSessions(() => bus.publish('sessions', undefined))
  templates?.subscribe((event) => bus.publish('templates', event))
  replays.subscribe((run) => bus.publish('replays', run))
  const options = {
    sockets,
    allowedHosts: settings.allowHosts,
    allowedOrigins: settings.allowOrigins,
    ...{ container: settings.container, basePath: settings.basePath, maxWaits: settings.maxWaits },
    users: credentials,
    maxMessageOctets: settings.maxMessage,
    uiDirectory,
    watchedUi: services.watchedUi,
  }
  const listeners = listenerAddresses(services.sockets, settings)
  const usesTls = [...listeners.values()].some(({ tls }) => tls !== 'none')
  const httpServices = {
    ...{ store, delivery, clock, log, version, startedAt, data, templates, ties, replays },
    sendBySmtp: sendBySmtp(services),
    newSessionId: () => randomBytes(8).toString('hex'),
    certificatePem: () => (usesTls ? certificate.pem() : Promise.resolve(undefined)),
    listeners: () => listeners,
  }
  const templateFeed = templates && (await loadTemplateFeed({ templates, log }))
  return http.startHttp(options, httpServices, http.liveChannel({ store, bus, clock, log, templateFeed }))
}

async function loadTemplateFeed(options: { readonly templates: Templates; readonly log: Log }): Promise<TemplateFeed> {
  const { TemplateFeed } = await import('./live/template-feed.ts')
  return new TemplateFeed(options)
}

/** To the listener that an app would use. Undefined where every one of them is off. */
function sendBySmtp({ sockets, settings }: Context): HttpServices['sendBySmtp'] {
  const listener = (sockets.get('smtp') ?? sockets.get('submission'))?.addresses[0]
  if (listener === undefined) return undefined
  return async (message) => {
    const { sendToOwnListener } = await import('./smtp/own-client.ts')
    return sendToOwnListener({ ...listener, login: settings.smtpUsers[0] }, message)
  }
}

/** What the build made of the UI: beside the bundle, or in `dist/` when running from source. */
const uiDirectory = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../dist/ui/' : './ui/', import.meta.url))

async function bindSockets(settings: Settings, log: Log): Promise<ReadonlyMap<ListenerName, BoundSockets>> {
  const specs = listenerNames.flatMap((name) => {
    const address = settings[`listen.${name}`]
    return address === undefined ? [] : [{ name, ...address, fallback: settings.portFallback }]
  })
  try {
    const bound = await bindAll(specs)
    for (const [index, { name, port }] of specs.entries()) {
      const taken = bound[index]?.addresses[0].port
      if (port !== 0 && taken !== port)
        log.warn({ port, taken }, `${name}: the port is in use, the next free one is taken`)
    }
    return new Map(specs.flatMap(({ name }, index) => (bound[index] === undefined ? [] : [[name, bound[index]]])))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const name = error instanceof PortInUse ? error.listener : undefined
    const hint =
      name === undefined
        ? ''
        : ` Choose another with --${name} PORT, 0 for any that is free, --port-fallback for the next, or --${name} off.`
    throw new StartError('listen', `${text}.${hint}`, { cause: error })
  }
}

async function credentialsOf(settings: Settings): Promise<readonly Credential[]> {
  const path = settings.uiHtpasswd
  if (path === undefined) return settings.uiUsers
  const [text, { parseHtpasswd }] = await Promise.all([readHtpasswd(path), import('./http/passwords.ts')])
  try {
    const users = parseHtpasswd(text)
    // Nobody would be asked for a password then, least of all where one was wanted.
    if (users.length === 0) throw new Error('there is no user in it; add one with htpasswd -B')
    return [...settings.uiUsers, ...users]
  } catch (error) {
    throw new ConfigError('usage', `${path}: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    })
  }
}

/** So that the first handshake need not wait for it. @returns waits for it. */
function prepareCertificate(certificate: CertificateSource, log: Log): () => Promise<void> {
  const prepared = certificate.secureContext().then(
    () => undefined,
    (error: unknown) => log.warn({ err: error }, 'no TLS: the certificate cannot be made or kept'),
  )
  return () => prepared
}

function stuntmail(
  sockets: ReadonlyMap<ListenerName, BoundSockets>,
  parts: Pick<Stuntmail, 'data' | 'templates' | 'store' | 'stop'> & {
    readonly listeners: ReadonlyMap<ListenerName, ListenerAddress>
    readonly certificate: CertificateSource
  },
): Stuntmail {
  const http = sockets.get('http')?.addresses
  return {
    ...parts,
    listeners: Object.fromEntries(parts.listeners),
    get certificate() {
      return parts.certificate.pem()
    },
    reload: () => parts.certificate.reload(),
    url: http && `http://${hostPort(urlHost(http), http[0].port)}`,
    [Symbol.asyncDispose]: parts.stop,
  }
}

/** What a browser on this machine connects to. The name only where both of its addresses are ours. */
function urlHost(addresses: BoundSockets['addresses']): string {
  const hosts = addresses.map(({ host }) => host)
  const everywhere = hosts.some((host) => host === '0.0.0.0' || host === '::')
  return everywhere || (hosts.includes('127.0.0.1') && hosts.includes('::1')) ? 'localhost' : (hosts[0] ?? 'localhost')
}
