import assert from 'node:assert/strict'
import { LineClient } from './line-client.ts'
import { plainMessage } from './messages.ts'

/** Up to the `354`: the message comes next. */
export async function beginMessage(port: number): Promise<LineClient> {
  const client = await LineClient.connect(port)
  assert.match(await client.reply(), /^220 /)
  for (const [line, code] of [
    ['EHLO client.test', '250'],
    ['MAIL FROM:<ann@example.com>', '250'],
    ['RCPT TO:<bob@example.com>', '250'],
    ['DATA', '354'],
  ] as const) {
    assert.equal((await client.command(line)).slice(0, 3), code, line)
  }
  return client
}

/** One message by SMTP, acknowledged. @returns its key. */
export async function send(port: number, subject: string): Promise<string> {
  const client = await beginMessage(port)
  await client.send(plainMessage(subject))
  const reply = await client.command('.')
  assert.match(reply, /^250 2\.0\.0 Stored as /)
  client.end()
  return reply.slice('250 2.0.0 Stored as '.length)
}

/** Subjects of all messages as REST lists them, newest first. */
export async function subjects(port: number): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`)
  const { messages } = (await answer.json()) as { messages: { subject: string }[] }
  return messages.map(({ subject }) => subject)
}
