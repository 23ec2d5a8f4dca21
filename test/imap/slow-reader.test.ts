import assert from 'node:assert/strict'
import type net from 'node:net'
import { test } from 'node:test'
import { testImap } from '../support/imap.ts'
import { LineClient } from '../support/line-client.ts'
import { arrivalTo, deliver, plainMessage } from '../support/messages.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('for a client that does not read nothing piles up; when it reads, it gets all of it (IMAP-9)', async () => {
  const accepted: net.Socket[] = []
  const { store, port } = await testImap({ onSocket: (socket) => void accepted.push(socket) })
  const body = 'x'.repeat(60) + '\r\n'
  for (let i = 0; i < 300; i++) await deliver(store, plainMessage(String(i), body.repeat(900)), arrivalTo(['bob@x']))
  const client = await LineClient.connect(port)
  await client.send('a LOGIN bob@x x\r\nb SELECT INBOX\r\n')
  for (let line = await client.line(); !line?.startsWith('b OK'); line = await client.line());
  const [server] = accepted
  assert.ok(server)
  client.socket.pause()
  await client.send('c FETCH 1:* BODY.PEEK[]\r\n')
  while (server.writableLength === 0) await tick()
  let most = 0
  for (let i = 0; i < 5000; i++) {
    most = Math.max(most, server.writableLength)
    await tick()
  }
  assert.ok(most <= 1024 * 1024, `${most} octets wait for the client`)
  client.socket.resume()
  let octets = 0
  for (let line = await client.line(); !line?.startsWith('c OK'); line = await client.line())
    octets += line?.length ?? 0
  assert.ok(octets > 300 * 900 * 60)
  client.destroy()
})
