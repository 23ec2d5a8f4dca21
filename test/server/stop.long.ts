import assert from 'node:assert/strict'
import { it } from 'node:test'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { send, beginMessage, subjects } from '../support/mail.ts'

it('gives up after six seconds on a message that does not end: 421, absent, exit 0 within 8 s (REL-14)', async () => {
  const data = temporaryFolder()
  const server = await startCommand(['--data', data, ...freePorts])
  await send(server.port('smtp'), 'Whole')
  const client = await beginMessage(server.port('smtp'))
  await client.send('Subject: Half\r\n\r\n')
  const asked = performance.now()
  const { code } = await server.end()
  const tookMs = performance.now() - asked
  assert.match((await client.rest()).join(), /^421 4\.3\.2 /)
  assert.deepEqual([code, tookMs > 5_000, tookMs < 8_000], [0, true, true])

  const again = await startCommand(['--data', data, ...freePorts])
  assert.deepEqual(await subjects(again.port('http')), ['Whole'])
  assert.equal((await again.end()).code, 0)
})

it('ends within 8 s whatever clients do', async () => {
  const server = await startCommand([...freePorts, '--memory'])
  const held = await Promise.all(
    ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps', 'http'].map((name) =>
      LineClient.connect(server.port(name)),
    ),
  )
  const message = await beginMessage(server.port('smtp'))
  await message.send('Subject: Half\r\n\r\n')
  const upload = await LineClient.connect(server.port('http'))
  const host = `Host: 127.0.0.1:${server.port('http')}`
  const fields = 'Content-Type: message/rfc822\r\nContent-Length: 1000'
  await upload.send(`POST /api/messages?from=a@x&to=b@x HTTP/1.1\r\n${host}\r\n${fields}\r\n\r\nSubject: Half`)
  const deaf = await LineClient.connect(server.port('imap'))
  deaf.socket.pause()
  await deaf.send('a CAPABILITY\r\n'.repeat(20_000))
  const asked = performance.now()
  const { code } = await server.end()
  const tookMs = performance.now() - asked
  for (const client of [...held, message, upload, deaf]) client.destroy()
  assert.equal(code, 0)
  assert.ok(tookMs < 8_000, `${tookMs} ms`)
})
