import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { io, type Socket } from 'socket.io-client'
import type { WireChanges } from '../../src/http/wire-types.ts'
import { ask, message, raw, serve } from '../http/served.ts'

const served = await serve()
const { port, store, origin } = served
const welcome = message('From: bob@example.com', 'Subject: Welcome', '', 'Hello')

interface Client {
  readonly socket: Socket
  /** Everything heard so far. */
  readonly heard: WireChanges[]
  /** Resolves once what was heard reaches this number. */
  reaches(number: number): Promise<void>
}

async function client(since: number | null, transports = ['websocket']): Promise<Client> {
  const socket = io(origin, { transports, reconnection: false, forceNew: true })
  const heard: WireChanges[] = []
  const waiting = new Set<() => void>()
  socket.on('changes', (event: WireChanges) => {
    heard.push(event)
    waiting.forEach((look) => look())
  })
  await once(socket as never, 'connect')
  socket.emit('resume', { since })
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  await until(() => heard.length > 0)
  return { socket, heard, reaches: (number) => until(() => (heard.at(-1)?.to ?? 0) >= number) }
}

function numbersOf(events: readonly WireChanges[]): number[] {
  return events.flatMap(({ changes }) => changes.map(({ number }) => number))
}

function assertGapless(events: readonly WireChanges[], from: number): void {
  let at = from
  for (const event of events) {
    assert.equal(event.from, at)
    assert.ok(event.to >= at)
    at = event.to
  }
}

describe('the live channel', () => {
  it('tells arrival, flags and deletion, numbered', async () => {
    const { socket, heard, reaches } = await client(null)
    const start = heard[0]?.to ?? -1
    assert.deepEqual(heard[0]?.changes, [])
    assert.equal(heard[0].reset, false)
    const key = await served.put(welcome, 'a@example.com')
    await store.setFlags({ account: 'all', keys: [key] }, { add: ['\\Seen', 'billing'] })
    await store.delete({ account: 'all', keys: [key] })
    await reaches((await store.state()).change)
    assertGapless(heard.slice(1), start)
    const changes = heard.flatMap((event) => event.changes)
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['arrived', 'flags', 'deleted'],
    )
    assert.equal(changes[0]?.kind === 'arrived' && changes[0].summary.subject, 'Welcome')
    assert.deepEqual(changes[1]?.kind === 'flags' && changes[1].messages, [
      { key, seen: true, flagged: false, tags: ['billing'] },
    ])
    assert.deepEqual(changes[2]?.kind === 'deleted' && changes[2].keys, [key])
    assert.equal(heard.at(-1)?.messages, 0)
    socket.disconnect()
  })
  it('misses nothing over a break, by either transport', async () => {
    for (const transports of [['websocket'], ['polling']]) {
      const first = await client(null, transports)
      const start = first.heard[0]?.to ?? -1
      first.socket.disconnect()
      for (let i = 0; i < 5; i++) await served.put(welcome, 'a@example.com')
      const second = await client(start, transports)
      const { change } = await store.state()
      await second.reaches(change)
      assertGapless(second.heard, start)
      assert.equal(numbersOf(second.heard).length, 5)
      second.socket.disconnect()
    }
  })
  it('answers who has everything already', async () => {
    const { change } = await store.state()
    const { socket, heard } = await client(change)
    assert.deepEqual(heard[0] && [heard[0].from, heard[0].to, heard[0].reset], [change, change, false])
    socket.disconnect()
  })
  it('says to list again after too much, or from another store', async () => {
    const start = (await store.state()).change
    for (let i = 0; i < 60; i++) await served.put(welcome, 'a@example.com')
    const { change } = await store.state()
    for (const since of [start, change + 1_000]) {
      const { socket, heard } = await client(since)
      assert.equal(heard[0]?.reset, true)
      assert.equal(heard[0].to, change)
      assert.deepEqual(heard[0].changes, [])
      socket.disconnect()
    }
  })
  it('each change stays below 1 KiB', async () => {
    const { socket, heard, reaches } = await client(null)
    const many = Array.from({ length: 50 }, (_, i) => `"${'ü'.repeat(80)}" <user${i}@example.com>`).join(',\r\n ')
    await served.put(
      message(
        `From: ${'ü'.repeat(300)} <a@example.com>`,
        `To: ${many}`,
        `Subject: ${'ä€'.repeat(300)}`,
        '',
        '€'.repeat(500),
      ),
      'a@example.com',
    )
    await reaches((await store.state()).change)
    const change = heard.at(-1)?.changes[0]
    assert.ok(change?.kind === 'arrived')
    assert.ok(Buffer.byteLength(JSON.stringify(change)) <= 1024)
    assert.ok(change.summary.subject.startsWith('ä€ä€'))
    socket.disconnect()
  })
})

