import { after } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import type { ConnectionServer } from '../../src/net/connection-server.ts'
import { bind } from '../../src/net/listener.ts'
import { Maildrops } from '../../src/pop3/maildrop.ts'
import { pop3Server, type Pop3Options } from '../../src/pop3/server.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { LineClient } from './line-client.ts'
import { certificate } from './smtp.ts'

export interface TestPop3 {
  readonly server: ConnectionServer
  readonly store: Store
  readonly port: number
  /** Connects and reads the greeting. */
  client(): Promise<LineClient>
}

/** A server on a free port of 127.0.0.1 over a store in memory. */
export async function testPop3({
  shared = false,
  ...options
}: Partial<Pop3Options> & { shared?: boolean } = {}): Promise<TestPop3> {
  const store = await openSqliteStore({ directory: undefined, clock: systemClock, log: silentLog })
  const sockets = await bind({ name: 'pop3', hosts: ['127.0.0.1'], port: 0 })
  const server = pop3Server({
    name: 'pop3',
    store,
    maildrops: new Maildrops(store, shared),
    logins: { users: new Map(), strict: false },
    certificate,
    implicitTls: false,
    startTls: true,
    withoutTls: 'switch TLS off',
    requireTls: false,
    version: '0.0.0',
    clock: systemClock,
    log: silentLog,
    ...options,
  })
  sockets.serve((socket) => server.accept(socket))
  after(async () => {
    await sockets.close()
    await server.stop()
    await store.close()
  })
  const { port } = sockets.addresses[0]
  return {
    server,
    store,
    port,
    async client() {
      const client = options.implicitTls === true ? await LineClient.connectTls(port) : await LineClient.connect(port)
      await client.line()
      return client
    },
  }
}
