/** A server whose certificate cannot be had. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateSource } from '../../src/net/tls.ts'
import { LineClient } from '../support/line-client.ts'
import { testImap } from '../support/imap.ts'
import { testPop3 } from '../support/pop3.ts'
import { testSmtp } from '../support/smtp.ts'

const fail = (): Promise<never> => Promise.reject(new Error('disk'))
const certificate: CertificateSource = { secureContext: fail, pem: fail, reload: fail }

test('STARTTLS is refused for now, and the session goes on', async () => {
  const [imap, pop3] = await Promise.all([testImap({ certificate }), testPop3({ certificate })])
  const [one, two] = await Promise.all([imap.client(), pop3.client()])
  assert.match(await one.command('a STARTTLS'), /^a NO \[UNAVAILABLE\] TLS is not available now/)
  assert.match(await two.command('STLS'), /^-ERR \[SYS\/TEMP\] TLS is not available now/)
  assert.match(await one.command('b NOOP'), /^b OK/)
  assert.match(await two.command('CAPA'), /^\+OK/)
  for (const client of [one, two]) client.destroy()
})

test('a connection to a TLS listener ends at once, and its session says that the fault is ours', async () => {
  const options = { certificate, implicitTls: true }
  const smtp = await testSmtp({ ...options, name: 'smtps' })
  const [imap, pop3] = await Promise.all([
    testImap({ ...options, name: 'imaps' }),
    testPop3({ ...options, name: 'pop3s' }),
  ])
  for (const { port } of [smtp, imap, pop3]) await (await LineClient.connect(port)).closed
  await smtp.delivery.until((collected) => collected.sessions.length === 1)
  const transcripts = [smtp.delivery.sessions[0]?.end.transcript]
  for (const { store } of [imap, pop3]) {
    let kept = await store.sessions(1)
    while (kept.length === 0) kept = await store.sessions(1)
    transcripts.push(kept[0]?.transcript)
  }
  for (const transcript of transcripts)
    assert.match(transcript ?? '', /there is no certificate: it cannot be made or read/)
})
