import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import tls from 'node:tls'
import { startStuntmail, type Stuntmail, type StuntmailOptions } from '../../src/index.ts'
import type { Log } from '../../src/log.ts'
import type { KeptSession } from '../../src/store/store.ts'
import { LineClient } from '../support/line-client.ts'

const loopback = '127.0.0.1'
const implicit = ['smtps', 'pop3s', 'imaps'] as const

function portOf(stuntmail: Stuntmail, name: string): number {
  const { port } = stuntmail.listeners[name] ?? {}
  assert.ok(port !== undefined, name)
  return port
}

/** What a listener offers in plain text. */
async function offered(stuntmail: Stuntmail, name: string): Promise<string> {
  const client = await LineClient.connect(portOf(stuntmail, name))
  await client.reply()
  await client.send(
    name === 'imap' ? 'a CAPABILITY\r\nb LOGOUT\r\n' : name === 'pop3' ? 'CAPA\r\nQUIT\r\n' : 'EHLO c\r\nQUIT\r\n',
  )
  return (await client.rest()).join('\n')
}

async function offers(options: StuntmailOptions): Promise<Record<string, boolean>> {
  await using stuntmail = await startStuntmail(options)
  const found: Record<string, boolean> = {}
  for (const name of ['smtp', 'submission', 'pop3', 'imap']) {
    found[name] = /STARTTLS|STLS/.test(await offered(stuntmail, name))
    assert.equal(stuntmail.listeners[name]?.tls, found[name] ? 'starttls' : 'none', name)
  }
  return found
}

const none = { smtp: false, submission: false, pop3: false, imap: false }

test('plain is plain: only submission offers STARTTLS, unless told otherwise', async () => {
  assert.deepEqual(await offers({}), { ...none, submission: true })
  assert.deepEqual(await offers({ starttls: ['imap', 'smtp'] }), { ...none, imap: true, smtp: true })
  assert.deepEqual(await offers({ starttls: ['none'] }), none)
  assert.deepEqual(await offers({ starttls: ['all'] }), { smtp: true, submission: true, pop3: true, imap: true })
})

test('where nobody may log in without TLS, there is a way to TLS', async () => {
  assert.deepEqual(await offers({ mailRequireTls: true, starttls: ['none'] }), { ...none, pop3: true, imap: true })
})

test('an extension is hidden on one listener, or on all', async () => {
  await using stuntmail = await startStuntmail({ smtpHide: ['smtp:AUTH', 'submission:STARTTLS', 'DSN'] })
  const [smtp, submission] = await Promise.all([offered(stuntmail, 'smtp'), offered(stuntmail, 'submission')])
  assert.doesNotMatch(smtp, /AUTH|DSN/)
  assert.match(smtp, /PIPELINING/)
  assert.match(submission, /AUTH/)
  assert.doesNotMatch(submission, /STARTTLS|DSN/)
})

test('a client that wants STARTTLS where there is none is told how to get on', async () => {
  await using stuntmail = await startStuntmail()
  for (const [name, line, answer] of [
    ['smtp', 'STARTTLS', /^502 5\.5\.1 STARTTLS is off on this port/],
    ['imap', 'a STARTTLS', /^a BAD STARTTLS is off on this port; .*--starttls imap/],
    ['pop3', 'STLS', /^-ERR STLS is off on this port; .*--starttls pop3/],
  ] as const) {
    const client = await LineClient.connect(portOf(stuntmail, name))
    await client.reply()
    assert.match(await client.command(line), answer)
    client.destroy()
  }
})

/** The greeting over TLS, on a connection that is there already. */
async function greeting(socket: net.Socket, ca: string): Promise<string> {
  const secured = tls.connect({ socket, ca, servername: 'localhost' })
  const [chunk] = (await once(secured, 'data')) as [Buffer]
  secured.destroy()
  return String(chunk)
}

const greetings = { smtps: /^220 /, pop3s: /^\+OK /, imaps: /^\* OK / }

for (const name of implicit) {
  test(`${name}: the first connection after the start gets its greeting, whenever it begins its handshake`, async () => {
    await using stuntmail = await startStuntmail()
    const connected = (): net.Socket => net.connect(portOf(stuntmail, name), loopback)
    const early = connected()
    const late = connected()
    await Promise.all([once(early, 'connect'), once(late, 'connect')])
    const ca = await stuntmail.certificate
    // At once, while code and certificate are being loaded; then, when all is there, the one that has waited.
    assert.match(await greeting(early, ca), greetings[name])
    assert.match(await greeting(late, ca), greetings[name])
  })
}

interface Watched {
  readonly stuntmail: Stuntmail
  /** The first warning. By then the session is recorded. */
  readonly warning: Promise<string>
}

async function watched(options: StuntmailOptions = {}): Promise<Watched> {
  let warn = (_fields: object, _text: string): void => undefined
  const warning = new Promise<string>((resolve) => (warn = (_fields, text) => resolve(text)))
  const nothing = (): void => undefined
  const log: Log = { debug: nothing, info: nothing, error: nothing, warn: (fields, text) => warn(fields, text) }
  return { stuntmail: await startStuntmail(options, { log }), warning }
}

/** How a client gives up on a certificate. */
const endings: Readonly<
  Record<string, (port: number, before: (socket: net.Socket) => Promise<void>) => Promise<void>>
