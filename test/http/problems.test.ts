/** Whatever goes wrong is a problem, RFC 9457, for whoever did not ask for a page. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { problemSchema } from '../../src/http/schemas.ts'
import { ask, raw, serve } from './served.ts'

const served = await serve()
const { port } = served
const host = `Host: 127.0.0.1:${port}\r\n`

function assertProblem(status: number, mediaType: string | undefined, body: string): void {
  assert.equal(mediaType, 'application/problem+json')
  assert.equal(v.parse(problemSchema, JSON.parse(body)).status, status)
}

describe('a problem', () => {
  for (const [method, path, status] of [
    ['GET', '/nowhere', 404],
    ['POST', '/nowhere', 404],
    ['GET', '/api', 404],
    ['GET', '/api/', 404],
    ['GET', '/api/nowhere', 404],
    ['DELETE', '/api/nowhere', 404],
    ['GET', '/api/messages/', 404],
    ['GET', '/api/messages/0123456789a', 404],
    ['GET', '/api/messages/%ff', 404],
    ['GET', '/api/../api', 404],
    ['GET', '/socket.io/nowhere', 404],
    ['GET', '/template-files/nowhere', 404],
    ['PUT', '/api/messages', 405],
    ['OPTIONS', '/api/state', 405],
    ['PROPFIND', '/api/state', 405],
    ['GET', '/api/messages?limit=x', 400],
  ] as const) {
    it(`is ${status} of ${method} ${path}`, async () => {
      const headers = method === 'GET' ? {} : { 'Content-Type': 'application/json' }
      const answer = await ask(port, path, { method, headers })
      assert.equal(answer.status, status)
      assertProblem(status, answer.headers['content-type'], answer.text)
    })
  }
  for (const [what, status, octets] of [
    ['an address that is too long', 431, `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`],
    ['a field that is too long', 431, `GET /api/state HTTP/1.1\r\n${host}X: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['fields that are too many', 431, `GET /api/state HTTP/1.1\r\n${host}${'X: a\r\n'.repeat(10_000)}\r\n`],
    ['no such method', 400, `FROB /api/state HTTP/1.1\r\n${host}\r\n`],
    ['no HTTP', 400, `EHLO client\r\n`],
    ['a request after another', 400, `GET /healthz HTTP/1.1\r\n${host}\r\nEHLO client\r\n`],
  ] as const) {
    it(`is ${status} of ${what}`, async () => {
      const answer = await raw(port, octets)
      const at = answer.lastIndexOf('HTTP/1.1 ')
      const [head = '', body = ''] = answer.slice(at).split('\r\n\r\n')
      assert.match(head, /\r\nX-Content-Type-Options: nosniff\r\n/)
      assert.match(head, /\r\nConnection: close$/)
      assert.equal(head.slice(0, 12), `HTTP/1.1 ${status}`)
      assertProblem(status, /\r\nContent-Type: (\S+)\r\n/.exec(head)?.[1], body)
    })
  }
  it('is no defect of ours', () => {
    assert.deepEqual(served.errors, [])
  })
})
