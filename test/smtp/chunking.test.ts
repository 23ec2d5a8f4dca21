import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { testSmtp, type TestSmtp } from '../support/smtp.ts'
import { untimed } from '../support/untimed.ts'

const session =
  'EHLO c\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<"a b"@x> SMTPUTF8\r\nRCPT TO:<ü@x>\r\nDATA\r\n..dots\r\n...\r\n.\rb\r\n\n.\n\r\n.\r\nNOOP\r\nQUIT\r\n'

/** Sends the session in two pieces that do not reach the server at once, and says all that came of it. */
async function resultOf({ port, delivery }: TestSmtp, octets: Buffer, cut: number): Promise<unknown> {
  const before = delivery.sessions.length
  const client = await LineClient.connect(port)
  await client.line()
  await client.send(octets.subarray(0, cut))
  await new Promise((resolve) => setImmediate(resolve))
  await client.send(octets.subarray(cut))
  const replies = await client.rest()
  await delivery.until(({ sessions }) => sessions.length > before)
  const message = delivery.messages.pop()
  const { reversePath, forwardPaths, heloName, authUser } = message?.envelope ?? {}
  const end = delivery.sessions.at(-1)?.end
  return {
    ...{ replies, content: message?.octets.toString('latin1'), reversePath, forwardPaths, heloName, authUser },
    conversation: Object.values(message?.conversation ?? {}).map(untimed),
    transcript: untimed(end?.transcript ?? ''),
    outcome: end?.outcome,
  }
}

test('SMTP-2: a session cut at any octet gives the same replies, octets and events', async () => {
  const running = await testSmtp()
  const octets = Buffer.from(session)
  const whole = (await resultOf(running, octets, 0)) as { content: string; replies: string[] }
  assert.equal(whole.content, '.dots\r\n..\r\n\rb\r\n\n.\n\r\n', 'control: there is a message')
  assert.equal(whole.replies.at(-1), '221 2.0.0 Bye')
  for (let cut = 1; cut < octets.length; cut++)
    assert.deepEqual(await resultOf(running, octets, cut), whole, `cut at ${cut}`)
  await running.server.stop()
})
