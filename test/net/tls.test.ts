import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

test('one that was made by a clock far ahead is made anew', async (t) => {
  const directory = await temporary(t)
  const made = await source(directory, 3650 * dayMs).pem()
  assert.ok(Date.parse(new X509Certificate(made).validFrom) > Date.now())
  const again = await source(directory).pem()
  assert.notEqual(again, made)
  assert.ok(Date.parse(new X509Certificate(again).validFrom) <= Date.now())
})

test('it is for the names that are asked for, and made anew where one is missing', async (t) => {
  const directory = await temporary(t)
  const named = (...names: string[]) => certificateSource({ directory, names, log: silentLog, clock: systemClock })
  const first = await named().pem()
  const names = ['mail.test', '*.mail.test', '192.0.2.1', '2001:db8::1', '::ffff:c000:201']
  const second = await named(...names).pem()
  assert.notEqual(second, first)
  const certificate = new X509Certificate(second)
  for (const name of ['mail.test', 'a.mail.test', 'localhost']) assert.ok(certificate.checkHost(name), name)
  for (const address of ['192.0.2.1', '2001:db8::1', '127.0.0.1']) assert.ok(certificate.checkIP(address), address)
  assert.equal(await named(...names).pem(), second, 'kept where all are there')
  assert.equal(await named('mail.test').pem(), second)
})

/** Certificate and key in files of the user's own. */
async function ownFiles(t: TestContext): Promise<{ cert: string; key: string; pem: string }> {
  const directory = await temporary(t)
  const pem = await source(directory).pem()
  return { cert: join(directory, 'tls', 'cert.pem'), key: join(directory, 'tls', 'key.pem'), pem }
}

function ownSource(files: { cert: string; key: string }): ReturnType<typeof certificateSource> {
  return certificateSource({ directory: undefined, files, log: silentLog, clock: systemClock })
}

test('the user’s own is read from files, and again when asked; what cannot be used changes nothing', async (t) => {
  const [one, two] = [await ownFiles(t), await ownFiles(t)]
  const certificate = ownSource(one)
  assert.equal(await certificate.pem(), one.pem)
  await copyFile(two.cert, one.cert)
  await assert.rejects(certificate.reload(), (error) => {
    assert.ok(error instanceof Error)
    assert.equal(error.message, `${one.key}: the key does not belong to the certificate`)
    return true
  })
  assert.equal(await certificate.pem(), one.pem)
  await copyFile(two.key, one.key)
  assert.equal(await certificate.pem(), one.pem, 'not before it is asked for')
  await certificate.reload()
  assert.equal(await certificate.pem(), two.pem)
})

test('chain and key may be in one file, and the key is not given away', async (t) => {
  const [own, chain] = [await ownFiles(t), await ownFiles(t)]
  const both = join(dirname(own.cert), 'both.pem')
  await writeFile(both, own.pem + (await readFile(own.key, 'utf8')) + chain.pem)
  const certificate = ownSource({ cert: both, key: both })
  await certificate.secureContext()
  assert.equal(await certificate.pem(), own.pem + chain.pem)
})

test('files that are missing, or something else, are said by name', async (t) => {
  const own = await ownFiles(t)
  const missing = join(dirname(own.cert), 'missing.pem')
  const reason = async (files: { cert: string; key: string }): Promise<string> =>
    ownSource(files)
      .secureContext()
      .then(() => '', String)
  assert.match(await reason({ ...own, cert: missing }), /missing\.pem: it cannot be read \(ENOENT\)/)
  assert.match(await reason({ ...own, cert: own.key }), /key\.pem: there is no certificate in it/)
  assert.match(await reason({ ...own, key: own.cert }), /cert\.pem: there is no private key in it/)
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
