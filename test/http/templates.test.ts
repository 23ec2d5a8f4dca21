import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { catalogueSchema, fixtureSchema, renderingSchema } from '../../src/http/template-schemas.ts'
import type { WireCatalogue, WireFixture, WireProblem, WireRendering } from '../../src/http/wire-types.ts'
import { templatesInMemory } from '../support/templates-in-memory.ts'
import { ask, serve, type Answer } from './served.ts'

const templates = templatesInMemory({ welcome: '<h1>Hello {{name}}</h1>', 'users/bye': '<p>Bye</p>' })
const served = await serve({ services: { templates } })
const { port } = served

interface Answered<T> {
  readonly answer: Answer
  readonly body: T
}

async function get<T>(path: string): Promise<Answered<T>> {
  const answer = await ask(port, path)
  return { answer, body: JSON.parse(answer.text) as T }
}

async function send<T>(method: string, path: string, body: unknown): Promise<Answered<T>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await ask(port, path, { method, headers: { 'Content-Type': 'application/json' }, body: text })
  return { answer, body: JSON.parse(answer.text) as T }
}

describe('templates over HTTP', () => {
  it('lists the catalogue', async () => {
    const { answer, body } = await get<WireCatalogue>('/api/templates')
    assert.equal(answer.status, 200)
    assert.ok(v.is(catalogueSchema, body))
    assert.deepEqual(
      body.templates.map(({ name }) => name),
      ['users/bye', 'welcome'],
    )
    assert.equal(body.root, templates.root)
  })
  it('renders a fixture; default and no language unless asked', async () => {
    const { body } = await get<WireRendering>('/api/rendering?template=users/bye')
    assert.ok(v.is(renderingSchema, body))
    assert.deepEqual(
      [body.template, body.fixture, body.locale, body.html, body.htmlOctets],
      ['users/bye', 'default', '', '<p>Bye</p>', 10],
    )
    const encoded = await get<WireRendering>('/api/rendering?template=users%2Fbye&fixture=settings&locale=')
    assert.equal(encoded.body.fixture, 'settings')
  })
  it('says what is wrong as data, over the last good rendering', async () => {
    templates.broken.add('welcome')
    const { answer, body } = await get<WireRendering>('/api/rendering?template=welcome')
    templates.broken.clear()
    assert.equal(answer.status, 200)
    assert.equal(body.stale, true)
    assert.deepEqual(body.diagnostics, [
      {
        ...{ severity: 'error', message: 'unexpected }', file: 'welcome.txt' },
        ...{ line: 3, column: null, excerpt: [], through: [] },
      },
    ])
  })
  it('gives the HTML alone, fit for no script, and never what is not current', async () => {
    const answer = await ask(port, '/api/rendering/html?template=users/bye&fixture=settings')
    assert.deepEqual([answer.status, answer.text], [200, '<p>Bye</p>'])
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(answer.headers['content-security-policy']), /^sandbox; default-src 'none'/)
    templates.broken.add('welcome')
    const broken = await get<WireProblem>('/api/rendering/html?template=welcome')
    templates.broken.clear()
    assert.equal(broken.answer.status, 422)
    assert.equal(broken.body.detail, 'The template fails: unexpected } (welcome.txt:3)')
  })
  it('renders other data and keeps nothing', async () => {
    const path = '/api/rendering?template=welcome'
    const { answer, body } = await send<WireRendering>('POST', path, { data: { name: 'Ann' } })
    assert.equal(answer.status, 200)
    assert.match(body.html, /^<h1>Hello Ann<\/h1>/)
    assert.equal((await get<WireRendering>(path)).body.html, '<h1>Hello </h1>')
  })
  it('hands over data as it is, without its prototypes (TPL-1)', async () => {
    const data =
      '{"name":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"list":[{"__proto__":[]}]}'
    const { body } = await send<WireRendering>('POST', '/api/rendering?template=welcome', `{"data":${data}}`)
    assert.ok(body.html.endsWith(`<!-- ${data} -->`), body.html)
    assert.equal('polluted' in {}, false)
  })
  it('cuts what a template says in a loop', async () => {
    const diagnostics = Array.from({ length: 500 }, () => ({ severity: 'warning' as const, message: 'again' }))
    templates.shape = { diagnostics }
    const { body } = await get<WireRendering>('/api/rendering?template=welcome')
    templates.shape = {}
    assert.equal(body.diagnostics.length, 100)
  })
})

describe('fixtures over HTTP', () => {
  it('are written, read, and new ones made', async () => {
    const path = '/api/fixture?template=welcome&fixture=ann'
    assert.equal((await get(path)).answer.status, 404)
    const { answer, body } = await send<WireFixture>('PUT', path, { data: { name: 'Ann' } })
    assert.equal(answer.status, 200)
    assert.ok(v.is(fixtureSchema, body))
    assert.deepEqual([body.file, body.data], ['welcome.ann.json', { name: 'Ann' }])
    assert.deepEqual((await get<WireFixture>(path)).body, body)
    const { body: rendering } = await get<WireRendering>('/api/rendering?template=welcome&fixture=ann')
    assert.equal(rendering.html, '<h1>Hello Ann</h1>')
  })
  it('are not written over what changed since they were read', async () => {
    const path = '/api/fixture?template=welcome&fixture=edited'
    await send('PUT', path, { data: { name: 'One', list: [1, { a: null }] } })
    const stale = await send<WireProblem>('PUT', path, { data: { name: 'Two' }, was: { name: 'Zero' } })
    assert.deepEqual([stale.answer.status, stale.body.title], [409, 'Conflict'])
    const was = { list: [1, { a: null }], name: 'One' }
    assert.equal((await send('PUT', path, { data: { name: 'Two' }, was })).answer.status, 200)
  })
  it('of another kind than JSON are a conflict, and bad names are refused', async () => {
    const yaml = await send<WireProblem>('PUT', '/api/fixture?template=welcome&fixture=settings', { data: {} })
    assert.equal(yaml.answer.status, 409)
    assert.match(yaml.body.detail, /settings\.yaml/)
    for (const name of ['..%2F..%2Fetc', 'a.b/c', '']) {
      const { answer } = await send('PUT', `/api/fixture?template=welcome&fixture=${name}`, { data: {} })
      assert.equal(answer.status, 422, name)
    }
  })
})

