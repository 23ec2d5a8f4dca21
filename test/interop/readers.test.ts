import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { startStuntmail } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'
import { certificate as another } from '../support/smtp.ts'
import { readers, type Reader, type Reading } from './clients/readers.ts'

const content = [
  'From: a@example.com',
  'To: bob@example.com',
  'Subject: interop',
  'Date: Mon, 30 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
  '',
  '.leading dot',
  'the end',
  '',
].join('\r\n')

const folder = temporaryFolder()
const server = await startStuntmail()
after(() => server.stop())
const anchor = join(folder, 'certificate.pem')
writeFileSync(anchor, await server.certificate)
const wrongAnchor = join(folder, 'another.pem')
writeFileSync(wrongAnchor, await another.pem())
await fetch(`${server.url}/api/messages?from=a@example.com&to=bob@example.com`, {
  method: 'POST',
  headers: { 'content-type': 'message/rfc822' },
  body: content,
})

function reading({ protocol }: Reader, security: Reading['security'], more: Partial<Reading> = {}): Reading {
  const { port = 0 } = server.listeners[security === 'tls' ? `${protocol}s` : protocol] ?? {}
  return { port, security, anchor, folder, user: 'bob@example.com', password: 'anything', ...more }
}

describe('clients read what was sent to an address, logged in with it and any password', () => {
  for (const reader of readers) {
    const { name, protocol, refusal } = reader
    const reads = (manner: string, security: Reading['security']): void =>
      void it(`${name} by ${protocol}, ${manner}`, { timeout: 300_000 }, async (t) => {
        const missing = await reader.missing()
        if (missing !== undefined) return t.skip(missing)
        assert.equal(await reader.read(reading(reader, security)), content)
      })

    if (refusal === undefined) reads('by its own defaults', 'default')
    else {
      it(`${name} by ${protocol} wants TLS by its own defaults, and says so`, { timeout: 300_000 }, async (t) => {
        const missing = await reader.missing()
        if (missing !== undefined) return t.skip(missing)
        await assert.rejects(reader.read(reading(reader, 'default')), refusal)
      })
      reads('told to do without TLS', 'plain')
    }
    reads('over TLS, with the certificate of this installation', 'tls')
    if (reader.asks) continue
    it(
      `${name} by ${protocol} reads nothing over TLS where it trusts another certificate`,
      { timeout: 300_000 },
      async (t) => {
        const missing = await reader.missing()
        if (missing !== undefined) return t.skip(missing)
        await assert.rejects(reader.read(reading(reader, 'tls', { anchor: wrongAnchor })))
      },
    )
  }
})
