import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import tls from 'node:tls'
import { LineClient } from '../support/line-client.ts'
import { certificate, openTransaction, testSmtp } from '../support/smtp.ts'

test(
  'SMTP-5: what follows STARTTLS in plain text is thrown away, and the transcript says so',
  { timeout: 300_000 },
  async () => {
    const { server, delivery, client } = await testSmtp()
    const connection = await client()
    await connection.command('EHLO c')
    await connection.send('STARTTLS\r\nMAIL FROM:<x@y>\r\nRCPT TO:<x@y>\r\n')
    assert.match(await connection.reply(), /^220/)
    await connection.startTls()
    assert.match(await connection.command('NOOP'), /^250 2\.0\.0 OK/, 'nothing answered before it')
    await connection.command('EHLO c')
    assert.match(await connection.command('RCPT TO:<x@y>'), /^503/)
    await connection.command('QUIT')
    await delivery.until(({ sessions }) => sessions.length === 1)
    await server.stop()
    assert.match(delivery.sessions[0]?.end.transcript ?? '', /C: <32 octets before the TLS handshake, thrown away>/)
  },
)

test('SMTP-5, control: the same lines without STARTTLS are commands', async () => {
  const { server, client } = await testSmtp()
  const connection = await client()
  await connection.command('EHLO c')
  await connection.send('NOOP\r\nMAIL FROM:<x@y>\r\nRCPT TO:<x@y>\r\n')
  for (const expected of [/^250 2\.0\.0/, /^250 2\.1\.0/, /^250 2\.1\.5/])
    assert.match(await connection.reply(), expected)
  connection.destroy()
  await server.stop()
})

test('implicit TLS and STARTTLS both show the certificate of the installation, never the built-in one', async () => {
  const ca = await certificate.pem()
  const implicit = await testSmtp({ implicitTls: true })
  const socket = tls.connect({ port: implicit.port, host: '127.0.0.1', ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  assert.equal(socket.authorized, true)
  socket.destroy()
  const plain = await testSmtp()
  const connection = await plain.client()
  await connection.command('EHLO c')
  await connection.command('STARTTLS')
  const secured = await connection.startTls({ ca, servername: 'localhost' })
  assert.equal(secured.authorized, true)
  connection.destroy()
  await Promise.all([implicit.server.stop(), plain.server.stop()])
})

test('a connection that is over before there is a certificate ends nothing else', async () => {
  let give = (): void => undefined
  const made = new Promise<void>((resolve) => (give = resolve))
  const slow = { ...certificate, secureContext: () => made.then(() => certificate.secureContext()) }
  const { server, port, delivery } = await testSmtp({ implicitTls: true, certificate: slow })
  const gone = connect(port, '127.0.0.1')
  await once(gone, 'connect')
  const stopped = server.stop()
  await once(gone, 'close')
  give()
  await stopped
  await delivery.until(({ sessions }) => sessions.length === 1)
  assert.equal(delivery.sessions[0]?.end.outcome, 'shutdown')
})

test('a message over implicit TLS', async () => {
  const { server, delivery, client } = await testSmtp({ implicitTls: true, name: 'smtps' })
  const connection = await client()
  await openTransaction(connection)
  await connection.command('DATA')
  assert.match(await connection.command('x\r\n.'), /^250/)
  connection.destroy()
  await server.stop()
  assert.equal(delivery.messages[0]?.envelope.listener, 'smtps')
  assert.equal(delivery.messages[0].envelope.tls?.version, 'TLSv1.3')
})

test('a client that speaks no TLS to a TLS port is let go, and the server lives on', async () => {
  const { server, port, client } = await testSmtp({ implicitTls: true })
  const wrong = await LineClient.connect(port)
  await wrong.send('EHLO c\r\n')
  await wrong.closed
  const right = await client()
  assert.match(await right.command('NOOP'), /^250/)
  right.destroy()
  await server.stop()
})

/** A client that begins no handshake, and one that sends the octets of its first record one by one. */
async function dawdle(slow: LineClient, dragging: boolean): Promise<void> {
  if (dragging) await slow.send(Uint8Array.of(0x16, 3, 1, 2, 0))
  const timer = setInterval(() => void (dragging && slow.send('x')), 50)
  await slow.rest()
  clearInterval(timer)
  slow.destroy()
}

test('a TLS handshake has a limit of its own, however long a session may be idle', async () => {
  const { server, port } = await testSmtp({ implicitTls: true, handshakeTimeoutMs: 300, idleTimeoutMs: 600_000 })
  await Promise.all([true, false].map(async (dragging) => dawdle(await LineClient.connect(port), dragging)))
  await server.stop()
})

test('after STARTTLS it has the same, and the outcome says so', async () => {
  const { server, delivery, client } = await testSmtp({ handshakeTimeoutMs: 300, idleTimeoutMs: 600_000 })
  const begun = async (dragging: boolean): Promise<void> => {
    const slow = await client()
    await slow.command('EHLO c')
    assert.match(await slow.command('STARTTLS'), /^220/)
    await dawdle(slow, dragging)
  }
  await Promise.all([begun(true), begun(false)])
  await delivery.until(({ sessions }) => sessions.length === 2)
  assert.deepEqual(
    delivery.sessions.map(({ end }) => end.outcome),
    ['timeout', 'timeout'],
  )
  await server.stop()
})

test('control: after its handshake a session lasts until it is idle for too long', async () => {
  const lasts = async (implicitTls: boolean): Promise<number> => {
    const { server, client } = await testSmtp({ implicitTls, handshakeTimeoutMs: 3_000, idleTimeoutMs: 4_000 })
    const connection = await client()
    await connection.command('EHLO c')
    if (!implicitTls) {
      await connection.command('STARTTLS')
      await connection.startTls()
    }
    const start = performance.now()
    assert.match(await connection.command('NOOP'), /^250/)
    assert.match(await connection.reply(), /^421 4\.4\.2/)
    const lasted = performance.now() - start
    connection.destroy()
    await server.stop()
    return lasted
  }
  for (const lasted of await Promise.all([lasts(true), lasts(false)])) assert.ok(lasted > 3_900, `${lasted} ms`)
})

test('without a certificate STARTTLS is 454, and the session goes on in plain text', async () => {
  const broken = {
    secureContext: () => Promise.reject(new Error('disk')),
    pem: () => Promise.reject(new Error('disk')),
    reload: () => Promise.reject(new Error('disk')),
  }
  const { server, client } = await testSmtp({ certificate: broken })
  const connection = await client()
  await connection.command('EHLO c')
  assert.match(await connection.command('STARTTLS'), /^454 4\.7\.0/)
  assert.match(await connection.command('NOOP'), /^250/)
  connection.destroy()
  await server.stop()
})
