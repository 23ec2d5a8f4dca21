import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testImap } from '../support/imap.ts'

const commands = Array.from({ length: 400 }, (_, i) => `c${i} CREATE box${i}\r\n`).join('')

test('what a client sent ahead is not done when it is gone', async () => {
  const { store, loggedIn } = await testImap()
  const client = await loggedIn()
  await client.send(commands)
  await client.line()
  client.socket.resetAndDestroy()
  await over(store)
  const boxes = await store.mailboxes('bob@example.com')
  assert.ok(boxes.length < 400, `${boxes.length} were made`)
})

test('control: what it sent before it closed its side is done', async () => {
  const { store, loggedIn } = await testImap()
  const client = await loggedIn()
  await client.send(commands)
  client.end()
  await client.rest()
  await over(store)
  assert.ok((await store.mailboxes('bob@example.com')).length >= 400)
})

/** Resolves when the one session there was is over. */
async function over(store: { sessions(limit: number): Promise<readonly unknown[]> }): Promise<void> {
  while ((await store.sessions(1)).length === 0);
}
