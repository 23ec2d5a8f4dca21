import { root } from '../../.build/files.ts'
import { builtUi } from './built.ts'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../src/clock.ts'
import { catchAll } from '../../src/delivery/catch-all.ts'
import { eventBus } from '../../src/events/bus.ts'
import { startHttp } from '../../src/http/server.ts'
import { liveChannel } from '../../src/live/socket.ts'
import { silentLog } from '../../src/log.ts'
import { bind } from '../../src/net/listener.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'

/** The UI over a store in memory. */
export interface UiServer {
  readonly url: string
  readonly store: Store
  /** Stops HTTP and the live channel, and starts them again on the same port. The store goes on. */
  restart(while_: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** Serves the UI as it is built. */
export async function startUiServer(): Promise<UiServer> {
  await builtUi()
  const store = await openSqliteStore({ directory: undefined, clock: systemClock, log: silentLog })
  let http = await serve(store, 0)
  return {
    url: `http://127.0.0.1:${http.port}`,
    store,
    async restart(while_) {
      await http.close()
      await while_()
      http = await serve(store, http.port)
    },
    async stop() {
      await http.close()
      await store.close()
    },
  }
}

async function serve(store: Store, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = await bind({ name: 'http', hosts: ['127.0.0.1'], port })
  const [address] = sockets.addresses
  const bus = eventBus(silentLog)
  const unsubscribe = store.subscribe((changes) => bus.publish('changes', changes))
  const unsubscribeSessions = store.subscribeSessions(() => bus.publish('sessions', undefined))
  const http = await startHttp(
    { sockets, maxMessageOctets: 0, uiDirectory: join(root, 'dist/ui') },
    {
      store,
      delivery: catchAll(store, { log: silentLog }),
      clock: systemClock,
      log: silentLog,
      version: '0.0.0',
      startedAt: systemClock.now(),
      data: undefined,
      newSessionId: randomUUID,
      certificatePem: () => Promise.resolve(undefined),
      listeners: () => new Map([['http', { ...address, tls: 'none' }]]),
    },
    liveChannel({ store, bus, clock: systemClock, log: silentLog }),
  )
  return {
    port: address.port,
    async close() {
      unsubscribe()
      unsubscribeSessions()
      await http.close()
    },
  }
}
