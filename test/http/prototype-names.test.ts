import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { assertPrototypeUnchanged } from '../support/prototype.ts'
import { startStuntmail } from '../../src/server.ts'
import { ask, message, serve } from './served.ts'

const names = ['__proto__', 'constructor', 'toString', 'plain']
const json = { 'Content-Type': 'application/json' }

test('MIME-10: tags and accounts of any name are plain data', async () => {
  const { port, store, put, errors } = await serve()
  await assertPrototypeUnchanged(async () => {
    for (const name of names) {
      const key = await put(message(`Subject: ${name}`, '', 'x'), `${name.toLowerCase()}@example.com`)
      const body = JSON.stringify({ tags: [name] })
      assert.equal((await ask(port, `/api/messages/${key}`, { method: 'PATCH', headers: json, body })).status, 200)
      await store.settled()
      const found = async (query: string): Promise<{ key: string; tags: string[] }[]> =>
        (
          JSON.parse((await ask(port, `/api/messages?${query}`)).text) as {
            messages: { key: string; tags: string[] }[]
          }
        ).messages
      assert.deepEqual(
        (await found(`query=tag:${name}`)).map(({ key, tags }) => [key, tags]),
        [[key, [name]]],
      )
      assert.deepEqual(
        (await found(`account=${name}@example.com`)).map(({ key }) => key),
        [key],
      )
    }
  })
  assert.deepEqual(errors, [])
})

test('MIME-10: a key of JSON or of a query that is such a name is refused, and nothing is changed', async () => {
  const { port, put } = await serve()
  const key = await put(message('Subject: x', '', 'x'), 'ann@example.com')
  const patch = async (body: string, query = ''): Promise<number> =>
    (await ask(port, `/api/messages/${key}${query}`, { method: 'PATCH', headers: json, body })).status
  await assertPrototypeUnchanged(async () => {
    for (const name of names) {
      assert.equal(await patch(`{"seen":true,"${name}":{"polluted":1}}`), 400, name)
      assert.equal(await patch('{"seen":true}', `?${name}[polluted]=1`), 400, name)
    }
  })
  const seen = async (): Promise<unknown> =>
    (JSON.parse((await ask(port, `/api/messages/${key}`)).text) as { seen: unknown }).seen
  assert.equal(await seen(), false)
  assert.equal(await patch('{"seen":true}'), 200, 'control')
  assert.equal(await seen(), true)
})

test('MIME-10: mailboxes of any name are plain data', async () => {
  await using server = await startStuntmail()
  const client = await LineClient.connect(server.listeners['imap']?.port ?? 0)
  await client.line()
  const answer = async (command: string): Promise<readonly string[]> => {
    await client.send(`a ${command}\r\n`)
    const lines: string[] = []
    do lines.push((await client.line()) ?? 'a closed')
    while (lines.at(-1)?.startsWith('a ') === false)
    return lines
  }
  await answer('LOGIN ann@example.com x')
  await assertPrototypeUnchanged(async () => {
    for (const name of names) {
      assert.match((await answer(`SELECT ${name}`)).at(-1) ?? '', /^a NO /, name)
      assert.match((await answer(`CREATE ${name}`)).at(-1) ?? '', /^a OK /, name)
      assert.match((await answer(`LIST "" ${name}`))[0] ?? '', new RegExp(`^\\* LIST .* "?${name}"?$`))
      assert.match((await answer(`SELECT ${name}`)).at(-1) ?? '', /^a OK /, name)
      assert.match((await answer('CLOSE')).at(-1) ?? '', /^a OK /)
    }
  })
  client.destroy()
})
