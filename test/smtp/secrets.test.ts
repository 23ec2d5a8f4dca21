import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Log } from '../../src/log.ts'
import { LineClient } from '../support/line-client.ts'
import { untimed } from '../support/untimed.ts'
import { testSmtp } from '../support/smtp.ts'

const canary = (): string => 'canary' + randomBytes(9).toString('hex')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Conversations with a secret in them, right ones and wrong ones. */
const conversations: readonly (readonly [name: string, lines: (secret: string) => readonly string[]])[] = [
  ['PLAIN', (s) => ['HELO c', `AUTH PLAIN ${base64(`\0u\0${s}`)}`]],
  ['PLAIN in two steps', (s) => ['HELO c', 'AUTH PLAIN', base64(`\0u\0${s}`)]],
  ['LOGIN', (s) => ['HELO c', 'AUTH LOGIN', base64('u'), base64(s)]],
  ['XOAUTH2', (s) => ['HELO c', `AUTH XOAUTH2 ${base64(`user=u\x01auth=Bearer ${s}\x01\x01`)}`, '']],
  ['CRAM-MD5', (s) => ['HELO c', 'AUTH CRAM-MD5', base64(`u ${s}`)]],
  ['before HELO, then lines that are no commands', (s) => ['AUTH LOGIN', base64('u'), base64(s)]],
  ['a mechanism that is not offered', (s) => ['HELO c', `AUTH OAUTHBEARER ${s}`, s]],
  ['no mechanism', (s) => ['HELO c', `AUTH ${s}`]],
  ['too many words', (s) => ['HELO c', `AUTH PLAIN AAAA ${s}`]],
  ['a tab behind AUTH', (s) => ['HELO c', `AUTH\tPLAIN ${base64(`\0u\0${s}`)}`, s]],
  ['a space before AUTH', (s) => ['HELO c', ` AUTH PLAIN ${base64(`\0u\0${s}`)}`, s]],
  ['AUTH= as before RFC 2554', (s) => ['HELO c', `AUTH=PLAIN ${base64(`\0u\0${s}`)}`, s]],
  ['AUTH and its mechanism in one word', (s) => ['HELO c', `AUTHPLAIN ${base64(`\0u\0${s}`)}`]],
  ['a line of base64 and nothing before it', (s) => ['HELO c', base64(s)]],
  ['a verb that is none of ours', (s) => ['HELO c', `XLOG ${s}`, `xtoken\t${s}`]],
  ['not base64', (s) => ['HELO c', 'AUTH PLAIN', `%${s}`]],
  ['a line too long', (s) => ['HELO c', 'AUTH PLAIN', s.repeat(1_000), s]],
]

for (const users of [undefined, new Map([['u', 'right']])]) {
  for (const [name, lines] of conversations) {
    test(`SEC-1: ${name}, ${users ? 'strict' : 'any user'}: the secret is nowhere`, async () => {
      const logged: unknown[] = []
      const note = (...args: unknown[]): void => void logged.push(args)
      const log: Log = { debug: note, info: note, warn: note, error: note }
      const { server, delivery, port } = await testSmtp({ users, log })
      const secret = canary()
      const client = await LineClient.connect(port)
      await client.send(lines(secret).join('\r\n') + '\r\nQUIT\r\n')
      client.end()
      const replies = await client.rest()
      await delivery.until(({ sessions }) => sessions.length === 1)
      await server.stop()
      const kept = JSON.stringify([logged, delivery.sessions, replies])
      const forms = [secret, base64(secret), base64(`\0u\0${secret}`), base64(`u ${secret}`)]
      for (const form of forms) assert.ok(!kept.includes(form.replace(/=+$/, '')), `${form} in ${kept}`)
      assert.ok(kept.includes('HELO') || kept.includes('AUTH'), 'control: the conversation itself is kept')
    })
  }
}

test('control characters in a transcript are escaped, and its middle is left out past 64 KiB', async () => {
  const { server, delivery, port } = await testSmtp()
  const client = await LineClient.connect(port)
  await client.send('HELO a\x1b[31mb\r\nHELO c\r\n')
  const message = 'MAIL FROM:<' + 'x'.repeat(200) + '@example.com>\r\nRCPT TO:<a@x>\r\nDATA\r\n.\r\n'
  for (let i = 0; i < 400; i++) await client.send(message)
  await client.send('NOOP last\r\nQUIT\r\n')
  await client.rest()
  await delivery.until(({ sessions }) => sessions.length === 1)
  await server.stop()
  const transcript = delivery.sessions[0]?.end.transcript ?? ''
  assert.ok(transcript.length <= 64 * 1024 + 100, `${transcript.length}`)
  assert.match(untimed(transcript), /^S: 220 [^\n]+\nC: HELO a\\x1b\[31mb\n/)
  assert.match(transcript, /\n\[\d+ characters left out here\]\n/)
  assert.match(untimed(transcript), /C: NOOP last\nS: 250 2\.0\.0 OK\nC: QUIT\nS: 221 2\.0\.0 Bye$/)
  assert.equal(delivery.messages.length, 400)
})
