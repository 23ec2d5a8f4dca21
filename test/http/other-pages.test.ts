import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { routes } from '../../src/http/routes/table.ts'
import { ask, message, raw, serve, type Asking } from './served.ts'

const served = await serve()
const { port, store } = served
const own = `http://localhost:${port}`
const json = { 'Content-Type': 'application/json' }
const put = (): Promise<string> =>
  served.put(message('From: bob@example.com', 'Subject: Welcome', '', 'Hello'), 'a@example.com')

describe('WEB-1: names on the wire', () => {
  const statusOf = async (target: string, version: string, ...hosts: string[]): Promise<number> => {
    const fields = hosts.map((host) => `Host: ${host}\r\n`).join('')
    const answer = await raw(port, `GET ${target} HTTP/${version}\r\n${fields}Connection: close\r\n\r\n`)
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  }
  const host = `localhost:${port}`

  it('no page but ours is answered, and no path is', async () => {
    for (const target of ['/', '/api/messages', '/socket.io/?EIO=4&transport=polling', '/nothing']) {
      assert.equal(await statusOf(target, '1.1', `evil.example:${port}`), 403, target)
      assert.equal(await statusOf(target, '1.0', 'evil.example'), 403, target)
      assert.equal(await statusOf(target, '1.0'), 403, target)
      assert.equal(await statusOf(target, '1.1', host, host), 403, target)
      assert.equal(await statusOf(`http://${host}${target}`, '1.1', host), 403, target)
      assert.equal(await statusOf(`http://evil.example${target}`, '1.1', host), 403, target)
    }
  })

  it('control: under our name the same requests are answered', async () => {
    for (const version of ['1.0', '1.1']) {
      assert.equal(await statusOf('/api/messages', version, host), 200)
      assert.equal(await statusOf('/socket.io/?EIO=4&transport=polling', version, host), 200)
      assert.equal(await statusOf('/nothing', version, host), 404)
    }
  })
})

describe('WEB-3: what changes on the wire', () => {
  const outcomeOf = async (path: string, asking: Asking): Promise<{ status: number; changed: boolean }> => {
    const before = (await store.state()).change
    const { status } = await ask(port, path, asking)
    return { status, changed: (await store.state()).change !== before }
  }
  const refused = { status: 403, changed: false }
  const changes: readonly (readonly [path: (key: string) => string, asking: Asking])[] = [
    [(key) => `/api/messages/${key}`, { method: 'PATCH', headers: json, body: '{"seen":true}' }],
    [(key) => `/api/messages/${key}`, { method: 'DELETE' }],
    [() => '/api/messages?all=true', { method: 'DELETE' }],
    [
      () => '/api/messages?from=a@example.com&to=b@example.com',
      { method: 'POST', headers: { 'Content-Type': 'message/rfc822' }, body: 'Subject: Sent\r\n\r\nx' },
    ],
  ]
  const foreign: Record<string, string>[] = [
    { Origin: 'null' },
    { Origin: 'http://evil.example' },
    { Origin: 'http://localhost:3000' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
    { 'Sec-Fetch-Site': 'same-site' },
  ]

  for (const [path, { headers, ...asking }] of changes) {
    const name = `${asking.method ?? ''} ${path('{key}')}`
    it(`${name} of another page changes nothing`, async () => {
      const target = path(await put())
      for (const fields of foreign) {
        const said = JSON.stringify(fields)
        assert.deepEqual(await outcomeOf(target, { ...asking, headers: { ...headers, ...fields } }), refused, said)
      }
    })
    it(`control: ${name} of our own page is seen to change something`, async () => {
      const target = path(await put())
      const fields = { Host: `localhost:${port}`, Origin: own, 'Sec-Fetch-Site': 'same-origin' }
      const { status, changed } = await outcomeOf(target, { ...asking, headers: { ...headers, ...fields } })
      assert.deepEqual([Math.floor(status / 100), changed], [2, true])
    })
  }

  it('a POST that no page has to ask for changes nothing', async () => {
    const target = '/api/messages?from=a@example.com&to=b@example.com'
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
      const asking = { method: 'POST', headers: { 'Content-Type': type }, body: 'Subject: Sent\r\n\r\nx' }
      assert.deepEqual(await outcomeOf(target, asking), refused, type)
    }
  })

  for (const { method, path } of routes.filter((route) => route.method === 'GET')) {
    it(`${method} ${path} changes nothing`, async () => {
      const target = path.replace('{key}', await put()).replace(/\{\w+\}/, '1')
      const { status, changed } = await outcomeOf(target, { method })
      assert.notEqual(status, 403)
      assert.equal(changed, false)
    })
  }
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
