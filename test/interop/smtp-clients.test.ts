import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireChanges, WireMessage } from '../../src/http/wire-types.ts'
import { startStuntmail } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'
import { certificate as another } from '../support/smtp.ts'
import { pageOf } from '../support/rest.ts'
import { smtpClients, type Security } from './clients/smtp.ts'

const listeners: readonly (readonly [name: string, security: Security, manner: string])[] = [
  ['smtp', 'plain', 'by its own defaults'],
  ['submission', 'starttls', 'by STARTTLS'],
  ['smtps', 'tls', 'over TLS'],
]

/** With those that some clients add otherwise. */
const fields = [
  'From: a@example.com',
  'To: b@example.com',
  'Subject: interop',
  'Date: Mon, 30 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
]

const folder = temporaryFolder()
const anchor = join(folder, 'certificate.pem')
const server = await startStuntmail()
after(() => server.stop())
const url = server.url ?? ''
writeFileSync(anchor, await (await fetch(`${url}/api/certificate.pem`)).text())
const wrongAnchor = join(folder, 'another.pem')
writeFileSync(wrongAnchor, await another.pem())
const content = Buffer.from([...fields, '', '.leading dot', 'übung', ''].join('\r\n'))
const file = join(folder, 'message.eml')
writeFileSync(file, content)
const socket = io(url, { transports: ['websocket'] })
after(() => socket.close())
const answered = new Promise((resolve) => socket.once('changes', resolve))
socket.on('connect', () => socket.emit('resume', { since: null }))
await answered

/** @returns the key of the next message, once it is told. */
function told(): Promise<string> {
  return new Promise((resolve) => {
    const hear = ({ changes }: WireChanges): void => {
      for (const change of changes) {
        if (change.kind !== 'arrived') continue
        socket.off('changes', hear)
        resolve(change.summary.key)
      }
    }
    socket.on('changes', hear)
  })
}

function portOf(listener: string): number {
  return server.listeners[listener]?.port ?? 0
}

describe('what clients send shows up live, as they sent it', () => {
  for (const client of smtpClients) {
    for (const [listener, security, manner] of listeners) {
      it(`${client.name} to ${listener}, ${manner}`, { timeout: 60_000 }, async (t) => {
        const missing = await client.missing(security)
        if (missing !== undefined) return t.skip(missing)
        const live = told()
        const sent = await client.send({ port: portOf(listener), security, content, file, anchor, folder })
        const key = await live
        const raw = await fetch(`${url}/api/messages/${key}/raw`)
        assert.equal(await raw.text(), sent.toString())
        const { envelope } = (await (await fetch(`${url}/api/messages/${key}`)).json()) as WireMessage
        assert.equal(envelope.reversePath.address, 'a@example.com')
        assert.deepEqual(
          envelope.forwardPaths.map(({ address }) => address),
          ['b@example.com'],
        )
        assert.equal(envelope.listener, listener)
        assert.equal(envelope.tls === null, security === 'plain')
        assert.equal(envelope.authUser, security === 'plain' ? null : 'user')
      })
    }
  }
})

describe('over TLS, clients that trust another certificate send nothing', () => {
  for (const client of smtpClients) {
    for (const [listener, security] of listeners.slice(1)) {
      it(`${client.name} to ${listener}`, { timeout: 60_000 }, async (t) => {
        const missing = await client.missing(security)
        if (missing !== undefined) return t.skip(missing)
        const { change } = await pageOf(url)
        const port = portOf(listener)
        await assert.rejects(client.send({ port, security, content, file, anchor: wrongAnchor, folder }))
        assert.equal((await pageOf(url)).change, change)
      })
    }
  }
})
