import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { clientLimit } from '../../src/net/limits.ts'
import { LineClient } from '../support/line-client.ts'
import { openTransaction, testSmtp } from '../support/smtp.ts'

const mebibyte = 1024 * 1024

for (const [where, before] of [
  ['before EHLO', []],
  ['as a command', ['HELO c']],
  ['inside AUTH', ['HELO c', 'AUTH PLAIN']],
] as const) {
  test(`SMTP-4: 64 MiB without a line end ${where} is one 500 and no memory`, { timeout: 300_000 }, async () => {
    const { server, delivery, client } = await testSmtp()
    const connection = await client()
    for (const line of before) await connection.command(line)
    const piece = Buffer.alloc(mebibyte, 'x')
    await connection.send(piece)
    global.gc?.()
    const memory = process.memoryUsage()
    for (let i = 0; i < 63; i++) await connection.send(piece)
    const after = process.memoryUsage()
    // Chunks that wait for the collector come on top of what is held.
    assert.ok(after.heapUsed - memory.heapUsed < 8 * mebibyte, `heap grew by ${after.heapUsed - memory.heapUsed}`)
    await connection.send('\r\nNOOP\r\n')
    assert.equal(await connection.reply(), '500 5.5.2 Line too long')
    assert.equal(await connection.reply(), '250 2.0.0 OK')
    connection.destroy()
    await delivery.until(({ sessions }) => sessions.length === 1)
    await server.stop()
    assert.ok((delivery.sessions[0]?.end.transcript.length ?? Infinity) < 500)
  })
}

test('SMTP-4: lines at the limit are taken, lines past it are not', async () => {
  const { server, client } = await testSmtp()
  const connection = await client()
  assert.match(await connection.command('NOOP ' + 'x'.repeat(2_043)), /^250/)
  assert.match(await connection.command('NOOP ' + 'x'.repeat(2_044)), /^500 5\.5\.2/)
  await connection.command('HELO c')
  const token = (octets: number): string => Buffer.from(`\0u\0${'p'.repeat(octets)}`).toString('base64')
  assert.match(await connection.command('AUTH PLAIN ' + token(9_300)), /^500 5\.5\.2/)
  assert.match(await connection.command('AUTH PLAIN ' + token(9_000)), /^235/)
  connection.destroy()
  await server.stop()
})

test(
  'SMTP-3: an endless message without a line end closes the connection and keeps nothing',
  { timeout: 300_000 },
  async () => {
    const { server, delivery, client } = await testSmtp({ maxMessageOctets: mebibyte })
    const connection = await client()
    await openTransaction(connection)
    await connection.command('DATA')
    for (let i = 0; i < 3; i++) await connection.send(Buffer.alloc(mebibyte, 'x'))
    assert.match(await connection.reply(), /^552 5\.3\.4/)
    assert.equal(await connection.line(), undefined)
    await server.stop()
    assert.deepEqual([delivery.messages.length, delivery.aborted, delivery.openSinks], [0, 1, 0])
  },
)

test('SMTP-11: of 1,001 recipients the first 1,000 stand', async () => {
  const { server, delivery, client } = await testSmtp()
  const connection = await client()
  await connection.command('HELO c')
  await connection.command('MAIL FROM:<>')
  const lines = Array.from({ length: 1_050 }, (_, index) => `RCPT TO:<r${index}@x>\r\n`)
  await connection.send(lines.join(''))
  const replies: string[] = []
  for (const _ of lines) replies.push((await connection.reply()).slice(0, 9))
  assert.deepEqual([...new Set(replies.slice(0, 1_000))], ['250 2.1.5'])
  assert.deepEqual([...new Set(replies.slice(1_000))], ['452 4.5.3'])
  await connection.command('DATA')
  assert.match(await connection.command('.'), /^250/)
  connection.destroy()
  await server.stop()
  assert.equal(delivery.messages[0]?.envelope.forwardPaths.length, 1_000)
})

test('SMTP-11: 10,000 NOOPs end the session, RSETs between messages do not', async () => {
  const { server, client } = await testSmtp()
  const flood = await client()
  await flood.send('NOOP\r\n'.repeat(10_000))
  const replies = await flood.rest()
  assert.equal(replies.length, 121)
  assert.match(replies.at(-1) ?? '', /^421 4\.7\.0/)
  const honest = await client()
  await honest.command('HELO c')
  for (let i = 0; i < 150; i++) {
    await honest.command('RSET')
    await honest.send('MAIL FROM:<>\r\nRCPT TO:<a@x>\r\nDATA\r\n')
    for (let reply = 0; reply < 3; reply++) await honest.reply()
    assert.match(await honest.command('.'), /^250/)
  }
  honest.destroy()
  await server.stop()
})

