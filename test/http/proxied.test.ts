import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LineClient } from '../support/line-client.ts'
import { ask, raw, serve } from './served.ts'

const { port, put, errors } = await serve({ basePath: '/mail' })
const host = `Host: 127.0.0.1:${port}\r\n`

/** The first lines of what comes back on one connection, each request sent when the one before is answered. */
async function answers(...requests: string[]): Promise<readonly string[]> {
  const client = await LineClient.connect(port)
  const lines: string[] = []
  for (const request of requests) {
    await client.send(request)
    for (let line = await client.line(); line !== undefined; line = await client.line()) {
      if (!line.includes('HTTP/1.1 ')) continue
      lines.push(line.slice(line.indexOf('HTTP/1.1 ')))
      break
    }
  }
  client.destroy()
  return lines
}

describe('an upgrade that is none (RFC 9110 §7.8)', () => {
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n'
  it('is answered as if it were not there', async () => {
    assert.deepEqual(await answers(`GET /healthz HTTP/1.1\r\n${host}${h2c}\r\n`), ['HTTP/1.1 200 OK'])
  })
  it('has its body read, and the next request on the connection too', async () => {
    const body = 'Subject: h2c\r\n\r\n'
    const fields = `Content-Type: message/rfc822\r\nContent-Length: ${body.length}\r\n`
    const post = `POST /api/messages?from=a@x&to=b@x HTTP/1.1\r\n${host}${h2c}${fields}\r\n${body}`
    const lines = await answers(post, `GET /healthz HTTP/1.1\r\n${host}\r\n`)
    assert.deepEqual(lines, ['HTTP/1.1 201 Created', 'HTTP/1.1 200 OK'])
  })
  it('is one for WebSocket, among others too, and then the gate has its say', async () => {
    for (const protocols of ['websocket', 'WebSocket', 'h2c, websocket']) {
      const upgrade = `Connection: Upgrade\r\nUpgrade: ${protocols}\r\n`
      assert.match(await raw(port, `GET /nothing HTTP/1.1\r\n${host}${upgrade}\r\n`), /^HTTP\/1\.1 404 /)
    }
  })
})

describe('a path before ours', () => {
  it('is taken off, and may be missing', async () => {
    for (const path of ['/mail/api/state', '/api/state', '/mail/healthz'])
      assert.equal((await ask(port, path)).status, 200, path)
    for (const path of ['/mails/api/state', '/mail/mail/api/state', '/Mail/api/state', '/mail//api/state'])
      assert.equal((await ask(port, path)).status, 404, path)
  })
  it('leads to its slash', async () => {
    const { status, headers } = await ask(port, '/mail')
    assert.deepEqual([status, headers.location], [308, '/mail/'])
    assert.equal((await ask(port, '/mail?message=x')).headers.location, '/mail/?message=x')
    assert.equal((await ask(port, '/mail', { method: 'HEAD' })).status, 308)
    assert.equal((await ask(port, '/mail', { method: 'POST' })).status, 403)
  })
  it('hides nothing from the gate', async () => {
    for (const path of ['/mail/api/../../api/state', '/mail/%61pi/state', '/mail/..%2fapi'])
      assert.equal((await ask(port, path)).status, 404, path)
    assert.equal((await ask(port, '/mail/api/state', { headers: { Host: 'evil.example' } })).status, 403)
    assert.match(
      await raw(port, `GET /mail/mailto HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
      /^HTTP\/1\.1 404 /,
    )
  })
  it('does not keep inline pictures from being found', async () => {
    const boundary = 'Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n'
    const html = 'Content-Type: text/html\r\n\r\n<img src="cid:logo">\r\n--b\r\n'
    const picture = 'Content-Type: image/png\r\nContent-ID: <logo>\r\n\r\nx\r\n--b--\r\n'
    const key = await put(boundary + html + picture, 'a@example.com')
    const document = `http://proxy.test/mail/api/messages/${key}/html`
    const { text } = await ask(port, new URL(document).pathname)
    const [, reference = ''] = /src="([^"]+)"/.exec(text) ?? []
    const { pathname } = new URL(reference, document)
    assert.equal((await ask(port, pathname)).headers['content-type'], 'image/png')
  })
})

describe('a refusal', () => {
  const Accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
  it('is a page for a browser, with the option to set', async () => {
    const { status, headers, text } = await ask(port, '/', { headers: { Host: 'mail.test', Accept } })
    assert.equal(status, 403)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/)
    assert.match(text, /<p>Stuntmail does not go by the name mail\.test\. Start it with --allow-host mail\.test,/)
  })
  it('has nothing in it that a browser would run', async () => {
    const Origin = 'http://x<script>alert(1)</script>'
    const { text } = await ask(port, '/api/state', { headers: { Host: `127.0.0.1:${port}`, Origin, Accept } })
    assert.doesNotMatch(text, /<script/)
  })
  it('is a problem for programs', async () => {
    const { headers } = await ask(port, '/', { headers: { Host: 'mail.test', Accept: '*/*' } })
    assert.equal(headers['content-type'], 'application/problem+json')
  })
  it('has no defects', () => assert.deepEqual(errors, []))
})
