import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { messageSchema, pageSchema, problemSchema } from '../../src/http/schemas.ts'
import type { WireMessage, WirePage, WireProblem } from '../../src/http/wire-types.ts'
import { ask, message, serve } from './served.ts'

const json = { 'Content-Type': 'application/json' }
const welcome = (number: number): string =>
  message('From: Bob <bob@example.com>', 'To: alice@example.com', `Subject: Welcome ${number}`, '', 'Hello Alice')

const served = await serve()
const { port, store } = served

async function list(query = ''): Promise<WirePage> {
  const answer = await ask(port, `/api/messages${query}`)
  assert.equal(answer.status, 200, answer.text)
  return v.parse(pageSchema, JSON.parse(answer.text))
}

async function change(path: string, body: unknown): Promise<{ status: number; messages: number | undefined }> {
  const { status, text } = await ask(port, path, { method: 'PATCH', headers: json, body: JSON.stringify(body) })
  return { status, messages: (JSON.parse(text) as { messages?: number }).messages }
}

describe('GET /api/messages', () => {
  it('pages through all, newest first, each once', async () => {
    await store.deleteAll()
    const keys: string[] = []
    for (let i = 0; i < 7; i++) keys.push(await served.put(welcome(i), 'alice@example.com'))
    const seen: string[] = []
    let cursor: string | null = ''
    do {
      const page: WirePage = await list(`?limit=3&cursor=${cursor}`)
      assert.equal(page.total, 7)
      assert.equal(page.unread, 7)
      seen.push(...page.messages.map(({ key }) => key))
      cursor = page.next
    } while (cursor !== null)
    assert.deepEqual(seen, keys.reverse())
  })
  it('answers a query, and an account only its own', async () => {
    await store.deleteAll()
    const mine = await served.put(welcome(1), 'alice@example.com')
    await served.put(welcome(2), 'carol@example.com')
    await store.settled()
    assert.equal((await list('?query=rcpt:alice@example.com')).total, 1)
    assert.equal((await list('?query=rcpt:nobody@example.com')).total, 0)
    const own = await list('?account=Alice@Example.com')
    assert.deepEqual(
      own.messages.map(({ key }) => key),
      [mine],
    )
    assert.equal((await list('?account=whoever')).total, 2)
  })
  it('points at the place where a query goes wrong', async () => {
    const answer = await ask(port, `/api/messages?query=${encodeURIComponent('to:alice@example.com frm:bob')}`)
    const problem: WireProblem = v.parse(problemSchema, JSON.parse(answer.text))
    assert.equal(answer.status, 400)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(problem.position, 21)
    assert.ok((problem.length ?? 0) > 0)
  })
  for (const bad of [
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=-1',
    'limit=1&limit=2',
    'limt=5',
    'cursor=x',
    '__proto__=1',
    'query=a&query=b',
  ]) {
    it(`refuses ?${bad}`, async () => {
      const { status, text } = await ask(port, `/api/messages?${bad}`)
      assert.equal(status, 400)
      v.parse(problemSchema, JSON.parse(text))
    })
  }
})