test('SMTP-8: after 20 malformed AUTHs comes 421, and other sessions notice nothing', async () => {
  const { server, client } = await testSmtp()
  const [hostile, other] = await Promise.all([client(), client()])
  await hostile.command('HELO c')
  for (let i = 0; i < 20; i++) assert.match(await hostile.command('AUTH PLAIN %%%%'), /^501 5\.5\.2/)
  assert.match(await other.command('NOOP'), /^250/)
  assert.match(await hostile.command('AUTH PLAIN %%%%'), /^421 4\.7\.0/)
  other.destroy()
  await server.stop()
})

/** Longest turn of the event loop meanwhile: milliseconds of processor time, which others on the machine do not use up. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let over = false
  const done = work().finally(() => (over = true))
  // Eslint does not see that it changes.
  while (!(over as boolean)) {
    const started = process.cpuUsage()
    await new Promise((resolve) => setImmediate(resolve))
    const { user, system } = process.cpuUsage(started)
    longest = Math.max(longest, (user + system) / 1000)
  }
  await done
  return longest
}

test('SMTP-8: 1,000 malformed AUTHs of 12 KiB keep nobody waiting for 250 ms', async () => {
  const { server, client } = await testSmtp()
  const blob = '%'.repeat(12_000)
  const attack = async (): Promise<void> => {
    const hostile = await client()
    await hostile.command('HELO c')
    for (let i = 0; i < 20; i++) {
      assert.match(await hostile.command('AUTH PLAIN'), /^334/)
      assert.match(await hostile.command(blob), /^501 5\.5\.2/)
    }
    hostile.destroy()
  }
  const attacks = (): Promise<unknown> => Promise.all(Array.from({ length: 50 }, attack))
  await attack()
  const longest = await longestTurn(attacks)
  assert.ok(longest < 250, `a turn of ${longest} ms`)
  // Control: a loop that is blocked is seen.
  const blocked = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    const started = process.cpuUsage()
    while (process.cpuUsage(started).user < 300_000);
  }
  assert.ok((await longestTurn(blocked)) >= 300)
  await server.stop()
})

test('SMTP-8: a client that leaves in the middle of AUTH harms nobody', async () => {
  const { server, delivery, client } = await testSmtp()
  const leaving = await client()
  await leaving.command('HELO c')
  await leaving.command('AUTH LOGIN')
  leaving.destroy()
  await delivery.until(({ sessions }) => sessions.length === 1)
  const next = await client()
  assert.match(await next.command('NOOP'), /^250/)
  next.destroy()
  await server.stop()
})

for (const [name, header] of [
  ['v1', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 40000 25\r\n')],
  ['v1 of 1 MiB', Buffer.from('PROXY ' + 'x'.repeat(mebibyte) + '\r\n')],
  [
    'v2 of 64 KiB',
    Buffer.concat([Buffer.from('\r\n\r\n\0\r\nQUIT\n!\x11\xff\xff', 'latin1'), Buffer.alloc(65_535, 'x')]),
  ],
] as const) {
  test(`SMTP-12: a PROXY header ${name} is a bad command and no address`, { timeout: 300_000 }, async () => {
    const { server, delivery, port } = await testSmtp()
    const connection = await LineClient.connect(port)
    await connection.send(header)
    connection.end()
    const replies = await connection.rest()
    assert.match(replies[1] ?? '', /^500 5\.5\.2/)
    await delivery.until(({ sessions }) => sessions.length === 1)
    await server.stop()
    assert.equal(delivery.sessions[0]?.session.client.address, '127.0.0.1')
  })
}

test('SMTP-12, control: another address is seen as it is', { skip: process.platform !== 'linux' }, async () => {
  const { server, delivery, port } = await testSmtp()
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  await once(socket, 'data')
  socket.destroy()
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  assert.equal(delivery.sessions[0]?.session.client.address, '127.0.0.2')
})

test('one limit counts the connections of several servers', async () => {
  const clients = clientLimit(2)
  const [one, two] = await Promise.all([testSmtp({ clients }), testSmtp({ clients })])
  const held = await Promise.all([one.client(), two.client()])
  const third = await LineClient.connect(one.port)
  assert.match(await third.reply(), /^421 4\.3\.2/)
  held[1].destroy()
  await two.delivery.until(({ sessions }) => sessions.length === 1)
  const fourth = await LineClient.connect(one.port)
  assert.match(await fourth.reply(), /^220/)
  await Promise.all([one.server.stop(), two.server.stop()])
})
