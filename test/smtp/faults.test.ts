/** What is broken in a session is its end, and nobody else's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTransaction, testSmtp } from '../support/smtp.ts'

const broken = (): never => {
  throw new Error('broken')
}

test('a fault between two octets of a message ends the session with 451', async () => {
  const { server, delivery, client } = await testSmtp()
  const { data } = delivery
  delivery.data = () => ({ write: broken, end: broken, abort: broken })
  const one = await client()
  await openTransaction(one)
  await one.command('DATA')
  assert.match(await one.command('Subject: x'), /^451 4\.3\.0 /)
  await one.closed
  delivery.data = data
  const other = await client()
  await openTransaction(other)
  await other.command('DATA')
  assert.match(await other.command('Subject: x\r\n.'), /^250 /)
  other.destroy()
  await server.stop()
})
