import { after } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { bind } from '../../src/net/listener.ts'
import { certificateSource, type CertificateSource } from '../../src/net/tls.ts'
import { type SmtpOptions, type SmtpServer, startSmtp } from '../../src/smtp/server.ts'
import { CollectingDelivery, type Obstacles } from './collecting-delivery.ts'
import { LineClient } from './line-client.ts'

/** One certificate for all tests of a process. */
export const certificate: CertificateSource = certificateSource({
  directory: undefined,
  log: silentLog,
  clock: systemClock,
})

export interface TestSmtp {
  readonly server: SmtpServer
  readonly delivery: CollectingDelivery
  readonly port: number
  /** Connects and reads the greeting. */
  client(): Promise<LineClient>
}

/** A server on a free port of 127.0.0.1. */
export async function testSmtp(options: Partial<SmtpOptions> & { obstacles?: Obstacles } = {}): Promise<TestSmtp> {
  const { obstacles, ...smtpOptions } = options
  const delivery = new CollectingDelivery(obstacles)
  const sockets = await bind({ name: 'smtp', hosts: ['127.0.0.1'], port: 0 })
  const server = await startSmtp(
    { name: 'smtp', sockets, certificate, greetingName: 'mx.test', ...smtpOptions },
    delivery,
  )
  // So that a test that fails ends all the same.
  after(() => server.stop())
  const { port } = server.address()
  return {
    server,
    delivery,
    port,
    async client() {
      const client = options.implicitTls === true ? await LineClient.connectTls(port) : await LineClient.connect(port)
      await client.reply()
      return client
    },
  }
}

/** EHLO, MAIL and RCPT; DATA comes next. */
export async function openTransaction(client: LineClient): Promise<void> {
  for (const line of ['EHLO client.test', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>'])
    await client.command(line)
}
