/** LR-1: LiveReload's own port. There is the script, there is the socket, and nobody is obeyed. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { systemClock } from '../../src/clock.ts'
import { readClientScript } from '../../src/livereload/client-script.ts'
import { startEndpoint, type Endpoint } from '../../src/livereload/endpoint.ts'
import { liveReloadHub, type Hub } from '../../src/livereload/hub.ts'
import { bind } from '../../src/net/listener.ts'

const limits = { maxClients: 3, maxInboundOctets: 1024, maxMessagesPerSecond: 20, helloTimeoutMs: 10_000 }
const hello = JSON.stringify({ command: 'hello', protocols: ['http://livereload.com/protocols/official-7'], ver: '4' })
let hub: Hub
let endpoint: Endpoint
let port: number

before(async () => {
  const sockets = await bind({ name: 'livereload', hosts: ['127.0.0.1'], port: 0 })
  port = sockets.addresses[0].port
  hub = liveReloadHub({ clock: systemClock, plugin: 'stuntmail', standing: () => ['stuntmail/served/1'], limits })
  endpoint = startEndpoint({ sockets, hub, script: await readClientScript() })
})
after(async () => {
  hub.close()
  await endpoint.close()
})

interface Client {
  readonly socket: WebSocket
  /** The next message. */
  next(): Promise<Record<string, unknown>>
  close(): Promise<void>
}

async function connect(headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/livereload`, { headers })
  const messages: Record<string, unknown>[] = []
  let wake = (): void => undefined
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Record<string, unknown>)
    wake()
  })
  await once(socket, 'open')
  return {
    socket,
    async next() {
      while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return messages.shift() ?? {}
    },
    async close() {
      const closed = once(socket, 'close')
      socket.terminate()
      await closed
    },
  }
}

/** A client that has heard hello and said it. A pong says that the server has read what was sent. */
async function greeted(): Promise<Client> {
  const client = await connect()
  assert.equal((await client.next())['command'], 'hello')
  client.socket.send(hello)
  await read(client)
  return client
}

async function read({ socket }: Client): Promise<void> {
  const pong = once(socket, 'pong')
  socket.ping()
  await pong
}

function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asking.on('error', reject).end()
  })
}

async function refusal(headers: Readonly<Record<string, string>>, path = '/livereload'): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  socket.on('error', () => undefined)
  const [, response] = (await Promise.race([
    once(socket, 'unexpected-response'),
    once(socket, 'open').then(() => [undefined, { statusCode: 101 }]),
  ])) as [unknown, { statusCode: number }]
  socket.terminate()
  return response.statusCode
}

describe('what there is', () => {
  it('has the client script, for pages of other ports too', async () => {
    assert.equal(await get('/livereload.js'), 200)
    assert.equal(await get('/livereload.js', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' }), 200)
  })
  for (const path of ['/', '/changed?files=a.css', '/kill', '/alert', '/reload', '/livereload', '/livereload.js/..']) {
    it(`has no ${path}`, async () => assert.equal(await get(path), 404))
  }
  it('takes nothing', async () => assert.notEqual(await get('/changed', { 'X-Stuntmail': '1' }, 'POST'), 200))
  it('does not answer to another name', async () => {
    assert.equal(await get('/livereload.js', { Host: `evil.example:${port}` }), 403)
    assert.equal(await refusal({ Host: `evil.example:${port}` }), 403)
  })
})

describe('who may open the socket', () => {
  for (const origin of ['http://evil.example', 'null', 'http://localhost.evil.example', 'http://evil.example:8025']) {
    it(`not a page of ${origin}`, async () => assert.equal(await refusal({ Origin: origin }), 403))
  }
  for (const origin of [
    'http://localhost:8025',
    'http://127.0.0.1:3000',
    'http://[::1]:8025',
    'https://app.localhost',
  ]) {
    it(`a page of ${origin}`, async () => assert.equal(await refusal({ Origin: origin }), 101))
  }
  it('nobody under another path', async () => assert.equal(await refusal({}, '/socket.io/'), 404))
})

describe('what a client says', () => {
  const killers = ['reload', 'constructor', '__proto__', 'alert', 'changed', 'toString']
  const frames = [
    ...killers.map((command) => JSON.stringify({ command, path: '/x', files: ['x'] })),
    '{"command":"info","plugins":{"__proto__":{"stuntmail":1},"constructor":1},"url":"x"}',
    '[]',
    'null',
    '{',
    '"hello"',
  ]
  for (const frame of frames) {
    it(`${frame} does nothing`, async () => {
      const client = await greeted()
      client.socket.send(frame)
      await read(client)
      hub.changed(['/style.css'])
      assert.deepEqual(await client.next(), {
        command: 'reload',
        path: '/style.css',
        liveCSS: true,
        liveImg: true,
        reloadMissingCSS: false,
      })
      await client.close()
    })
  }
  it('a frame that is too large, or binary, closes the socket', async () => {
    for (const frame of ['x'.repeat(limits.maxInboundOctets + 1), Buffer.from('{}')]) {
      const { socket } = await greeted()
      const closed = once(socket, 'close')
      socket.send(frame)
      await closed
    }
  })
  it('more than its share of frames closes the socket', async () => {
    const { socket } = await greeted()
    const closed = once(socket, 'close')
    for (let count = 0; count <= limits.maxMessagesPerSecond; count++) socket.send('{"command":"url"}')
    await closed
  })
  it('one client more than there may be is refused, and there is room when one goes', async () => {
    const clients = [await greeted(), await greeted(), await greeted()]
    const refused = new WebSocket(`ws://127.0.0.1:${port}/livereload`)
    await once(refused, 'error')
    await clients[0]?.close()
    const next = await greeted()
    for (const client of [...clients.slice(1), next]) await client.close()
  })
})

describe('what a page is told', () => {
  it('of several files the one that needs the page, and nothing before hello', async () => {
    const silent = await connect()
    const client = await greeted()
    hub.changed(['/a.css', '/main.js', '/chunk.js'])
    assert.equal((await client.next())['path'], '/main.js')
    hub.changed(['/a.css', '/b.png', '/a.css'])
    assert.deepEqual([(await client.next())['path'], (await client.next())['path']], ['/a.css', '/b.png'])
    assert.equal((await silent.next())['command'], 'hello')
    silent.socket.send(hello)
    await read(silent)
    hub.changed(['/c.css'])
    assert.equal((await silent.next())['path'], '/c.css')
    await client.close()
    await silent.close()
  })
  it('its own words only when it has the plugin', async () => {
    const ours = await greeted()
    const other = await greeted()
    ours.socket.send(JSON.stringify({ command: 'info', plugins: { stuntmail: { version: '1.0' } }, url: 'x' }))
    other.socket.send(JSON.stringify({ command: 'info', plugins: { less: {} }, url: 'x' }))
    await Promise.all([read(ours), read(other)])
    assert.equal((await ours.next())['path'], 'stuntmail/served/1')
    hub.tell('stuntmail/problems/1')
    hub.changed(['/z.css'])
    assert.equal((await ours.next())['path'], 'stuntmail/problems/1')
    assert.equal((await other.next())['path'], '/z.css')
    await ours.close()
    await other.close()
  })
})
