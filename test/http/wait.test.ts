import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import type { WireFound, WireProblem } from '../../src/http/wire-types.ts'
import { plainMessage } from '../support/messages.ts'
import { serve } from './served.ts'

const server = await serve({ maxWaits: 20 })

describe('POST /api/wait', () => {
  interface Answer<Body> {
    readonly status: number
    readonly body: Body
  }

  async function ask<Body>(body: unknown, init: RequestInit = {}): Promise<Answer<Body>> {
    const answer = await fetch(`${server.origin}/api/wait`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) },
      ...init,
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const wait = (body: object) => ask<WireFound>(body)
  const subjects = ({ body }: Answer<WireFound>): string[] => body.messages.map(({ subject }) => subject)
  const put = (subject: string, to = 'ann@example.com', body = 'Hello') => server.put(plainMessage(subject, body), to)
  /** A limit that no test comes near. */
  const timeoutMs = 120_000

  it('answers at once where the messages are there, oldest first', async () => {
    await put('there one')
    await put('there two')
    const found = await wait({ query: 'subject:there', count: 2 })
    assert.deepEqual([found.status, subjects(found)], [200, ['there one', 'there two']])
  })

  const terms: readonly (readonly [query: string, subject: string, body?: string])[] = [
    ['rcpt:ann@example.com subject:address', 'address'],
    ['subject:"in the subject"', 'in the subject'],
    ['body:canary', 'body', 'a canary sings'],
    ['header:x-none OR subject:either', 'either'],
    ['subject:neither -subject:both', 'neither'],
    ['from:ann@example.com subject:from is:unread', 'from'],
  ]
  for (const [query, subject, body] of terms) {
    it(`answers when one arrives: ${query}`, async () => {
      const { change } = (await wait({ count: 1, timeoutMs: 0, query: 'subject:there' })).body
      const waiting = wait({ query, since: change, timeoutMs })
      await put('another')
      await put(subject, 'ann@example.com', body)
      assert.deepEqual(subjects(await waiting), [subject])
    })
  }

  it('lets nothing fall between two waits, and counts nothing twice', async () => {
    let { change } = (await wait({ timeoutMs: 0, query: 'subject:there' })).body
    const seen: string[] = []
    const sent = Array.from({ length: 60 }, (_, i) => `stream ${i}`)
    const sending = Promise.all(sent.map((subject) => put(subject)))
    while (seen.length < sent.length) {
      const found = await wait({ query: 'subject:stream', since: change, timeoutMs })
      seen.push(...subjects(found))
      ;({ change } = found.body)
    }
    await sending
    assert.deepEqual(seen.toSorted(), sent.toSorted())
  })

  it('says in time what came close, what was refused, and whether anything connected', async () => {
    await put('Welcome aboard', 'bob@example.com')
    const query = 'rcpt:bob@example.com subject:Invoice'
    const { status, body } = await ask<WireProblem>({ query, timeoutMs: 1, count: 2 })
    assert.equal(status, 408)
    assert.deepEqual([body.unmet?.wanted, body.unmet?.matched, body.unmet?.query], [2, 0, query])
    const [near] = body.unmet?.nearest ?? []
    assert.equal(near?.subject, 'Welcome aboard')
    assert.deepEqual(near.terms, [
      { term: 'rcpt:bob@example.com', holds: true, found: null },
      { term: 'subject:invoice', holds: false, found: 'Welcome aboard' },
    ])
    assert.match(body.detail, /^Waited 0\.001 s for 2 × rcpt:bob@example\.com subject:Invoice: 0 of 2 came\.\n/)
    assert.match(body.detail, /Near: “Welcome aboard” to bob@example\.com: not subject:invoice, but Welcome aboard/)
  })

  it('forgets what is deleted while it waits', async () => {
    const waiting = ask<WireProblem>({ query: 'subject:twice', count: 2, timeoutMs: 500 })
    const key = await put('twice')
    await server.store.delete({ account: 'all', keys: [key] })
    await put('twice')
    assert.equal((await waiting).body.unmet?.matched, 1)
  })

  it('is confined to an account', async () => {
    const waiting = wait({ query: 'subject:mine', account: 'carol@example.com', timeoutMs })
    await put('mine', 'dave@example.com')
    const key = await put('mine', 'carol@example.com')
    assert.deepEqual(
      (await waiting).body.messages.map((message) => message.key),
      [key],
    )
  })

  it('refuses what cannot be, with its place', async () => {
    const bad: readonly (readonly [body: unknown, path: RegExp])[] = [
      [{ query: 'subject:' }, /query|subject/i],
      [{ unknown: 1 }, /unknown/],
      [{ count: 0 }, /count/],
      [{ count: 1_000_000 }, /count/],
      [{ timeoutMs: -1 }, /timeoutMs/],
      [{ timeoutMs: 600_001 }, /timeoutMs/],
      [{ since: -1 }, /since/],
      [{ since: 1e15 }, /since: the newest change is \d+/],
      [[], /not a JSON object/],
    ]
    for (const [body, path] of bad) {
      const { status, body: problem } = await ask<WireProblem>(body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.match(JSON.stringify(problem), path)
    }
    const large = await ask<WireProblem>({ query: 'x'.repeat(10_000_000) })
    assert.equal(large.status, 413)
  })

  it('has a limit, and ends when its client goes', async () => {
    const body = JSON.stringify({ query: 'subject:never', timeoutMs })
    const request = `POST /api/wait HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const clients = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = connect(server.port, '127.0.0.1')
        await once(client, 'connect')
        client.write(request)
        return client
      }),
    )
    const refused = () => ask<WireProblem>({ query: 'subject:never', timeoutMs: 0 })
    while ((await refused()).status !== 429);
    for (const client of clients) client.destroy()
    while ((await refused()).status !== 408);
  })

  it('answers everyone when the server stops', async () => {
    const own = await serve()
    const waiting = fetch(`${own.origin}/api/wait`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ query: 'subject:never', timeoutMs }),
    })
    // It is open once another, asked later, was answered.
    await fetch(`${own.origin}/api/wait`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"timeoutMs":0}' },
    })
    await own.close()
    assert.equal((await waiting).status, 503)
  })
})