describe('what is not there', () => {
  const unknown = [
    'nothing',
    '../../etc/passwd',
    '/etc/passwd',
    '..%2F..%2Fetc%2Fpasswd',
    'welcome.txt',
    '__proto__',
    '',
  ]
  for (const name of unknown) {
    it(`no template is called “${name}”`, async () => {
      for (const path of ['/api/rendering', '/api/rendering/html', '/api/rendering/message', '/api/fixture']) {
        assert.equal((await ask(port, `${path}?template=${name}`)).status, 404, path)
      }
      for (const [method, path] of [
        ['POST', '/api/rendering'],
        ['PUT', '/api/fixture'],
      ] as const) {
        assert.equal((await send(method, `${path}?template=${name}`, { data: {} })).answer.status, 404, path)
      }
    })
  }
  it('no fixture and no language either', async () => {
    assert.equal((await ask(port, '/api/rendering?template=welcome&fixture=toString')).status, 404)
  })
  const malformed = [
    '/api/rendering',
    '/api/rendering?template=a%00b',
    '/api/rendering?template=a%0D%0AX:1',
    '/api/rendering?template=welcome&template=users/bye',
    '/api/rendering?template=welcome&engine=ejs',
    '/api/rendering?template[a]=welcome',
    `/api/rendering?template=${'x'.repeat(1_001)}`,
    `/api/rendering?template=welcome&fixture=${'x'.repeat(201)}`,
  ]
  for (const path of malformed) {
    it(`${path.slice(0, 60)} is not understood`, async () => {
      assert.equal((await ask(port, path)).status, 400)
    })
  }
  it('without templates, says how to have some', async () => {
    const { port: bare } = await serve()
    for (const path of ['/api/templates', '/api/rendering?template=welcome', '/api/fixture?template=welcome']) {
      const answer = await ask(bare, path)
      assert.equal(answer.status, 404)
      assert.match((JSON.parse(answer.text) as WireProblem).detail, /--templates DIR/)
    }
    assert.equal((await ask(bare, '/template-files/logo.png')).status, 404)
  })
})

describe('bodies that are not as they should be', () => {
  const bodies: [string, string, number][] = [
    ['no JSON', '{', 400],
    ['no data', '{}', 400],
    ['an array', '{"data":[]}', 400],
    ['a text', '{"data":"x"}', 400],
    ['null', '{"data":null}', 400],
    ['engine options beside', '{"data":{},"settings":{"view options":{"client":true}}}', 400],
    ['template source beside', '{"data":{},"source":"<%= 1 %>"}', 400],
    ['deep', `{"data":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`, 400],
    ['2 MiB', JSON.stringify({ data: { a: 'x'.repeat(2 * 1_048_576) } }), 413],
    ['good', '{"data":{}}', 200],
  ]
  for (const [name, body, status] of bodies) {
    it(`${name}: ${status}`, async () => {
      assert.equal((await send('POST', '/api/rendering?template=welcome', body)).answer.status, status)
      assert.equal((await send('PUT', '/api/fixture?template=welcome&fixture=body', body)).answer.status, status)
    })
  }
  it('say which name is missing, and which is not known', async () => {
    const asked = '/api/rendering?template=welcome'
    const missing = await send<WireProblem>('POST', asked, {})
    assert.equal(missing.body.detail, 'body.data: is missing')
    const unknown = await send<WireProblem>('POST', asked, { data: {}, engine: 'ejs' })
    assert.equal(unknown.body.detail, 'body.engine: is not known here')
    assert.equal((await get<WireProblem>('/api/rendering')).body.detail, 'query.template: is missing')
  })
  it('nobody else may ask (TPL-2)', async () => {
    const json = { 'Content-Type': 'application/json' }
    const foreign: [string, Record<string, string>][] = [
      ['another origin', { ...json, Origin: 'http://evil.example' }],
      ['a sandboxed page', { ...json, Origin: 'null' }],
      ['another name', { ...json, Host: 'evil.example' }],
      ['another site', { ...json, 'Sec-Fetch-Site': 'cross-site' }],
      ['a form', { 'Content-Type': 'text/plain' }],
    ]
    for (const [name, headers] of foreign) {
      for (const path of ['rendering', 'rendering/deliver', 'rendering/send']) {
        const asking = { method: 'POST', headers, body: '{"data":{}}' }
        assert.equal((await ask(port, `/api/${path}?template=welcome`, asking)).status, 403, `${name}: ${path}`)
      }
    }
    for (const [name, headers] of foreign.slice(0, 4)) {
      assert.equal((await ask(port, '/api/rendering?template=welcome', { headers })).status, 403, name)
      const asking = { method: 'PUT', headers, body: '{"data":{}}' }
      assert.equal((await ask(port, '/api/fixture?template=welcome', asking)).status, 403, name)
    }
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
