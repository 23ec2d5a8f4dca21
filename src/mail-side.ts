/** IMAP and POP3 as the server has them: ports that are open from the start, code that is loaded when somebody connects. */
import { tlsOf, withoutTls } from './config/listener-security.ts'
import type { Socket } from 'node:net'
import type { Settings } from './config/options.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { ConnectionServer } from './net/connection-server.ts'
import type { BoundSockets } from './net/listener.ts'
import type { CertificateSource } from './net/tls.ts'
import type { Store } from './store/store.ts'

export interface MailServices {
  readonly settings: Settings
  readonly store: Store
  readonly certificate: CertificateSource
  readonly clock: Clock
  readonly log: Log
  readonly version: string
}

/** A protocol once it is loaded, by listener. */
interface Loaded {
  readonly servers: Readonly<Record<string, ConnectionServer>>
  /** After its servers have stopped. */
  end?(): void
}

const protocols = [
  { names: ['imap', 'imaps'], load: loadImap },
  { names: ['pop3', 'pop3s'], load: loadPop3 },
] as const

/** Begins to serve. Nothing of a protocol is loaded before its first connection. */
export function openMailSide(
  sockets: ReadonlyMap<string, BoundSockets>,
  services: MailServices,
): { stop(): Promise<void> } {
  const ports = (name: string): number | undefined => sockets.get(name)?.addresses[0].port
  const sides = protocols.map(({ names, load }) =>
    openProtocol(names, sockets, { load: () => load(services, ports), ...services }),
  )
  return {
    async stop() {
      await Promise.all(sides.map((side) => side.stop()))
    },
  }
}

function openProtocol(
  names: readonly string[],
  sockets: ReadonlyMap<string, BoundSockets>,
  { load, log }: { load: () => Promise<Loaded>; log: Log },
): { stop(): Promise<void> } {
  let stopping = false
  let loading: Promise<Loaded> | undefined
  for (const name of names) {
    const accept = (socket: Socket): void => {
      if (stopping) {
        socket.destroy()
        return
      }
      loading ??= load()
      loading.then(
        ({ servers }) => servers[name]?.accept(socket),
        (error: unknown) => {
          log.error({ err: error }, `${name} could not be loaded`)
          socket.destroy()
        },
      )
    }
    sockets.get(name)?.serve(accept, name === 'imaps' || name === 'pop3s' ? 'later' : 'now')
  }
  return {
    async stop() {
      stopping = true
      await Promise.all(names.flatMap((name) => sockets.get(name)?.close() ?? []))
      const loaded = await loading?.catch(() => undefined)
      if (loaded === undefined) return
      await Promise.all(Object.values(loaded.servers).map((server) => server.stop()))
      loaded.end?.()
    },
  }
}

async function loadImap({ settings, ...services }: MailServices, ports: Ports): Promise<Loaded> {
  const [{ imapServer }, { Mirrors }, { ResponseCache }, { TextSignatures }] = await Promise.all([
    import('./imap/server.ts'),
    import('./imap/mirror.ts'),
    import('./imap/response-cache.ts'),
    import('./imap/text-signatures.ts'),
  ])
  const mirrors = new Mirrors(services.store)
  const host = {
    ...services,
    mirrors,
    cache: new ResponseCache(),
    signatures: { header: new TextSignatures(), whole: new TextSignatures() },
    logins: loginsOf(settings),
    requireTls: settings.mailRequireTls,
    appendLimit: settings.maxMessage,
  }
  const servers = {
    imap: imapServer({ ...host, ...securityOf('imap', settings, ports) }),
    imaps: imapServer({ ...host, ...securityOf('imaps', settings, ports) }),
  }
  return { servers, end: () => mirrors.end() }
}

async function loadPop3({ settings, ...services }: MailServices, ports: Ports): Promise<Loaded> {
  const [{ pop3Server }, { Maildrops }] = await Promise.all([import('./pop3/server.ts'), import('./pop3/maildrop.ts')])
  const host = {
    ...services,
    maildrops: new Maildrops(services.store, settings.pop3Shared),
    logins: loginsOf(settings),
    requireTls: settings.mailRequireTls,
  }
  const servers = {
    pop3: pop3Server({ ...host, ...securityOf('pop3', settings, ports) }),
    pop3s: pop3Server({ ...host, ...securityOf('pop3s', settings, ports) }),
  }
  return { servers }
}

type Ports = (name: string) => number | undefined

function securityOf<Name extends 'imap' | 'imaps' | 'pop3' | 'pop3s'>(name: Name, settings: Settings, ports: Ports) {
  const tls = tlsOf(name, settings)
  return {
    name,
    implicitTls: tls === 'implicit',
    startTls: tls === 'starttls',
    withoutTls: withoutTls(name, settings, ports),
  }
}

function loginsOf({ mailUsers, strictLogin }: Settings) {
  return { users: new Map(mailUsers.map(({ user, password }) => [user, password])), strict: strictLogin }
}
