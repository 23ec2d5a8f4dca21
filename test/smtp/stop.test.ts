import assert from 'node:assert/strict'
import net from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { openTransaction, testSmtp } from '../support/smtp.ts'

test('REL-14: stopping answers idle sessions at once and messages on their way after they are stored', async () => {
  let store: () => void = () => undefined
  const stored = new Promise<void>((resolve) => (store = resolve))
  const { server, delivery, client, port } = await testSmtp({ obstacles: { end: () => stored } })
  const [idle, receiving, storing] = [await client(), await client(), await client()]
  for (const connection of [receiving, storing]) {
    await openTransaction(connection)
    await connection.command('DATA')
  }
  await storing.send('whole\r\n.\r\n')
  await receiving.send('half')
  assert.equal(server.transactions, 2)
  const stopping = server.stop()
  assert.match((await idle.rest()).join(), /^421 4\.3\.2 /)
  const refused = net.connect(port, '127.0.0.1')
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
  await receiving.send(' and the rest\r\n.\r\n')
  store()
  assert.match((await receiving.rest()).join(), /^250 2\.0\.0 Stored as \d,421 4\.3\.2 /)
  assert.match((await storing.rest()).join(), /^250 2\.0\.0 Stored as \d,421 4\.3\.2 /)
  for (const connection of [idle, receiving, storing]) connection.end()
  await stopping
  assert.equal(delivery.messages.length, 2)
  assert.deepEqual(
    delivery.sessions.map(({ end }) => end.outcome),
    ['shutdown', 'shutdown', 'shutdown'],
  )
})

test('REL-14: a message that does not end in time gets 421 and is absent', async () => {
  const { server, delivery, client } = await testSmtp({ drainMs: 20 })
  const connection = await client()
  await openTransaction(connection)
  await connection.command('DATA')
  await connection.send('never ends')
  await server.stop()
  assert.match((await connection.rest()).join(), /^421 4\.3\.2 /)
  assert.deepEqual([delivery.messages.length, delivery.aborted, server.sessionCount], [0, 1, 0])
})
