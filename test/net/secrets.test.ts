/** SEC-1: no password and no part of one is in what is kept of a session or logged, however wrong the login was written. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Log } from '../../src/log.ts'
import { LineClient } from '../support/line-client.ts'
import { testImap } from '../support/imap.ts'
import { testPop3 } from '../support/pop3.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const plain = (secret: string): string => base64(`\0u\0${secret}`)

const conversations: Readonly<Record<'imap' | 'pop3', readonly ((secret: string) => readonly string[])[]>> = {
  imap: [
    (s) => [`a LOGIN u ${s}`],
    (s) => [`LOGIN u ${s}`],
    (s) => [`a  LOGIN u ${s}`],
    (s) => [`a LOGIN\tu ${s}`],
    (s) => [` a LOGIN u ${s}`],
    (s) => [`* LOGIN u ${s}`],
    (s) => ['a LOGIN u {100000}', s],
    (s) => [`a AUTHENTICATE PLAIN ${plain(s)}`],
    (s) => [`a AUTHENTICATE ${s}`],
    (s) => ['a AUTHENTICATE PLAIN', plain(s)],
    (s) => ['a AUTHENTICATE PLAIN', '*', s],
    (s) => ['a AUTHENTICATE PLAIN', '%', s],
    (s) => ['a AUTHENTICATE NTLM', s],
    (s) => ['a AUTHENTICATE CRAM-MD5 x', s],
    (s) => [base64(s)],
    (s) => [`a XTOKEN ${s}`],
    (s) => [`a ${s} XTOKEN`],
    (s) => ['a LOGIN u p', `b XTOKEN ${s}`],
    (s) => ['a LOGIN u p', s],
    (s) => [`a AUTHENTICATE XOAUTH2 ${base64(`user=u\nauth=Bearer ${s}\x01auth=Bearer t\x01\x01`)}`],
  ],
  pop3: [
    (s) => [base64(s)],
    (s) => [`XTOKEN ${s}`],
    (s) => ['USER u', `PASS ${s}`],
    (s) => ['USER u', ` PASS ${s}`],
    (s) => ['USER u', `PASS\t${s}`],
    (s) => ['USER u', `PASS:${s}`],
    (s) => ['USER u', `PASSWORD ${s}`],
    (s) => [`APOP u ${s}`],
    (s) => [`AUTH PLAIN ${plain(s)}`],
    (s) => [`AUTH ${s}`],
    (s) => ['AUTH PLAIN', plain(s)],
    (s) => ['AUTH PLAIN', '*', s],
    (s) => ['AUTH PLAIN', '%', s],
    (s) => ['AUTH NTLM', s],
    (s) => ['AUTH CRAM-MD5 x', s],
    (s) => [`AUTH PLAIN ${plain('p')}`, s],
    (s) => ['AUTH LOGIN', base64(`u\0${s}`), base64('p')],
  ],
}

for (const protocol of ['imap', 'pop3'] as const) {
  for (const say of conversations[protocol]) {
    test(`${protocol}: ${JSON.stringify(say('SECRET'))}`, { timeout: 300_000 }, async () => {
      const logged: unknown[] = []
      const note = (...args: unknown[]): void => void logged.push(args)
      const log: Log = { debug: note, info: note, warn: note, error: note }
      const { store, port } = await (protocol === 'imap' ? testImap({ log }) : testPop3({ log }))
      const secret = 'canary' + randomBytes(9).toString('hex')
      const client = await LineClient.connect(port)
      await client.send(`${say(secret).join('\r\n')}\r\nx NOOP\r\n`)
      client.end()
      await client.rest()
      let sessions = await store.sessions(1)
      while (sessions.length === 0) sessions = await store.sessions(1)
      const kept = JSON.stringify([logged, sessions])
      for (const form of [secret, secret.slice(0, 12), base64(secret), plain(secret)])
        assert.ok(!kept.includes(form.replace(/=+$/, '')), `${form} in ${kept}`)
      assert.match(kept, /Stuntmail ready/, 'control: the conversation itself is kept')
    })
  }
}
