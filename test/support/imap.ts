import type net from 'node:net'
import { after } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { Mirrors } from '../../src/imap/mirror.ts'
import { ResponseCache } from '../../src/imap/response-cache.ts'
import { TextSignatures } from '../../src/imap/text-signatures.ts'
import { imapServer, type ImapOptions } from '../../src/imap/server.ts'
import { silentLog } from '../../src/log.ts'
import type { ConnectionServer } from '../../src/net/connection-server.ts'
import { bind } from '../../src/net/listener.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { LineClient } from './line-client.ts'
import { certificate } from './smtp.ts'

export interface TestImap {
  readonly server: ConnectionServer
  readonly store: Store
  readonly port: number
  /** Connects and reads the greeting. */
  client(): Promise<LineClient>
  /** Connects and logs in, as `bob@example.com` unless told otherwise. */
  loggedIn(user?: string): Promise<LineClient>
}

/** A server on a free port of 127.0.0.1 over a store in memory. */
export async function testImap({
  onSocket,
  ...options
}: Partial<ImapOptions> & { onSocket?: (socket: net.Socket) => void } = {}): Promise<TestImap> {
  const clock = options.clock ?? systemClock
  const store = await openSqliteStore({ directory: undefined, clock, log: silentLog })
  const sockets = await bind({ name: 'imap', hosts: ['127.0.0.1'], port: 0 })
  const mirrors = new Mirrors(store)
  const server = imapServer({
    name: 'imap',
    store,
    mirrors,
    cache: new ResponseCache(),
    signatures: { header: new TextSignatures(), whole: new TextSignatures() },
    logins: { users: new Map(), strict: false },
    certificate,
    implicitTls: false,
    startTls: true,
    withoutTls: 'switch TLS off',
    requireTls: false,
    appendLimit: 50 * 1024 * 1024,
    version: '0.0.0',
    clock,
    log: silentLog,
    ...options,
  })
  sockets.serve((socket) => {
    onSocket?.(socket)
    server.accept(socket)
  })
  after(async () => {
    await sockets.close()
    await server.stop()
    mirrors.end()
    await store.close()
  })
  const { port } = sockets.addresses[0]
  const client = async (): Promise<LineClient> => {
    const opened = options.implicitTls === true ? await LineClient.connectTls(port) : await LineClient.connect(port)
    await opened.line()
    return opened
  }
  return {
    server,
    store,
    port,
    client,
    async loggedIn(user = 'bob@example.com') {
      const opened = await client()
      await opened.send(`login LOGIN ${user} secret\r\n`)
      await opened.line()
      return opened
    },
  }
}