describe('WEB-2, WEB-8: the fences', () => {
  const upgrade = (path: string, fields: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`
  const path = '/socket.io/?EIO=4&transport=websocket'
  for (const Origin of [
    'null',
    'http://evil.example',
    'http://localhost:3000',
    `HTTP://127.0.0.1`,
    `http://localhost:1`,
  ]) {
    it(`an upgrade from ${Origin} is 403 and closed`, async () => {
      const answer = await raw(port, upgrade(path, `Origin: ${Origin}\r\n`))
      assert.match(answer, /^HTTP\/1\.1 403 /)
      assert.match(answer, /Cross-Origin-Resource-Policy: same-origin/)
      const poll = await ask(port, '/socket.io/?EIO=4&transport=polling', { headers: { Origin } })
      assert.equal(poll.status, 403)
      assert.equal(poll.headers['access-control-allow-origin'], undefined)
      const own = await ask(port, '/socket.io/?EIO=4&transport=polling', { headers: { Origin: origin } })
      assert.equal(own.status, 200, 'control')
    })
  }
  it('an upgrade elsewhere is refused, wherever it points', async () => {
    for (const [target, status] of [
      ['/%73ocket.io/', 404],
      ['//socket.io/', 404],
      ['/socket.io', 404],
      ['/x/../socket.io/', 404],
      ['/', 404],
      ['http://evil.example/', 403],
    ] as const) {
      assert.match(
        await raw(port, upgrade(`${target}?EIO=4&transport=websocket`, '')),
        new RegExp(`^HTTP/1\\.1 ${status} `),
      )
    }
  })
  it('control: the same upgrade from our own origin, or from no page, is 101', async () => {
    const closeFrame = '\x88\x80\0\0\0\0'
    for (const fields of ['', `Origin: ${origin}\r\n`])
      assert.match(await raw(port, upgrade(path, fields) + closeFrame), /^HTTP\/1\.1 101 /)
  })
  it('our own origin passes', async () => {
    const socket = io(origin, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { Origin: origin },
    })
    await once(socket as never, 'connect')
    socket.disconnect()
  })
  const attacks: [string, (socket: Socket) => void][] = [
    ['a large message', (socket) => socket.emit('resume', { since: null, fill: 'x'.repeat(20_000) })],
    ['octets', (socket) => socket.emit('resume', { since: Buffer.from([1, 2, 3]) })],
    ['nonsense', (socket) => socket.emit('resume', { since: 'x' })],
    ['too many messages', (socket) => Array.from({ length: 30 }, () => socket.emit('resume', { since: null }))],
    [
      'a placeholder without its attachment',
      (socket) => socket.io.engine.write('51000000-["resume",{"_placeholder":true,"num":0}]'),
    ],
    ['no packet of socket.io', (socket) => socket.io.engine.write('9nonsense')],
  ]
  for (const [name, attack] of attacks) {
    it(`${name}: that client alone is dropped`, async () => {
      const other = await client(null)
      const attacker = await client(null)
      const dropped = once(attacker.socket as never, 'disconnect')
      attack(attacker.socket)
      await dropped
      await served.put(welcome, 'a@example.com')
      await other.reaches((await store.state()).change)
      assert.equal(other.socket.connected, true)
      other.socket.disconnect()
    })
  }
  it('an address has at most 50 sessions', async () => {
    const handshake = async (): Promise<number> => (await ask(port, '/socket.io/?EIO=4&transport=polling')).status
    const statuses: number[] = []
    for (let i = 0; i < 60; i++) statuses.push(await handshake())
    assert.ok(statuses.filter((status) => status === 200).length <= 50)
    assert.equal(statuses.at(-1), 403)
    assert.equal(statuses[0], 200)
  })
  it('runs on versions without the known holes', () => {
    const least = { ws: [8, 21, 1], 'socket.io-parser': [4, 2, 7], 'engine.io': [6, 6, 9] }
    for (const [name, wanted] of Object.entries(least)) {
      const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
      const at = version.split('.').map(Number)
      const difference = wanted.map((part, i) => (at[i] ?? 0) - part).find((part) => part !== 0) ?? 0
      assert.ok(difference >= 0, `${name} ${version}`)
    }
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
