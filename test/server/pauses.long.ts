/** A message that is a lot of work keeps nobody else waiting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePorts, startCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { beginMessage } from '../support/mail.ts'
import { pageOf } from '../support/rest.ts'

const work = '<'.repeat(4 * 1024 * 1024).replace(/.{900}/g, '$&\r\n')

test('others are answered while 4 MB of HTML are made a text, and searched', async () => {
  const server = await startCommand(['--memory', ...freePorts])
  const client = await beginMessage(server.port('smtp'))
  await client.send(`Content-Type: text/html\r\n\r\n${work}\r\n`)
  assert.match(await client.command('.'), /^250 /)
  client.end()
  const [summary] = (await pageOf(server.url)).messages
  const imap = await LineClient.connect(server.port('imap'))
  await imap.line()
  for (const command of ['a LOGIN all x', 'b SELECT INBOX']) {
    await imap.send(`${command}\r\n`)
    await answered(imap, command.charAt(0))
  }
  const search = async (): Promise<void> => {
    await imap.send('c SEARCH BODY nowhere\r\n')
    assert.match(await answered(imap, 'c'), /^c OK/)
  }
  const text = async (): Promise<void> => {
    const answer = await fetch(`${server.url}/api/messages/${summary?.key ?? ''}/text`)
    assert.equal((await answer.text()).length > 4_000_000, true)
  }
  for (const slow of [search, text]) assert.ok((await othersDuring(server.url, slow)) >= 3, slow.name)
  imap.destroy()
  assert.equal((await server.end()).code, 0)
})

async function answered(client: LineClient, tag: string): Promise<string> {
  for (;;) {
    const line = await client.line()
    if (line === undefined || line.startsWith(`${tag} `)) return line ?? ''
  }
}

/** Requests of somebody else that are answered between the beginning and the end, each sent after the one before. */
async function othersDuring(url: string, slow: () => Promise<void>): Promise<number> {
  let over = false
  const done = slow().finally(() => (over = true))
  let answers = 0
  for (;;) {
    await (await fetch(`${url}/healthz`)).arrayBuffer()
    // Eslint does not see that it changes.
    if (over as boolean) break
    answers++
  }
  await done
  return answers
}