> = {
  // Fatal, `unknown_ca`: RFC 8446 §6. OpenSSL, Go and Java send it, or one of its kind.
  'an alert': async (port, before) => {
    const socket = await helloSent(port, before)
    await once(socket, 'data')
    socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, 48))
    socket.resume()
    await closed(socket)
  },
  // Node looks at the certificate when the handshake is over.
  'a FIN after the handshake': async (port, before) => {
    const socket = net.connect(port, loopback)
    await before(socket)
    const secured = tls.connect({ socket, servername: 'localhost', rejectUnauthorized: false })
    await once(secured, 'secureConnect')
    secured.end()
    secured.resume()
    await closed(secured)
  },
  'a reset after the handshake': async (port, before) => {
    const socket = net.connect(port, loopback)
    await before(socket)
    const secured = tls.connect({ socket, servername: 'localhost', rejectUnauthorized: false })
    await once(secured, 'secureConnect')
    socket.resetAndDestroy()
  },
  'a FIN in the middle of it': async (port, before) => {
    const socket = await helloSent(port, before)
    await once(socket, 'data')
    socket.end()
    socket.resume()
    await closed(socket)
  },
  'a reset in the middle of it': async (port, before) => {
    const socket = await helloSent(port, before)
    await once(socket, 'data')
    socket.resetAndDestroy()
  },
}

/** An error is an end too. */
function closed(socket: net.Socket): Promise<void> {
  socket.on('error', () => undefined)
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}

/** A connection over which the first message of a handshake went, and no other will. */
async function helloSent(port: number, before: (socket: net.Socket) => Promise<void>): Promise<net.Socket> {
  const socket = net.connect(port, loopback)
  await before(socket)
  const [near, far] = await pair()
  tls.connect({ socket: near, servername: 'localhost', maxVersion: 'TLSv1.2' }).on('error', () => undefined)
  const [hello] = (await once(far, 'data')) as [Buffer]
  for (const end of [near, far]) end.destroy()
  socket.write(hello)
  return socket
}

/** Two ends of one connection. */
async function pair(): Promise<readonly [net.Socket, net.Socket]> {
  const server = net.createServer().listen(0, loopback)
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const near = net.connect(address.port, loopback)
  const [far] = (await once(server, 'connection')) as [net.Socket]
  server.close()
  return [near, far]
}

/** The newest first, as soon as there are so many. */
async function sessions({ store }: Stuntmail, count: number): Promise<readonly KeptSession[]> {
  for (;;) {
    const kept = await store.sessions(count)
    if (kept.length === count) return kept
  }
}

/** What has to be said before the handshake. */
function startTls(name: string): (socket: net.Socket) => Promise<void> {
  const lines = { submission: ['EHLO c', 'STARTTLS'], imap: ['a STARTTLS'], pop3: ['STLS'] }[name] ?? []
  return async (socket) => {
    await once(socket, lines.length === 0 ? 'connect' : 'data')
    for (const line of lines) {
      socket.write(`${line}\r\n`)
      await once(socket, 'data')
    }
  }
}

for (const name of [...implicit, 'submission', 'imap', 'pop3']) {
  for (const [how, giveUp] of Object.entries(endings)) {
    test(`${name}: a client that ends with ${how} is told of at once, in words, and does not keep the server from ending`, async () => {
      const { stuntmail, warning } = await watched({ starttls: ['submission', 'imap', 'pop3'] })
      await using server = stuntmail
      const port = portOf(stuntmail, name)
      await giveUp(port, startTls(name))
      const text = await warning
      assert.match(text, new RegExp(`TLS failed on port ${port} \\(${name}\\): the client .*certificate`))
      assert.match(text, /Let the client trust the certificate \(GET \/api\/certificate\.pem; .*\), or \w/)
      const [session] = await sessions(server, 1)
      assert.equal(session?.outcome, 'tls-failed')
      assert.equal(session.listener, name)
      assert.ok(session.transcript.endsWith(text), session.transcript)
      await server.stop()
    })
  }
}

for (const name of ['smtp', 'submission', 'imap', 'pop3']) {
  test(`${name}: a client that speaks TLS to the plain port is told of, and nothing it sent is kept`, async () => {
    const { stuntmail, warning } = await watched()
    await using server = stuntmail
    const port = portOf(server, name)
    const secured = tls.connect({ port, host: loopback, rejectUnauthorized: false })
    await closed(secured)
    const twin = name === 'submission' ? 'smtps' : `${name}s`
    assert.match(await warning, new RegExp(`port ${port} \\(${name}\\): the client spoke TLS, .* port of ${twin}\\.`))
    const [session] = await sessions(server, 1)
    assert.equal(session?.outcome, 'tls-failed')
    assert.doesNotMatch(session.transcript, /\\x|^C:/m)
  })
}

for (const name of implicit) {
  test(`${name}: a client that speaks no TLS is told of, and one that only tries the port is not`, async () => {
    const { stuntmail, warning } = await watched()
    await using server = stuntmail
    const probe = net.connect(portOf(stuntmail, name), loopback)
    await once(probe, 'connect')
    probe.end()
    probe.resume()
    await closed(probe)
    const wrong = await LineClient.connect(portOf(stuntmail, name))
    await wrong.send('EHLO client.test\r\n')
    const twin = portOf(stuntmail, name.slice(0, -1))
    assert.match(
      await warning,
      new RegExp(`did not speak TLS\\. Switch TLS on in the client, or connect without TLS to port ${twin}\\.`),
    )
    const outcomes = (await sessions(server, 2)).map(({ outcome }) => outcome)
    assert.deepEqual(outcomes, ['tls-failed', 'dropped'])
  })
}
