import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { sessionSchema, sessionsSchema } from '../../src/http/schemas.ts'
import { ask, message, serve } from './served.ts'

const welcome = message('From: Bob <bob@example.com>', 'To: alice@example.com', 'Subject: Welcome', '', 'Hello Alice')
const served = await serve()
const { port } = served

describe('GET /api/sessions', () => {
  it('shows a session that is not over as open', async () => {
    await served.put(welcome, 'alice@example.com')
    const one = v.parse(sessionSchema, JSON.parse((await ask(port, '/api/sessions/test')).text))
    assert.deepEqual([one.outcome, one.endedAt], ['open', null])
    const { sessions } = JSON.parse((await ask(port, '/api/sessions')).text) as { sessions: unknown[] }
    const { transcript, ...summary } = one
    assert.deepEqual(sessions[0], summary)
    assert.match(transcript, /C: EHLO/)
  })

  it('is asked a page at a time, and refuses what it does not know', async () => {
    await served.put(welcome, 'alice@example.com')
    const page = async (query: string) =>
      v.parse(sessionsSchema, JSON.parse((await ask(port, `/api/sessions?${query}`)).text))
    assert.deepEqual(await page('protocol=pop3'), { sessions: [], next: null })
    assert.equal((await page('protocol=smtp&since=2020-01-01')).sessions.length, 1)
    assert.equal((await page('until=2020-01-01T00:00:00Z')).sessions.length, 0)
    for (const query of ['protocol=x', 'outcome=x', 'since=x', 'since=2020-99-99', 'before=%00', 'limit=501']) {
      assert.equal((await ask(port, `/api/sessions?${query}`)).status, 400, query)
    }
  })
})
