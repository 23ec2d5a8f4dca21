/** IMAP as the server has it: ports that are open from the start, and code that is loaded when somebody connects. */
import type { Settings } from './config/options.ts'
import type { Clock } from './clock.ts'
import type { ImapServer } from './imap/server.ts'
import type { Log } from './log.ts'
import type { BoundSockets } from './net/listener.ts'
import type { CertificateSource } from './net/tls.ts'
import type { Store } from './store/store.ts'

const names = ['imap', 'imaps'] as const

export interface ImapServices {
  readonly settings: Settings
  readonly store: Store
  readonly certificate: CertificateSource
  readonly clock: Clock
  readonly log: Log
  readonly version: string
}

/** Begins to serve. Nothing of IMAP is loaded before the first connection. */
export function openImapSide(
  sockets: ReadonlyMap<string, BoundSockets>,
  services: ImapServices,
): { stop(): Promise<void> } {
  let stopping = false
  let side: Promise<LoadedSide> | undefined
  for (const name of names) {
    sockets.get(name)?.serve((socket) => {
      if (stopping) return void socket.destroy()
      side ??= loadSide(services)
      side.then(
        ({ servers }) => servers[name].accept(socket),
        (error: unknown) => {
          services.log.error({ err: error }, 'IMAP could not be loaded')
          socket.destroy()
        },
      )
    })
  }
  return {
    async stop() {
      stopping = true
      await Promise.all(names.map((name) => sockets.get(name)?.close()))
      const loaded = await side?.catch(() => undefined)
      await loaded?.stop()
    },
  }
}

interface LoadedSide {
  readonly servers: Readonly<Record<(typeof names)[number], ImapServer>>
  stop(): Promise<void>
}

async function loadSide({ settings, store, certificate, clock, log, version }: ImapServices): Promise<LoadedSide> {
  const [{ imapServer }, { Mirrors }, { ResponseCache }] = await Promise.all([
    import('./imap/server.ts'),
    import('./imap/mirror.ts'),
    import('./imap/response-cache.ts'),
  ])
  const mirrors = new Mirrors(store)
  const shared = {
    ...{ store, mirrors, certificate, clock, log, version },
    cache: new ResponseCache(),
    logins: {
      users: new Map(settings.mailUsers.map(({ user, password }) => [user, password])),
      strict: settings.strictLogin,
    },
    requireTls: settings.mailRequireTls,
    appendLimit: settings.maxMessage,
  }
  const servers = {
    imap: imapServer({ ...shared, name: 'imap', implicitTls: false }),
    imaps: imapServer({ ...shared, name: 'imaps', implicitTls: true }),
  }
  return {
    servers,
    async stop() {
      await Promise.all(Object.values(servers).map((server) => server.stop()))
      mirrors.end()
    },
  }
}
