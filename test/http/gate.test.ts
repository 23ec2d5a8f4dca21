import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide, type GateRequest } from '../../src/http/gate.ts'
import { routes } from '../../src/http/routes/table.ts'

const rules = {
  names: new Set(['mail.dev.example', 'tunnel.example:9000']),
  origins: new Set(['http://app.example:3000']),
  isDocument: (path: string) => path === '/',
}

type Fields = Record<string, string>

function asking(fields: Fields, more: Partial<GateRequest> = {}): GateRequest {
  const rawHeaders = Object.entries({ Host: 'localhost:8025', ...fields }).flat()
  return { method: 'GET', target: '/', upgrade: false, localPort: 8025, localAddress: '127.0.0.1', ...more, rawHeaders }
}

function statusOf(request: GateRequest): number {
  const decision = decide(request, rules)
  return decision.allowed ? 200 : decision.status
}

/** Every way in: the routes with their parameters filled, and what is not in the table. */
const ways = [
  ...routes.map(({ method, path }) => ({
    method,
    target: path.replace('{key}', '0123456789a').replace(/\{\w+\}/, '1'),
  })),
  { method: 'GET', target: '/' },
  { method: 'GET', target: '/frame/0123456789a' },
  { method: 'GET', target: '/socket.io/?EIO=4&transport=polling' },
  { method: 'POST', target: '/socket.io/?EIO=4&transport=polling&sid=x' },
  { method: 'GET', target: '/nothing' },
  { method: 'OPTIONS', target: '/api/messages' },
]

describe('WEB-1: the Host field', () => {
  const ours = [
    'localhost:8025',
    'LOCALHOST:8025',
    'app.localhost:8025',
    '127.0.0.1:8025',
    '127.1.2.3:8025',
    '[::1]:8025',
  ]
  const named = [
    '[0:0:0:0:0:0:0:1]:8025',
    'mail.dev.example',
    'mail.dev.example:8025',
    'mail.dev.example:8026',
    'tunnel.example:9000',
  ]
  const foreign = [
    ...['evil.example', 'evil.example:8025', '127.0.0.1.evil.example:8025', 'localhost.evil.example:8025'],
    ...['LOCALHOST.', 'localhost.:8025', '[::ffff:127.0.0.1]:8025', '[::ffff:7f00:1]:8025', '0.0.0.0:8025', '0:8025'],
    ...[
      '2130706433:8025',
      '0x7f.1:8025',
      '127.1:8025',
      '0177.0.0.1:8025',
      'localhost@evil:8025',
      'evil@localhost:8025',
      '',
    ],
    ...[
      'localhost',
      'localhost:80',
      'localhost:8026',
      'localhost:',
      'localhost:8025:8025',
      'localhost:8025/',
      ' localhost:8025',
    ],
    ...['tunnel.example', 'tunnel.example:8025', 'xlocalhost:8025', '-.localhost:8025', '[::2]:8025', '[::1:8025'],
    ...['192.168.1.5:8025', 'localhost,evil.example:8025', 'localhost:8025, localhost:8025', 'lоcalhost:8025'],
  ]
  for (const Host of [...ours, ...named]) {
    it(`takes ${Host}`, () => assert.equal(statusOf(asking({ Host })), 200))
  }
  for (const Host of foreign) {
    it(`refuses ${JSON.stringify(Host)} everywhere`, () => {
      for (const way of ways.filter(({ target }) => target !== '/healthz'))
        assert.equal(statusOf(asking({ Host, 'Content-Type': 'application/json' }, way)), 403, way.target)
      assert.equal(statusOf(asking({ Host }, { upgrade: true, target: '/socket.io/' })), 403)
    })
  }
  it('refuses none, and two', () => {
    const request = asking({})
    assert.equal(statusOf({ ...request, rawHeaders: [] }), 403)
    assert.equal(statusOf({ ...request, rawHeaders: ['Host', 'localhost:8025', 'host', 'localhost:8025'] }), 403)
    assert.equal(statusOf({ ...request, rawHeaders: ['Host', 'localhost:8025'] }), 200)
  })
  it('does not listen to what proxies say', () => {
    const fields = { 'X-Forwarded-Host': 'localhost:8025', Forwarded: 'host="localhost:8025"' }
    assert.equal(statusOf(asking({ Host: 'evil.example', ...fields })), 403)
    assert.equal(statusOf(asking({ ...fields, 'X-Forwarded-Host': 'evil.example' })), 200)
  })
  it('takes the literal of the address the connection came in on, and no other', () => {
    const local = { localAddress: '::ffff:192.168.1.5' }
    assert.equal(statusOf(asking({ Host: '192.168.1.5:8025' }, local)), 200)
    assert.equal(statusOf(asking({ Host: '192.168.1.6:8025' }, local)), 403)
    assert.equal(statusOf(asking({ Host: '[fd00:0::5]:8025' }, { localAddress: 'fd00::5' })), 200)
  })
  it('is not asked for where only our health is, and that by reading', () => {
    for (const Host of ['evil.example', '10.0.0.7:8025', 'mail']) {
      assert.equal(statusOf(asking({ Host }, { target: '/healthz' })), 200)
      assert.equal(statusOf(asking({ Host }, { target: '/healthz', method: 'HEAD' })), 200)
      assert.equal(statusOf(asking({ Host }, { target: '/healthz?' })), 403)
      assert.equal(statusOf(asking({ Host }, { target: '/healthz', method: 'DELETE' })), 403)
      assert.equal(statusOf(asking({ Host }, { target: '/healthz', upgrade: true })), 403)
      assert.equal(statusOf(asking({ Host, Origin: `http://${Host}` }, { target: '/healthz' })), 403)
      assert.equal(statusOf(asking({ Host, 'Sec-Fetch-Site': 'same-origin' }, { target: '/healthz' })), 403)
    }
    assert.equal(statusOf({ ...asking({}, { target: '/healthz' }), rawHeaders: [] }), 200)
  })
  it('in a container may have any port, and a name of its network', () => {
    const status = (Host: string): number => {
      const decision = decide(asking({ Host }, { target: '/api/state' }), { ...rules, container: true })
      return decision.allowed ? 200 : decision.status
    }
    for (const Host of ['localhost:9000', 'localhost', '127.0.0.1:80', 'mail:8025', 'mail', 'my_service:1', 'MAIL'])
      assert.equal(status(Host), 200, Host)
    for (const Host of ['evil.example', 'mail.', '2130706433', '0x7f000001', '0', '[::2]:8025', '192.168.1.5:8025', ''])
      assert.equal(status(Host), 403, Host)
  })
  it('says what to do', () => {
    const detail = (Host: string): string => {
      const decision = decide(asking({ Host }), rules)
      return decision.allowed ? '' : decision.detail
    }
    assert.match(detail('mail.test:8080'), /--allow-host mail\.test,/)
    assert.doesNotMatch(detail('<script>'), /script/)
  })
  it('without a port means port 80', () => {
    assert.equal(statusOf(asking({ Host: 'localhost' }, { localPort: 80 })), 200)
  })
})

