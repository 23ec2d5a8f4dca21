import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { routes } from '../../src/http/routes/table.ts'
import { ask, message, raw, serve } from './served.ts'

const served = await serve({ maxMessageOctets: 1_000_000, limits: { headersTimeoutMs: 300, requestTimeoutMs: 600 } })
const { port } = served
const host = `Host: 127.0.0.1:${port}\r\n`
const json = { 'Content-Type': 'application/json' }
const welcome = message('From: bob@example.com', 'To: a@example.com', 'Subject: Welcome', '', 'Hello')

const ways = routes.map(({ method, path, stream, query }) => ({
  method,
  path: path.replace('{key}', '0123456789a').replace(/\{\w+\}/, '1'),
  type: stream ?? 'application/json',
  /** Without it, it is answered before the body is read. */
  needed: 'template' in query ? '?template=welcome' : '',
}))

describe('WEB-9: every route', () => {
  for (const { method, path, type, needed } of ways) {
    it(`${method} ${path} (${type}) takes no body that is too large`, async () => {
      const headers = { 'Content-Type': type }
      const limit = method === 'POST' ? 1_400_000 : 1_048_576
      const declared = await raw(
        port,
        `${method} ${path} HTTP/1.1\r\n${host}Content-Type: ${type}\r\nContent-Length: ${limit + 1}\r\n\r\n`,
      )
      assert.match(declared, /^HTTP\/1\.1 413 /)
      const query = type === 'message/rfc822' ? '?to=a@b.c' : needed
      const chunked = await ask(port, path + query, {
        method,
        headers: { ...headers, 'Transfer-Encoding': 'chunked' },
        body: Buffer.alloc(limit + 1, ' '),
      })
      assert.equal(chunked.status, 413)
    })
    it(`${method} ${path} (${type}) takes no compressed body, and no endless query`, async () => {
      const headers = { 'Content-Type': type, 'Content-Encoding': 'gzip' }
      assert.equal((await ask(port, path, { method, headers, body: gzipSync(Buffer.alloc(1_000_000)) })).status, 415)
      const many = await ask(port, `${path}?${'a&'.repeat(5_000)}`, { method, headers: { 'Content-Type': type } })
      assert.ok([400, 404].includes(many.status), String(many.status))
      const nested = await ask(port, `${path}?a[__proto__][x]=1&__proto__=2`, {
        method,
        headers: { 'Content-Type': type },
      })
      assert.ok([400, 404].includes(nested.status), String(nested.status))
    })
  }
  it('refuses JSON that is deep, broken, or no JSON', async () => {
    const patch = async (body: string, type = 'application/json'): Promise<number> =>
      (await ask(port, '/api/messages', { method: 'PATCH', headers: { 'Content-Type': type }, body })).status
    for (const body of ['['.repeat(100_000), '{"a":'.repeat(100_000), '{', '', '\0', '{"__proto__":{"seen":true}}']) {
      assert.equal(await patch(body), 400, body.slice(0, 20))
    }
    assert.equal(await patch('{}', 'text/json'), 415)
  })
  it('answers a target that is too long', async () => {
    assert.match(await raw(port, `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`), /^HTTP\/1\.1 431 /)
  })
})

describe('WEB-9: slow clients', () => {
  it('a header that does not end is 408', async () => {
    assert.match(await raw(port, `GET / HTTP/1.1\r\n${host}X: `), /^HTTP\/1\.1 408 /)
  })
  it('a body that does not end is 408, and closed', async () => {
    const answer = await raw(
      port,
      `PATCH /api/messages HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
    )
    assert.match(answer, /^HTTP\/1\.1 408 /)
  })
  it('control: a whole request is answered', async () => {
    assert.match(await raw(port, `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`), /^HTTP\/1\.1 200 /)
  })
})

describe('connections', () => {
  it('closes those past the limit, and takes new ones when others go', async () => {
    const small = await serve({ limits: { maxConnections: 3 } })
    const open = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const socket = connect(small.port, '127.0.0.1')
        socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${small.port}\r\n\r\n`)
        await once(socket, 'data')
        return socket
      }),
    )
    assert.equal(await raw(small.port, `GET / HTTP/1.1\r\n\r\n`), '')
    const first = open[0]
    assert.ok(first)
    first.end()
    await once(first, 'close')
    assert.equal((await ask(small.port, '/healthz')).status, 200)
    await small.close()
    await Promise.all(open.slice(1).map(async (socket) => socket.closed || (await once(socket, 'close'))))
  })
  it('API-6: 200 calls at once, with the message deleted under them', async () => {
    const calm = await serve()
    const big = Buffer.concat([Buffer.from(welcome), Buffer.alloc(2_000_000, 'x\r\n')])
    const keys = [await calm.put(big, 'a@example.com'), await calm.put(welcome, 'b@example.com')]
    const calls = Array.from({ length: 200 }, (_, i) => {
      const path = `/api/messages/${keys[i % 2] ?? ''}`
      if (i % 50 === 49) return ask(calm.port, path, { method: 'DELETE' })
      if (i % 10 === 3) return ask(calm.port, path, { method: 'PATCH', headers: json, body: '{"seen":true}' })
      return ask(calm.port, `${path}${['', '/raw', '/text', '/headers', '/parts/1'][i % 5] ?? ''}`)
    })
    for (const result of await Promise.allSettled(calls)) {
      // A stream may break off, and then the client knows.
      if (result.status === 'rejected') continue
      assert.ok([200, 404, 409].includes(result.value.status), result.value.text)
      const declared = result.value.headers['content-length']
      if (declared !== undefined) assert.equal(result.value.body.length, Number(declared))
    }
    await calm.store.assertConsistent()
    assert.deepEqual(calm.errors, [])
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
