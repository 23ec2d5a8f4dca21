import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireChanges, WireMessage, WireSessions, WireSessionSummary } from '../../../src/http/wire-types.ts'
import { startStuntmail, type Stuntmail } from '../../../src/index.ts'
import { temporaryFolder } from '../../support/command.ts'
import { pageOf } from '../../support/rest.ts'
import { certificate as another } from '../../support/smtp.ts'
import { isOverTls, startTlsByDefault, type Security, type Sending, type SmtpClient } from './smtp.ts'

const listeners: readonly (readonly [name: string, security: Security, manner: string])[] = [
  ['smtp', 'plain', 'by its own defaults'],
  ['smtp', 'login', 'with a login'],
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

interface Running {
  readonly url: string
  /** @returns the key of the next message, once the live channel tells of it. */
  told(): Promise<string>
  /** What a client is to do. @param trusted whether it gets our certificate, or another one. */
  sending(listener: string, security: Security, trusted?: boolean): Sending
}

/** Tests that each client sends to each listener of the product, and trusts nothing but its certificate. */
export async function testSending(clients: readonly SmtpClient[]): Promise<void> {
  const stuntmail = await startStuntmail()
  after(() => stuntmail.stop())
  const running = await watched(stuntmail)
  for (const client of clients) {
    for (const [listener, security, manner] of listeners) {
      it(`${client.name} to ${listener}, ${manner}: shows up live, as it was sent`, { timeout: 300_000 }, async (t) => {
        const missing = await client.missing(security)
        if (missing !== undefined) return t.skip(missing)
        await sends(client, running, listener, security)
      })
    }
  }
  for (const client of clients) {
    it(`${client.name} to submission, by its own defaults`, { timeout: 300_000 }, async (t) => {
      const missing = await client.missing('plain')
      if (missing !== undefined) return t.skip(missing)
      if (startTlsByDefault.has(client.name)) await findsNoTrust(client, running)
      else await sends(client, running, 'submission', 'plain')
    })
  }
  describe('over TLS, clients that trust another certificate send nothing', () => {
    for (const client of clients) {
      for (const [listener, security] of listeners.filter(([, how]) => isOverTls(how))) {
        it(`${client.name} to ${listener}`, { timeout: 300_000 }, async (t) => {
          const missing = await client.missing(security)
          if (missing !== undefined) return t.skip(missing)
          const { change } = await pageOf(running.url)
          await assert.rejects(client.send(running.sending(listener, security, false)))
          assert.equal((await pageOf(running.url)).change, change)
        })
      }
    }
  })
}

async function sends(client: SmtpClient, running: Running, listener: string, security: Security): Promise<void> {
  const live = running.told()
  const sent = await client.send(running.sending(listener, security))
  const path = `${running.url}/api/messages/${await live}`
  assert.equal(await (await fetch(`${path}/raw`)).text(), sent.toString())
  const { envelope } = (await (await fetch(path)).json()) as WireMessage
  assert.equal(envelope.reversePath.address, 'a@example.com')
  assert.deepEqual(
    envelope.forwardPaths.map(({ address }) => address),
    ['b@example.com'],
  )
  assert.equal(envelope.listener, listener)
  assert.equal(envelope.tls !== null, isOverTls(security))
  assert.equal(envelope.authUser, security === 'plain' ? null : 'user')
}

/** It has not got our certificate, and the session says so in words. */
async function findsNoTrust(client: SmtpClient, running: Running): Promise<void> {
  const before = await newestSession(running.url)
  await assert.rejects(client.send(running.sending('submission', 'plain', false)))
  let session = before
  // It ends when the server has heard of it, and that may be after the client has.
  while (session === undefined || session.id === before?.id || session.outcome === 'open') {
    session = await newestSession(running.url)
  }
  assert.deepEqual([session.listener, session.outcome, session.messages], ['submission', 'tls-failed', 0])
  assert.match(session.remark ?? '', /TLS failed on port \d+ \(submission\): the client .*certificate/)
}

async function newestSession(url: string): Promise<WireSessionSummary | undefined> {
  const { sessions } = (await (await fetch(`${url}/api/sessions?limit=1`)).json()) as WireSessions
  return sessions[0]
}

async function watched(stuntmail: Stuntmail): Promise<Running> {
  const folder = temporaryFolder()
  const content = Buffer.from([...fields, '', '.leading dot', 'übung', ''].join('\r\n'))
  const inFolder = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const file = inFolder('message.eml', content)
  const url = stuntmail.url ?? ''
  const anchor = inFolder('certificate.pem', await (await fetch(`${url}/api/certificate.pem`)).text())
  const wrongAnchor = inFolder('another.pem', await another.pem())
  const socket = io(url, { transports: ['websocket'] })
  after(() => socket.close())
  const answered = new Promise((resolve) => socket.once('changes', resolve))
  socket.on('connect', () => socket.emit('resume', { since: null }))
  await answered
  return {
    url,
    told: () =>
      new Promise((resolve) => {
        const hear = ({ changes }: WireChanges): void => {
          for (const change of changes) {
            if (change.kind !== 'arrived') continue
            socket.off('changes', hear)
            resolve(change.summary.key)
          }
        }
        socket.on('changes', hear)
      }),
    sending(listener, security, trusted = true) {
      const { port = 0 } = stuntmail.listeners[listener] ?? {}
      return { port, security, content, file, anchor: trusted ? anchor : wrongAnchor, folder }
    },
  }
}
