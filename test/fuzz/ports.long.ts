import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { test } from 'node:test'
import { silentLog, type Log } from '../../src/log.ts'
import { startStuntmail } from '../../src/server.ts'
import { assertPrototypeUnchanged } from '../support/prototype.ts'
import { allMessages } from '../support/rest.ts'
import { mutate, Random, seed } from './random.ts'

const sessions = 4_000
const atOnce = 8
/** However much is sent: a connection whose client has said all it had to say is over by then. */
const overMs = 120_000

/** What clients say in the transcripts, a session each. */
function conversations(protocol: string): readonly Buffer[] {
  const folder = `test/transcripts/${protocol}`
  return readdirSync(folder).map((name) => {
    const lines = readFileSync(`${folder}/${name}`, 'utf8').split('\n')
    const said = lines.filter((line) => line.startsWith('C: ')).map((line) => `${line.slice(3)}\r\n`)
    return Buffer.from(said.join(''))
  })
}

const requests: readonly Buffer[] = [
  'GET /api/messages?query=subject:x&limit=5 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'POST /api/messages?from=a@x&to=b@x HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\nContent-Length: 20\r\nConnection: close\r\n\r\nSubject: x\r\n\r\n12345\r\n',
  'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 45\r\nConnection: close\r\n\r\n{"from":"a@x","to":["b@x"],"text":"hello you"}',
  'PATCH /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 34\r\nConnection: close\r\n\r\n{"query":"is:unread","seen":true} ',
  'POST /api/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 29\r\nConnection: close\r\n\r\n{"query":"x","timeoutMs":100}',
  'POST /api/messages/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"query":"x"}',
  'GET /api/sessions?limit=5&protocol=smtp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /api/messages/00000000000/parts/1.2.3 HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-4\r\nConnection: close\r\n\r\n',
  'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
].map((text) => Buffer.from(text))

/** Sends octets in pieces, closes, and resolves when the server has closed too. */
async function send(port: number, octets: Buffer, random: Random): Promise<void> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  const over = new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('The connection was not over')), overMs)
    socket.on('close', () => {
      clearTimeout(limit)
      resolve()
    })
  })
  socket.on('error', () => undefined).resume()
  for (let at = 0; at < octets.length;) {
    const end = at + 1 + random.int(octets.length)
    socket.write(octets.subarray(at, end))
    at = end
    if (random.once(3)) await new Promise((resolve) => setImmediate(resolve))
  }
  if (random.once(10)) socket.destroy()
  else socket.end()
  await over
}

async function attack({ protocol, port, list, defects }: Attack): Promise<void> {
  const random = new Random(seed)
  for (let done = 0; done < sessions; done += atOnce) {
    const batch = Array.from({ length: atOnce }, () => mutate(random, random.oneOf(list), list))
    try {
      await Promise.all(batch.map((octets) => send(port, octets, random)))
      assert.deepEqual(defects, [])
    } catch (error) {
      const shown = batch.map((octets) => octets.subarray(0, 1000).toString('base64'))
      throw new Error(`FUZZ_SEED=${seed}, ${protocol}, after ${done}: ${shown.join(' ')}`, { cause: error })
    }
  }
}

interface Attack {
  readonly protocol: string
  readonly port: number
  readonly list: readonly Buffer[]
  /** What the server logged as its own fault. */
  readonly defects: readonly unknown[]
}

/** What came in can be read by REST, whatever it is. */
async function readAll(url: string): Promise<void> {
  for (const { key } of (await allMessages(url)).slice(0, 300)) {
    for (const what of ['', '/raw', '/text', '/html', '/headers', '/transcript']) {
      const { status } = await fetch(`${url}/api/messages/${key}${what}`)
      assert.ok(status === 200 || status === 404, `${key}${what} ${status}`)
    }
  }
}

test(`every port: ${sessions} sessions each`, async (t) => {
  t.diagnostic(`FUZZ_SEED=${seed}`)
  const defects: unknown[] = []
  const log: Log = { ...silentLog, error: (fields, text) => void defects.push([text, fields]) }
  const server = await startStuntmail({}, { log })
  const url = server.url ?? ''
  try {
    const inputs = {
      smtp: conversations('smtp'),
      pop3: conversations('pop3'),
      imap: conversations('imap'),
      http: requests,
    }
    for (const [protocol, list] of Object.entries(inputs)) {
      const port = server.listeners[protocol]?.port ?? 0
      // MIME-10
      await assertPrototypeUnchanged(() => attack({ protocol, port, list, defects }))
      assert.equal((await fetch(`${url}/healthz`)).status, 200)
      t.diagnostic(`${protocol}: ${(await allMessages(url)).length} messages, no defect`)
    }
    await readAll(url)
    assert.deepEqual(defects, [])
  } finally {
    await server.stop()
  }
})