describe('WEB-2, WEB-3, WEB-5: other pages', () => {
  const foreign: Fields[] = [
    ...['null', 'http://evil.example', 'http://localhost:3000', 'http://127.0.0.1:8025', 'https://localhost:8025'].map(
      (Origin) => ({ Origin }),
    ),
    ...['HTTP://LOCALHOST:8025', 'http://localhost:8025/', 'http://localhost:8025/x', 'http://localhost', ''].map(
      (Origin) => ({ Origin }),
    ),
    { Origin: 'http://localhost:8025 http://evil.example' },
    { Origin: 'http://localhost:8025.evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    { 'Sec-Fetch-Site': 'nonsense' },
    { Origin: 'http://localhost:8025', 'Sec-Fetch-Site': 'cross-site' },
  ]
  for (const fields of foreign) {
    it(`refuses ${JSON.stringify(fields)} everywhere`, () => {
      for (const way of ways) {
        const request = asking({ 'Content-Type': 'application/json', 'X-Stuntmail': '1', ...fields }, way)
        assert.equal(statusOf(request), 403, `${way.method} ${way.target}`)
      }
      assert.equal(statusOf(asking(fields, { upgrade: true, target: '/socket.io/' })), 403)
    })
  }
  const own: Fields[] = [
    {},
    { Origin: 'http://localhost:8025' },
    { 'Sec-Fetch-Site': 'none' },
    { Origin: 'http://localhost:8025', 'Sec-Fetch-Site': 'same-origin' },
    { Origin: 'http://app.example:3000', 'Sec-Fetch-Site': 'cross-site' },
  ]
  for (const fields of own) {
    it(`lets ${JSON.stringify(fields)} in everywhere`, () => {
      for (const way of ways) {
        assert.equal(statusOf(asking({ 'Content-Type': 'application/json', ...fields }, way)), 200, way.target)
      }
      assert.equal(statusOf(asking(fields, { upgrade: true, target: '/socket.io/' })), 200)
    })
  }
  it('lets a link on another page lead to the UI, and nowhere else', () => {
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    assert.equal(statusOf(asking(link)), 200)
    assert.equal(statusOf(asking(link, { target: '/?message=0123456789a' })), 200)
    assert.equal(statusOf(asking(link, { target: '/api/messages' })), 403)
    assert.equal(statusOf(asking(link, { method: 'POST' })), 403)
    assert.equal(statusOf(asking({ ...link, Origin: 'null' })), 403)
  })
  it('takes https as our own only under a configured name', () => {
    assert.equal(statusOf(asking({ Host: 'mail.dev.example', Origin: 'https://mail.dev.example' })), 200)
    assert.equal(statusOf(asking({ Host: 'localhost:8025', Origin: 'https://localhost:8025' })), 403)
  })
  it('lets what only shows be shown behind a proxy that passes on neither name nor port', () => {
    const status = (fields: Fields, more: Partial<GateRequest> = {}): number => {
      const shown = { ...rules, isShown: (path: string) => path === '/main.js' }
      const decision = decide(asking(fields, { target: '/main.js', ...more }), shown)
      return decision.allowed ? 200 : decision.status
    }
    const proxied = { Origin: 'https://mail.test' }
    assert.equal(status(proxied), 200)
    assert.equal(status({ ...proxied, 'Sec-Fetch-Site': 'same-origin' }), 200)
    assert.equal(status(proxied, { method: 'HEAD' }), 200)
    assert.equal(status({ ...proxied, 'Sec-Fetch-Site': 'cross-site' }), 403)
    assert.equal(status({ ...proxied, Host: 'evil.example' }), 403)
    assert.equal(status({ ...proxied, 'Content-Type': 'application/json' }, { method: 'POST' }), 403)
    assert.equal(status(proxied, { upgrade: true }), 403)
    for (const target of ['/api/messages', '/socket.io/', '/main.js/', '/frame/0123456789a', '/api/certificate.pem'])
      assert.equal(status(proxied, { target }), 403, target)
  })
  it('says what to do to somebody whose proxy it is', () => {
    const decision = decide(asking({ Origin: 'https://mail.test:8443' }, { target: '/api/state' }), rules)
    assert.ok(!decision.allowed)
    assert.match(decision.detail, /--allow-host mail\.test; or .* --allow-origin https:\/\/mail\.test:8443\./)
  })
  it('refuses a second Sec-Fetch-Site that talks over the first', () => {
    const request = asking({ 'Sec-Fetch-Site': 'cross-site' })
    assert.equal(statusOf({ ...request, rawHeaders: [...request.rawHeaders, 'sec-fetch-site', 'same-origin'] }), 403)
  })
  it('takes a POST only when a page would have had to ask', () => {
    const post = (fields: Fields): number => statusOf(asking(fields, { method: 'POST', target: '/api/messages' }))
    for (const type of [
      'text/plain',
      'TEXT/PLAIN;charset=utf-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      assert.equal(post({ 'Content-Type': type }), 403, type)
      assert.equal(post({ 'Content-Type': type, 'X-Stuntmail': '1' }), 200, type)
    }
    assert.equal(post({}), 403)
    for (const type of ['application/json', 'message/rfc822']) assert.equal(post({ 'Content-Type': type }), 200, type)
  })
})

describe('request targets and encodings', () => {
  const refused = [
    ['http://evil.example/', 403],
    ['http://localhost:8025/', 403],
    ['*', 403],
    ['localhost:8025', 403],
    ['', 403],
    ['/%73ocket.io/', 404],
    ['/x/../socket.io/', 404],
    ['/socket.io/./', 404],
    ['/..%2f..%2fetc/passwd', 404],
    ['/%2e%2e/', 404],
    ['/..%5c', 404],
    ['/\\evil', 404],
    ['/a%00', 404],
    ['/.', 404],
    ['/é', 404],
    ['/#/../..', 404],
    ['/?a#b', 404],
    ['/a|b', 404],
  ] as const
  for (const [target, status] of refused) {
    it(`${JSON.stringify(target)} is ${status}`, () => assert.equal(statusOf(asking({}, { target })), status))
  }
  it('keeps the path as it was sent', () => {
    for (const target of ['//socket.io/', '/a//b', '/x::$DATA', '/.EnV', '/?x=%2e%2e/&y=%00']) {
      const decision = decide(asking({}, { target }), rules)
      assert.equal(decision.allowed && decision.path, target.split('?')[0])
    }
  })
  it('WEB-9: refuses compressed bodies', () => {
    const send = (encoding: string): number =>
      statusOf(asking({ 'Content-Type': 'application/json', 'Content-Encoding': encoding }, { method: 'POST' }))
    for (const encoding of ['gzip', 'br', 'deflate', 'GZIP', 'identity, gzip', 'x']) assert.equal(send(encoding), 415)
    assert.equal(send('identity'), 200)
  })
})

describe('WEB-4: CORS', () => {
  it('answers a configured origin only', () => {
    const cors = (Origin: string): unknown => {
      const decision = decide(asking({ Origin }, { target: '/api/messages' }), rules)
      return decision.allowed ? decision.cors : 'refused'
    }
    assert.equal(cors('http://app.example:3000'), 'http://app.example:3000')
    assert.equal(cors('http://localhost:8025'), undefined)
    assert.equal(cors('http://evil.example'), 'refused')
    assert.equal(cors('null'), 'refused')
  })
})
