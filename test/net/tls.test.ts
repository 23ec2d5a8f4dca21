import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { certificateSource } from '../../src/net/tls.ts'

const run = promisify(execFile)
const dayMs = 86_400_000

async function temporary(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stuntmail-tls-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function source(directory: string | undefined, aheadMs = 0): ReturnType<typeof certificateSource> {
  const clock = { ...systemClock, now: () => Date.now() + aheadMs }
  return certificateSource({ directory, log: silentLog, clock })
}

test('the certificate is for this machine only, and no authority', async () => {
  const certificate = new X509Certificate(await source(undefined).pem())
  assert.ok(certificate.checkHost('localhost'))
  assert.match(certificate.subjectAltName ?? '', /DNS:\*\.localhost/)
  for (const address of ['127.0.0.1', '::1']) assert.ok(certificate.checkIP(address), address)
  assert.equal(certificate.checkHost('example.com'), undefined)
  assert.equal(certificate.ca, false)
  assert.equal(certificate.publicKey.asymmetricKeyType, 'ec')
})

test('it is kept with mode 0600, shared by all callers, and the same next time', async (t) => {
  const directory = await temporary(t)
  const first = source(directory)
  const [one, two] = await Promise.all([first.pem(), first.pem()])
  assert.equal(one, two)
  assert.equal(await source(directory).pem(), one)
  for (const name of ['key.pem', 'cert.pem']) {
    assert.equal((await stat(join(directory, 'tls', name))).mode & 0o777, 0o600, name)
  }
  assert.equal((await stat(join(directory, 'tls'))).mode & 0o777, 0o700)
})

test('nothing is made before it is asked for', async (t) => {
  const directory = await temporary(t)
  source(directory)
  await assert.rejects(stat(join(directory, 'tls')), { code: 'ENOENT' })
})

test('it is renewed in its last 30 days, while running too', async (t) => {
  const directory = await temporary(t)
  const made = await source(directory).pem()
  assert.equal(await source(directory, 780 * dayMs).pem(), made)
  assert.notEqual(await source(directory, 795 * dayMs).pem(), made)
  let ahead = 0
  const running = certificateSource({
    ...{ directory: undefined, log: silentLog },
    clock: { ...systemClock, now: () => Date.now() + ahead },
  })
  const before = await running.pem()
  ahead = 795 * dayMs
  assert.notEqual(await running.pem(), before)
})

for (const [name, damaged] of [
  ['that are no PEM', ['key.pem', 'cert.pem']],
  ['that do not match', ['key.pem']],
] as const) {
  test(`files ${name} are replaced`, async (t) => {
    const [directory, other] = [await temporary(t), await temporary(t)]
    const made = await source(directory).pem()
    await source(other).pem()
    const text = damaged.length === 1 ? await readFile(join(other, 'tls', 'key.pem'), 'utf8') : 'damaged'
    for (const file of damaged) await writeFile(join(directory, 'tls', file), text)
    assert.notEqual(await source(directory).pem(), made)
    await source(directory).secureContext()
  })
}

test('downloaded, it is a trust anchor for Node, OpenSSL and curl', async (t) => {
  const directory = await temporary(t)
  const certificate = source(directory)
  const server = tls.createServer({
    SNICallback: (_name, callback) =>
      void certificate.secureContext().then((context) => callback(null, context), callback),
  })
  server.on('secureConnection', (socket) => socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const anchor = join(directory, 'downloaded.pem')
  await writeFile(anchor, await certificate.pem())

  const client = tls.connect({
    port: address.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: await certificate.pem(),
  })
  await once(client, 'secureConnect')
  assert.equal(client.authorized, true)
  client.destroy()
  const untrusting = tls.connect({ port: address.port, host: '127.0.0.1', servername: 'localhost' })
  await assert.rejects(once(untrusting, 'secureConnect'), 'control: without it the handshake fails')

  const tools: readonly (readonly [string, readonly string[]])[] = [
    ['openssl', ['verify', '-x509_strict', '-CAfile', anchor, '-purpose', 'sslserver', anchor]],
    [
      'curl',
      [
        '-sS',
        '--cacert',
        anchor,
        '--resolve',
        `localhost:${address.port}:127.0.0.1`,
        `https://localhost:${address.port}/`,
      ],
    ],
  ]
  for (const [tool, args] of tools) {
    try {
      const { stdout } = await run(tool, args)
      assert.match(stdout, /ok/i)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') t.diagnostic(`${tool} is not installed`)
      else throw error
    }
  }
})
