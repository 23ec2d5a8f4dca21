import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Connection } from '../../src/net/connection.ts'

const limits = { idleMs: 60_000, stallMs: 60_000, handshakeMs: 60_000 }

test('no text that is written ends a line or a response before its end', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => client.destroy())
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  const connection = new Connection(socket, limits)
  connection.writeLine('one\r\ntwo\0three')
  connection.writeLine('\u010d\u010a\u0100')
  connection.write('literal\r\n\u00e4\u0a0d\r\n')
  connection.end()
  let received = ''
  for await (const chunk of client.setEncoding('latin1')) received += chunk as string
  assert.equal(received, 'one  two three\r\n???\r\nliteral\r\n\u00e4?\r\n')
})

test('who waits for a client that goes away does not wait on', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  const connection = new Connection(socket, limits)
  await connection.pause(0)
  const paused = connection.pause(24 * 3600_000)
  client.destroy()
  await paused
  assert.ok(!connection.writable)
})
