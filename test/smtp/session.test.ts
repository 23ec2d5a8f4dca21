import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { untimed } from '../support/untimed.ts'
import { openTransaction, testSmtp } from '../support/smtp.ts'

test('the greeting comes at once: smtp-server would wait 100 ms', async () => {
  const { server, client } = await testSmtp()
  const waits: number[] = []
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    const connection = await client()
    waits.push(performance.now() - start)
    connection.destroy()
  }
  await server.stop()
  assert.ok(Math.min(...waits) < 95, `greetings after ${waits.map(Math.round).join(', ')} ms`)
})

test('an envelope has everything that came with the message', async () => {
  const { server, delivery, client } = await testSmtp()
  const before = Date.now()
  const connection = await client()
  await connection.command('EHLO Client.Test')
  await connection.command('STARTTLS')
  await connection.startTls()
  await connection.command('EHLO Client.Test')
  await connection.command('AUTH PLAIN AEFsaWNlAHNlY3JldA==')
  await connection.command('MAIL FROM:<"a b"@Example.COM> SIZE=9 BODY=8BITMIME RET=FULL ENVID=Q1')
  await connection.command('RCPT TO:<B@x> NOTIFY=NEVER')
  await connection.command('RCPT TO:<b@x> ORCPT=rfc822;c@y')
  await connection.command('DATA')
  assert.equal(await connection.command('body\r\n.'), '250 2.0.0 Stored as 1')
  await connection.command('QUIT')
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  const [message] = delivery.messages
  assert.ok(message)
  const { client: peer, tls, connectedAt, mailAt, dataAt, ...rest } = message.envelope
  assert.deepEqual(rest, {
    reversePath: { address: '"a b"@Example.COM', size: 9, body: '8BITMIME', ret: 'FULL', envId: 'Q1' },
    forwardPaths: [
      { address: 'B@x', notify: ['NEVER'] },
      { address: 'b@x', orcpt: 'rfc822;c@y' },
    ],
    ...{ heloName: 'Client.Test', listener: 'smtp', authUser: 'Alice', authMechanism: 'PLAIN' },
  })
  assert.deepEqual(tls, { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' })
  assert.equal(peer.address, '127.0.0.1')
  assert.ok(peer.port > 0)
  assert.ok(before <= connectedAt && connectedAt <= mailAt && mailAt <= dataAt && dataAt <= Date.now())
  assert.equal(message.octets.toString(), 'body\r\n')
})

test('a host name that is not UTF-8 keeps every octet', async () => {
  const { server, delivery, client } = await testSmtp()
  const connection = await client()
  await connection.send(Buffer.from('EHLO m\xfcller-pc\r\n', 'latin1'))
  await connection.reply()
  for (const line of ['MAIL FROM:<a@x>', 'RCPT TO:<b@x>', 'DATA', 'body\r\n.']) await connection.command(line)
  await connection.command('QUIT')
  await server.stop()
  const [message] = delivery.messages
  assert.ok(message)
  assert.equal(message.envelope.heloName, 'm\xfcller-pc')
  assert.match(message.conversation.prologue, /C: EHLO m\xfcller-pc$/m)
})

test('a conversation is the prologue and the transaction', async () => {
  const { server, delivery, client } = await testSmtp()
  const connection = await client()
  await connection.command('HELO c')
  for (const name of ['one', 'two']) {
    await connection.command('MAIL FROM:<>')
    await connection.command(`RCPT TO:<${name}@x>`)
    await connection.command('DATA')
    await connection.command(`${name}\r\n.`)
  }
  await connection.command('QUIT')
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  const prologue = 'S: 220 mx.test ESMTP Stuntmail\nC: HELO c\nS: 250 mx.test'
  const transaction = (name: string): string =>
    ['C: MAIL FROM:<>', 'S: 250 2.1.0 Sender OK', `C: RCPT TO:<${name}@x>`, 'S: 250 2.1.5 Recipient OK', 'C: DATA']
      .concat('S: 354 End data with <CR><LF>.<CR><LF>', 'C: <5 octets>')
      .join('\n')
  assert.deepEqual(
    delivery.messages.map(({ conversation }) => Object.values(conversation).map(untimed)),
    ['one', 'two'].map((name) => [prologue, transaction(name), 'S: 250 2.0.0 Stored as ']),
  )
  const [session] = delivery.sessions
  const stored = (key: number): string => `S: 250 2.0.0 Stored as ${key}`
  const lines = [prologue, transaction('one'), stored(1), transaction('two'), stored(2), 'C: QUIT', 'S: 221 2.0.0 Bye']
  assert.equal(untimed(session?.end.transcript ?? ''), lines.join('\n'))
  // Every line has its time, and none is before the one above it.
  const times = session?.end.transcript.split('\n').map((line) => Number(/^(\d+\.\d{3}) [CS]: /.exec(line)?.[1])) ?? []
  assert.ok(
    times.every((time, i) => time >= (times[i - 1] ?? 0)),
    times.join(),
  )
  assert.equal(session?.end.messages, 2)
  assert.equal(session.end.outcome, 'completed')
})

test('a client that closes without QUIT did nothing wrong, and refusals are counted whatever the end', async () => {
  const { server, delivery, client } = await testSmtp()
  const nodemailer = await client()
  for (const line of ['HELO c', 'MAIL FROM:<>', 'RCPT TO:<a@x>', 'DATA', 'm\r\n.']) await nodemailer.command(line)
  nodemailer.destroy()
  await delivery.until(({ sessions }) => sessions.length === 1)
  const wrong = await client()
  for (const line of ['HELO c', 'RCPT TO:<a@x>', 'NOOP', 'QUIT']) await wrong.command(line)
  await delivery.until(({ sessions }) => sessions.length === 2)
  await server.stop()
  assert.deepEqual(
    delivery.sessions.map(({ end: { outcome, refusals } }) => [outcome, refusals]),
    [
      ['closed', 0],
      ['completed', 1],
    ],
  )
})

test('a login that is refused keeps the name that was tried, and not the password', async () => {
  const { server, delivery, client } = await testSmtp({ users: new Map([['ann', 'right']]) })
  const connection = await client()
  await connection.command('EHLO c')
  const response = Buffer.from('\0ann\0wrong-secret').toString('base64')
  assert.match(await connection.command(`AUTH PLAIN ${response}`), /^535/)
  await connection.command('QUIT')
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  const [session] = delivery.sessions
  assert.deepEqual([session?.end.triedUser, session?.session.authUser], ['ann', undefined])
  assert.doesNotMatch(JSON.stringify(session), /wrong-secret|AGFubgB3/)
})

test('a session that breaks off leaves no message and is told of', async () => {
  const { server, delivery, client } = await testSmtp()
  const connection = await client()
  await openTransaction(connection)
  await connection.command('DATA')
  await connection.send('half a mess')
  connection.destroy()
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  assert.equal(delivery.sessions[0]?.end.outcome, 'dropped')
  assert.deepEqual([delivery.messages.length, delivery.aborted, delivery.openSinks], [0, 1, 0])
})

test('a client that closes its half after a whole session still gets all replies', async () => {
  const { server, delivery, port } = await testSmtp({
    obstacles: { end: () => new Promise((resolve) => setImmediate(resolve)) },
  })
  const connection = await LineClient.connect(port)
  await connection.send('HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@x>\r\nDATA\r\nx\r\n.\r\nQUIT')
  connection.end()
  const replies = await connection.rest()
  await server.stop()
  assert.deepEqual(
    replies.map((line) => line.slice(0, 3)),
    ['220', '250', '250', '250', '354', '250'],
  )
  assert.equal(delivery.messages.length, 1)
})

test('silence ends a session with 421, and the outcome says so', async () => {
  const { server, delivery, client } = await testSmtp({ idleTimeoutMs: 30 })
  const connection = await client()
  assert.match(await connection.reply(), /^421 4\.4\.2 /)
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  assert.equal(delivery.sessions[0]?.end.outcome, 'timeout')
})

test('a defect below is 451 4.3.0, and says nothing of itself', async () => {
  const failing = (): never => {
    throw new Error('private reason')
  }
  const { server, delivery, client } = await testSmtp({ obstacles: { end: failing } })
  const connection = await client()
  await openTransaction(connection)
  await connection.command('DATA')
  assert.equal(await connection.command('x\r\n.'), '451 4.3.0 Local error')
  assert.equal(await connection.command('NOOP'), '250 2.0.0 OK')
  connection.destroy()
  await server.stop()
  assert.equal(delivery.messages.length, 0)
})

test('two servers in one process know nothing of each other', async () => {
  const [one, two] = await Promise.all([testSmtp({ greetingName: 'one.test' }), testSmtp({ hidden: ['AUTH'] })])
  const [first, second] = await Promise.all([one.client(), two.client()])
  assert.match(await first.command('HELO c'), /one\.test/)
  assert.match(await second.command('AUTH PLAIN'), /^502/)
  assert.deepEqual([one.server.sessionCount, two.server.sessionCount], [1, 1])
  await one.server.stop()
  assert.match(await second.command('NOOP'), /^250/)
  await two.server.stop()
})