describe('GET /api/messages/{key}', () => {
  it('says all that is known of a message', async () => {
    const key = await served.put(welcome(1), 'alice@example.com')
    const answer = await ask(port, `/api/messages/${key}`)
    const found: WireMessage = v.parse(messageSchema, JSON.parse(answer.text))
    assert.equal(found.subject, 'Welcome 1')
    assert.deepEqual(found.from, { name: 'Bob', address: 'bob@example.com' })
    assert.deepEqual(found.envelope.tls, { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' })
    assert.equal(found.envelope.connectedAt, '2023-11-14T22:13:20.000Z')
    assert.ok(found.entries.some(({ account }) => account === 'alice@example.com'))
    assert.equal(found.hasText, true)
    assert.equal(found.seen, false)
  })
  it('reading changes nothing', async () => {
    const key = await served.put(welcome(1), 'alice@example.com')
    const { change: before } = await store.state()
    for (const path of ['', '/raw', '/text', '/headers', '/transcript', '/parts/1']) {
      for (const method of ['GET', 'HEAD']) {
        assert.equal((await ask(port, `/api/messages/${key}${path}`, { method })).status, 200, path)
      }
    }
    assert.equal((await store.state()).change, before)
    assert.equal((await store.get('all', key))?.summary.seen, false)
  })
  for (const key of [
    '../../x',
    '%2e%2e',
    '__proto__',
    'constructor',
    '0123456789A',
    '0123456789ab',
    'x'.repeat(10_000),
    '0123456789l',
  ]) {
    it(`API-5: ${key.slice(0, 20)} is 404`, async () => {
      for (const method of ['GET', 'DELETE']) {
        assert.equal((await ask(port, `/api/messages/${key}`, { method })).status, 404)
      }
    })
  }
  it("API-5: another account's message answers as one that nobody has", async () => {
    const key = await served.put(welcome(1), 'alice@example.com')
    for (const path of ['', '/raw', '/text', '/headers', '/transcript', '/parts/1']) {
      const others = await ask(port, `/api/messages/${key}${path}?account=carol@example.com`)
      const nobodys = await ask(port, `/api/messages/00000000001${path}?account=carol@example.com`)
      assert.equal(others.status, 404)
      assert.equal(others.text, nobodys.text)
      assert.equal((await ask(port, `/api/messages/${key}${path}?account=alice@example.com`)).status, 200)
    }
  })
})

describe('PATCH', () => {
  it('sets and clears flags and tags of one', async () => {
    const key = await served.put(welcome(1), 'alice@example.com')
    const state = async (): Promise<unknown> => {
      const summary = (await store.get('all', key))?.summary
      return [summary?.seen, summary?.flagged, summary?.keywords]
    }
    assert.deepEqual(await change(`/api/messages/${key}`, { seen: true, tags: ['billing', 'urgent'] }), {
      status: 200,
      messages: 1,
    })
    assert.deepEqual(await state(), [true, false, ['billing', 'urgent']])
    await change(`/api/messages/${key}`, { seen: false, flagged: true, tags: ['urgent'] })
    assert.deepEqual(await state(), [false, true, ['urgent']])
    await change(`/api/messages/${key}`, { tags: ['größe', 'x'.repeat(64)] })
    assert.deepEqual(await state(), [false, true, ['größe', 'x'.repeat(64)]])
    await change(`/api/messages/${key}`, { tags: [] })
    assert.deepEqual(await state(), [false, true, []])
    assert.equal((await change('/api/messages/00000000001', { seen: true })).status, 404)
  })
  it('changes many, by query or by name', async () => {
    await store.deleteAll()
    const keys = [await served.put(welcome(1), 'a@example.com'), await served.put(welcome(2), 'b@example.com')]
    assert.deepEqual(await change('/api/messages?query=rcpt:a@example.com', { seen: true }), {
      status: 200,
      messages: 1,
    })
    assert.equal((await list()).unread, 1)
    assert.deepEqual(await change('/api/messages', { keys, seen: true, tags: ['x'] }), { status: 200, messages: 2 })
    assert.equal((await list()).unread, 0)
    await change('/api/messages?query=tag:x', { tags: ['y'] })
    assert.deepEqual(
      (await list()).messages.map(({ tags }) => tags),
      [['y'], ['y']],
    )
  })
  const refused: [string, unknown][] = [
    ['?query=', { seen: true }],
    ['', { seen: true }],
    ['', { keys: [], seen: true }],
    ['', { keys: null, seen: true }],
    ['', { keys: Array.from({ length: 1_001 }, () => '00000000001'), seen: true }],
    ['?query=is:unread', {}],
    ['?query=is:unread', { sen: true }],
    ['?query=is:unread', { seen: 'yes' }],
    ['?query=is:unread', { tags: ['a b'] }],
    ['?query=is:unread', { tags: ['a\u202eb'] }],
    ['?query=is:unread', { tags: ['x'.repeat(65)] }],
    ['?query=is:unread', { tags: ['\\Seen'] }],
    ['?query=is:unread', []],
    ['?query=is:unread', null],
  ]
  for (const [query, body] of refused) {
    it(`refuses ${query} ${JSON.stringify(body).slice(0, 60)}`, async () => {
      assert.equal((await change(`/api/messages${query}`, body)).status, 400)
    })
  }
})

describe('POST /api/messages/search', () => {
  it('answers what GET /api/messages does, to queries that no address holds', async () => {
    await store.deleteAll()
    for (const name of ['a', 'b', 'c']) await served.put(welcome(1), `${name}@example.com`)
    const search = async (body: unknown): Promise<[number, WirePage]> => {
      const answer = await ask(port, '/api/messages/search', {
        method: 'POST',
        headers: json,
        body: JSON.stringify(body),
      })
      return [answer.status, JSON.parse(answer.text) as WirePage]
    }
    assert.deepEqual(await search({}), [200, await list()])
    const [, first] = await search({ query: 'subject:Welcome', limit: 2 })
    const [, rest] = await search({ query: 'subject:Welcome', limit: 2, cursor: first.next })
    assert.deepEqual([first.messages.length, rest.messages.length, rest.next], [2, 1, null])
    const [status, long] = await search({ query: `rcpt:a@example.com -subject:"${'ä'.repeat(9_900)}"` })
    assert.deepEqual([status, long.messages.length], [200, 1])
    assert.equal((await search({ query: '('.repeat(3) }))[0], 400)
    assert.equal((await search({ querry: 'x' }))[0], 400)
    assert.equal((await search({ limit: 1_001 }))[0], 400)
    assert.equal((await ask(port, '/api/messages/search')).status, 405)
  })
})

describe('DELETE', () => {
  it('deletes one, those that match, and all', async () => {
    await store.deleteAll()
    const key = await served.put(welcome(1), 'a@example.com')
    await served.put(welcome(2), 'b@example.com')
    await served.put(welcome(3), 'c@example.com')
    const remove = async (path: string): Promise<unknown> => {
      const { status, text } = await ask(port, path, { method: 'DELETE' })
      return [status, (JSON.parse(text) as { messages?: number }).messages]
    }
    assert.deepEqual(await remove(`/api/messages/${key}`), [200, 1])
    assert.deepEqual(await remove(`/api/messages/${key}`), [404, undefined])
    assert.deepEqual(await remove('/api/messages?query=rcpt:b@example.com'), [200, 1])
    assert.equal((await list()).total, 1)
    assert.deepEqual(await remove('/api/messages?all=true'), [200, 1])
    assert.equal((await list()).total, 0)
  })
  it('deletes those that are named, of which some may be gone', async () => {
    await store.deleteAll()
    const keys = [await served.put(welcome(1), 'a@example.com'), await served.put(welcome(2), 'b@example.com')]
    await served.put(welcome(3), 'c@example.com')
    const remove = async (path: string): Promise<unknown> =>
      JSON.parse((await ask(port, path, { method: 'DELETE', headers: json, body: JSON.stringify({ keys }) })).text)
    assert.deepEqual(await remove('/api/messages?query=rcpt:b@example.com'), { messages: 1 })
    assert.deepEqual(await remove('/api/messages'), { messages: 1 })
    assert.deepEqual(await remove('/api/messages'), { messages: 0 })
    assert.equal((await list()).total, 1)
  })
  for (const query of [
    '',
    '?query=',
    '?query=%20',
    '?all=',
    '?all=1',
    '?all=false',
    '?all=true&query=is:unread',
    '?quer=x',
    '?all=true&account=a@b.c',
  ]) {
    it(`API-4: never by leaving out: ${query}`, async () => {
      await store.deleteAll()
      await served.put(welcome(1), 'a@example.com')
      for (const body of ['', '{}', '{"ids":null}', '{"keys":[]}']) {
        const answer = await ask(port, `/api/messages${query}`, { method: 'DELETE', headers: json, body })
        assert.equal(answer.status, 400)
      }
      assert.equal((await store.state()).messages, 1)
    })
  }
})

describe('methods and paths', () => {
  it('says 405 with what is allowed, and 404', async () => {
    const answer = await ask(port, '/api/messages', { method: 'PUT', headers: json })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'GET, HEAD, POST, PATCH, DELETE')
    for (const path of [
      '/api',
      '/api/',
      '/api/message',
      '/API/messages',
      '/api/messages/',
      '//api/messages',
      '/frame/x',
      '/index.html',
    ]) {
      assert.equal((await ask(port, path)).status, 404, path)
    }
  })
  it('has no defects', () => assert.deepEqual(served.errors, []))
})
