import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeflateRaw, createInflateRaw, constants } from 'node:zlib'
import { testImap } from '../support/imap.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'

test('sessions are kept with how they ended, secrets out (SEC-1)', async () => {
  const { server, store, client } = await testImap()
  const polite = await client()
  await polite.send('a LOGIN {3+}\r\nbob {10+}\r\ntopsecret1\r\nb AUTHENTICATE PLAIN AHRvcHNlY3JldDE=\r\n')
  await polite.line()
  await polite.line()
  await polite.send('c LOGOUT\r\n')
  await polite.rest()
  const rude = await client()
  await rude.send('a AUTHENTICATE LOGIN\r\n')
  await rude.line()
  await rude.send(`${Buffer.from('ann').toString('base64')}\r\n`)
  await rude.line()
  await rude.send(`${Buffer.from('topsecret2').toString('base64')}\r\n`)
  await rude.line()
  rude.destroy()
  const stopped = await client()
  while (server.sessionCount !== 1) await new Promise((resolve) => setImmediate(resolve))
  await server.stop()
  assert.deepEqual(await stopped.rest(), ['* BYE [UNAVAILABLE] Server is stopping'])
  const sessions = await store.sessions(10)
  assert.deepEqual(sessions.map(({ outcome, listener, authUser }) => [outcome, listener, authUser]).sort(), [
    ['closed', 'imap', 'ann'],
    ['completed', 'imap', 'bob'],
    ['shutdown', 'imap', undefined],
  ])
  for (const { transcript } of sessions) {
    assert.doesNotMatch(transcript, /topsecret|dG9wc2VjcmV0|AHRvcHNlY3/)
    assert.match(transcript, /^\d\.\d{3} S: \* OK \[CAPABILITY/)
  }
})

test('COMPRESS=DEFLATE goes both ways from the response on (RFC 4978)', async () => {
  const { store, loggedIn } = await testImap()
  await deliver(store, plainMessage('deflated', 'body '.repeat(5000)), arrivalTo(['bob@example.com']))
  const client = await loggedIn()
  await client.send('a COMPRESS DEFLATE\r\n')
  assert.equal(await client.line(), 'a OK DEFLATE active')
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH })
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH })
  client.socket.removeAllListeners('data')
  client.socket.pipe(inflate)
  deflate.pipe(client.socket)
  let text = ''
  const until = async (tag: string): Promise<string> => {
    for await (const chunk of inflate.iterator({ destroyOnReturn: false })) {
      text += String(chunk)
      if (text.includes(`\r\n${tag} `) || text.startsWith(`${tag} `)) break
    }
    return text.slice(0, text.length)
  }
  deflate.write('b COMPRESS DEFLATE\r\nc SELECT INBOX\r\nd FETCH 1 BODY[]\r\ne NOOP\r\n')
  const answers = await until('e')
  assert.match(answers, /^b NO \[COMPRESSIONACTIVE\]/)
  assert.ok(answers.includes('body '.repeat(5000)))
  client.destroy()
})

test('what inflates beyond reason ends the connection, not the server (IMAP-6)', async () => {
  const { loggedIn } = await testImap()
  const client = await loggedIn()
  await client.send('a COMPRESS DEFLATE\r\n')
  await client.line()
  const deflate = createDeflateRaw({ level: 9 })
  deflate.pipe(client.socket)
  client.socket.on('error', () => undefined)
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 200; i++) deflate.write(megabyte)
  await client.closed
  const other = await loggedIn()
  await other.send('a NOOP\r\n')
  assert.equal(await other.line(), 'a OK NOOP completed')
})

test('no response names what belongs to another account (IMAP-13)', async () => {
  const { store, loggedIn } = await testImap()
  await deliver(store, plainMessage('For Ann'), arrivalTo(['ann@example.com']))
  const bob = await loggedIn('Bob@Example.com')
  await bob.send('a SELECT INBOX\r\nb UID FETCH 1:* (ENVELOPE)\r\nc SEARCH ALL\r\nd LIST "" *\r\ne LOGOUT\r\n')
  const answers = (await bob.rest()).join('\n')
  assert.doesNotMatch(answers, /Ann/)
  assert.match(answers, /\* 0 EXISTS[^]*\* SEARCH\n/)
  const everybody = await loggedIn('root')
  await everybody.send('a SELECT INBOX\r\nb UID FETCH 1:* (ENVELOPE)\r\nc LOGOUT\r\n')
  assert.match((await everybody.rest()).join('\n'), /For Ann/)
})
