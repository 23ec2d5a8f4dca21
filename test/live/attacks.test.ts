import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireChanges } from '../../src/http/wire-types.ts'
import { ask, message, serve } from '../http/served.ts'

const served = await serve()
const { port, origin } = served
const mebibyte = 1024 * 1024

/** A WebSocket of engine.io, opened by hand; what it has said so far is thrown away. */
async function webSocket(query = 'EIO=4'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  socket.write(
    `GET /socket.io/?${query}&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(socket, 'data')
  return socket
}

/** Resolves when the server has ended the connection: by a close frame, which a client has to answer, or without. */
async function ended(socket: Socket): Promise<void> {
  let said = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk])
    // Frames of the server have no mask, and ours are all answered by short ones.
    while (said.length > 1 && said.length >= 2 + (said[1] ?? 0)) {
      if (said[0] === 0x88) socket.destroy()
      said = said.subarray(2 + (said[1] ?? 0))
    }
  })
  await once(socket, 'close')
}

/** A masked frame, its mask zero. RFC 6455 §5.2. @param first FIN, RSV1 to RSV3 and the opcode. */
function frame(first: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([first, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

const attacks: readonly (readonly [name: string, octets: Buffer])[] = [
  ['a reserved bit', frame(0xc1, '40')],
  ['an opcode that there is not', frame(0x83, '40')],
  ['a frame that is not masked', Buffer.from([0x81, 2, 0x34, 0x30])],
  ['a control frame in fragments', frame(0x09, 'x')],
  ['a length that no client needs', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255])],
  ['a message that never ends, an octet a frame', Buffer.concat(fragments(40_000))],
  ['an event called error', Buffer.concat([frame(0x81, '40'), frame(0x81, '42["error","x"]'), many(30)])],
  ['an event without a name', Buffer.concat([frame(0x81, '40'), frame(0x81, '42[null]')])],
  ['a namespace that there is not', Buffer.concat([frame(0x81, '40/__proto__,'), many(30)])],
  ['attachments by the million', Buffer.concat([frame(0x81, '40'), frame(0x81, '451000000-["resume",{}]')])],
]

function fragments(count: number): Buffer[] {
  const following = Array.from({ length: count - 1 }, () => frame(0x00, 'x'))
  return [frame(0x01, '4'), ...following]
}

/** More packets than anybody may send in a second. */
function many(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame(0x81, '42["x"]')))
}

describe('WEB-8: what is no WebSocket message', () => {
  for (const [name, octets] of attacks) {
    it(`${name} ends that connection, and no other`, async () => {
      const other = io(origin, { transports: ['websocket'], reconnection: false, forceNew: true })
      await once(other as never, 'connect')
      const current = once(other as never, 'changes')
      other.emit('resume', { since: null })
      await current
      global.gc?.()
      const before = process.memoryUsage().rss
      const socket = await webSocket()
      socket.write(octets)
      await ended(socket)
      // Of the whole process: what this client sends is in it too, until it is collected.
      assert.ok(process.memoryUsage().rss - before < 64 * mebibyte)
      const told = once(other as never, 'changes') as unknown as Promise<[WireChanges]>
      await served.put(message('Subject: Still told', '', 'x'), 'ann@example.com')
      assert.equal((await told)[0].changes[0]?.kind, 'arrived')
      other.disconnect()
    })
  }

  it('control: a connection that keeps to the rules stays open', async () => {
    const socket = await webSocket()
    socket.write(frame(0x81, '40'))
    let said = ''
    while (!/40\{"sid":/.test(said)) said += String((await once(socket, 'data'))[0])
    socket.destroy()
  })

  for (const query of [
    'EIO=3',
    'EIO=5',
    'EIO=',
    'EIO=__proto__',
    'EIO=4&EIO=3',
    'EIO=4&sid=__proto__',
    'EIO=4&sid=x',
  ]) {
    it(`no session for ${query}`, async () => {
      assert.ok((await ask(port, `/socket.io/?${query}&transport=polling`)).status >= 400)
    })
  }

  it('no session for a transport that there is not', async () => {
    for (const transport of ['__proto__', 'constructor', 'webtransport', '']) {
      assert.ok((await ask(port, `/socket.io/?EIO=4&transport=${transport}`)).status >= 400, transport)
    }
  })

  it('there is no JSONP', async () => {
    assert.equal((await ask(port, '/socket.io/?EIO=4&transport=polling')).status, 200, 'control')
    for (const query of ['j=0', 'j', '%6a=0']) {
      assert.ok((await ask(port, `/socket.io/?EIO=4&transport=polling&${query}`)).status >= 400, query)
    }
  })

  it('an upgrade that is begun and left leaves the polling session as it was', async () => {
    const opened = await ask(port, '/socket.io/?EIO=4&transport=polling')
    const { sid } = JSON.parse(opened.text.slice(1)) as { sid: string }
    const half = connect(port, '127.0.0.1')
    half.write(
      `GET /socket.io/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await once(half, 'data')
    half.destroy()
    const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`
    const headers = { 'Content-Type': 'text/plain;charset=UTF-8' }
    assert.equal((await ask(port, path, { method: 'POST', headers, body: '40' })).status, 200)
    assert.match((await ask(port, path)).text, /^40\{"sid":/)
  })

  it('has no defects', () => assert.deepEqual(served.errors, []))
})
