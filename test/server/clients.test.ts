import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireChanges, WireMessage } from '../../src/http/wire-types.ts'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { smtpClients, type Security } from '../support/smtp-clients.ts'

const listeners: readonly (readonly [name: string, security: Security])[] = [
  ['smtp', 'plain'],
  ['submission', 'starttls'],
  ['smtps', 'tls'],
]

const folder = temporaryFolder()
const anchor = join(folder, 'certificate.pem')
const server = await startCommand(['--data', join(folder, 'data'), ...freePorts])
const certificate = await (await fetch(`${server.url}/api/certificate.pem`)).text()
writeFileSync(anchor, certificate)
const socket = io(server.url, { transports: ['websocket'] })
after(() => socket.close())
const answered = new Promise((resolve) => socket.once('changes', resolve))
socket.on('connect', () => socket.emit('resume', { since: null }))
await answered

/** @returns the key of the message with this subject, once it is told. */
function told(subject: string): Promise<string> {
  return new Promise((resolve) => {
    const hear = ({ changes }: WireChanges): void => {
      for (const change of changes) {
        if (change.kind !== 'arrived' || change.summary.subject !== subject) continue
        socket.off('changes', hear)
        resolve(change.summary.key)
      }
    }
    socket.on('changes', hear)
  })
}

describe('what clients send shows up live', () => {
  for (const client of smtpClients) {
    for (const [listener, security] of listeners) {
      it(`${client.name} to ${listener}, ${security}`, { timeout: 30_000 }, async (t) => {
        const missing = await client.missing(security)
        if (missing !== undefined) return t.skip(missing)
        const subject = `${client.name} to ${listener}`
        const content = `From: a@example.com\r\nTo: b@example.com\r\nSubject: ${subject}\r\n\r\n.leading dot\r\n`
        const file = join(folder, `${listener}.eml`)
        writeFileSync(file, content)
        const live = told(subject)
        await client.send({ port: server.port(listener), security, content, file, anchor, certificate })
        const answer = await fetch(`${server.url}/api/messages/${await live}`)
        const { envelope } = (await answer.json()) as WireMessage
        assert.deepEqual([envelope.listener, envelope.authUser], [listener, 'user'])
        assert.equal(envelope.tls === null, security === 'plain')
      })
    }
  }
})
