/** What a browser can be made to send to the port: requests of HTTP, with commands of SMTP in them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { testSmtp } from '../support/smtp.ts'

const commands = 'HELO c\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: x\r\n.\r\nQUIT\r\n'

/** @returns every line of the answer, and how many messages are there in the end. */
async function resultOf(octets: string): Promise<{ replies: readonly string[]; messages: number }> {
  const { server, delivery, port } = await testSmtp()
  const client = await LineClient.connect(port)
  await client.send(octets)
  const replies = await client.rest()
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  return { replies: replies.slice(1), messages: delivery.messages.length }
}

for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'post']) {
  test(`SMTP-10: ${method} is answered once, and the commands after it are not looked at`, async () => {
    const head = `${method} / HTTP/1.1\r\nHost: localhost:1025\r\nContent-Type: text/plain\r\n\r\n`
    assert.deepEqual(await resultOf(head + commands), {
      replies: ['421 4.7.0 This is SMTP, not HTTP'],
      messages: 0,
    })
  })
}

test('SMTP-10, control: the same commands by themselves are a message', async () => {
  const { replies, messages } = await resultOf(commands)
  assert.equal(messages, 1)
  assert.match(replies.at(-2) ?? '', /^250 2\.0\.0 Stored as /)
})
