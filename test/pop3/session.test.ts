import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import type { LineClient } from '../support/line-client.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'
import { testPop3, type TestPop3 } from '../support/pop3.ts'

const user = 'bob@example.com'

async function loggedIn({ client }: TestPop3): Promise<LineClient> {
  const session = await client()
  await session.send(`USER ${user}\r\nPASS x\r\n`)
  await session.line()
  assert.match((await session.line()) ?? '', /^\+OK \d+ messages/)
  return session
}

test('sessions are kept with how they ended, secrets out (SEC-1)', async () => {
  const pop3 = await testPop3()
  const polite = await pop3.client()
  await polite.send('USER ann@example.com\r\nPASS topsecret1\r\nQUIT\r\n')
  await polite.rest()
  const rude = await pop3.client()
  await rude.send('AUTH LOGIN\r\n')
  await rude.line()
  await rude.send(`${Buffer.from('ann').toString('base64')}\r\n`)
  await rude.line()
  await rude.send(`${Buffer.from('topsecret2').toString('base64')}\r\n`)
  await rude.line()
  rude.destroy()
  while (pop3.server.sessionCount !== 0) await new Promise((resolve) => setImmediate(resolve))
  const stopped = await pop3.client()
  await stopped.send('auth plain AHRvcHNlY3JldDM=\r\n')
  await stopped.line()
  await pop3.server.stop()
  assert.deepEqual(await stopped.rest(), ['-ERR [SYS/TEMP] Server is stopping'])
  const sessions = await pop3.store.sessions(10)
  assert.deepEqual(sessions.map(({ outcome, listener, authUser }) => [outcome, listener, authUser]).sort(), [
    ['closed', 'pop3', 'ann'],
    ['completed', 'pop3', 'ann@example.com'],
    ['shutdown', 'pop3', undefined],
  ])
  for (const { transcript } of sessions) {
    assert.doesNotMatch(transcript, /topsecret|dG9wc2VjcmV0|AHRvcHNlY3/)
    assert.match(transcript, /^\d\.\d{3} S: \+OK Stuntmail ready/)
  }
})

test('a server that stops removes nothing of what is marked (POP-2)', async () => {
  const pop3 = await testPop3()
  await deliver(pop3.store, plainMessage('Stays'), arrivalTo([user]))
  const client = await loggedIn(pop3)
  await client.send('DELE 1\r\n')
  await client.line()
  await pop3.server.stop()
  assert.deepEqual(await client.rest(), ['-ERR [SYS/TEMP] Server is stopping'])
  assert.equal((await pop3.store.list({ account: user, limit: 1 })).total, 1)
})

test('where QUIT cannot remove, it says so and the session ends all the same (RFC 1939 §6)', async () => {
  const pop3 = await testPop3()
  await deliver(pop3.store, plainMessage('Stays'), arrivalTo([user]))
  const client = await loggedIn(pop3)
  await client.send('DELE 1\r\n')
  await client.line()
  await pop3.store.close()
  await client.send('QUIT\r\n')
  assert.deepEqual(await client.rest(), ['-ERR [SYS/TEMP] Nothing was removed'])
})

test('a client that has closed its half gets all that it asked for', async () => {
  const pop3 = await testPop3()
  const body = `.${'a'.repeat(70)}\r\n`.repeat(60_000)
  await deliver(pop3.store, Buffer.from(`Subject: long\r\n\r\n${body}`), arrivalTo([user]))
  const socket = net.connect({ port: pop3.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(`USER ${user}\r\nPASS x\r\nRETR 1\r\nQUIT\r\n`)
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  const answers = Buffer.concat(pieces).toString()
  assert.ok(answers.endsWith('\r\n.\r\n+OK Bye\r\n'))
  assert.ok(answers.includes(`\r\n\r\n${body.replaceAll('.a', '..a')}.\r\n`))
})

test('a handshake that fails ends its session only', async () => {
  const pop3 = await testPop3()
  const client = await pop3.client()
  await client.send('STLS\r\n')
  assert.match((await client.line()) ?? '', /^\+OK/)
  await client.send('this is no ClientHello, whatever one may say\r\n')
  await client.closed
  await loggedIn(pop3)
})

test('a client that goes during the handshake is not waited for (REL-26)', async () => {
  const pop3 = await testPop3()
  for (const goes of ['end', 'destroy'] as const) {
    const client = await pop3.client()
    await client.send('STLS\r\n')
    assert.match((await client.line()) ?? '', /^\+OK/)
    client[goes]()
    while (pop3.server.sessionCount !== 0) await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(
    (await pop3.store.sessions(2)).map(({ outcome, tls }) => [outcome, tls]),
    [
      ['dropped', undefined],
      ['dropped', undefined],
    ],
  )
})

test('unique ids stay over sessions, removals and arrivals (POP-4)', async () => {
  const pop3 = await testPop3()
  for (const subject of ['one', 'two', 'three']) await deliver(pop3.store, plainMessage(subject), arrivalTo([user]))
  const before = await uniqueIds(pop3, 'DELE 2\r\n')
  await deliver(pop3.store, plainMessage('four'), arrivalTo([user]))
  const after = await uniqueIds(pop3, '')
  assert.deepEqual(after.slice(0, 2), [before[0], before[2]])
  assert.equal(new Set([...before, ...after]).size, 4)
  for (const id of after) assert.match(id, /^[\x21-\x7e]{1,70}$/)
})

/** @param first commands that answer with one line each. */
async function uniqueIds(pop3: TestPop3, first: string): Promise<string[]> {
  const client = await loggedIn(pop3)
  await client.send(`UIDL\r\n${first}QUIT\r\n`)
  const lines = await client.rest()
  return lines.slice(1, lines.indexOf('.')).map((line) => line.split(' ')[1] ?? '')
}
