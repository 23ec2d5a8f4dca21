import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import bcrypt from 'bcryptjs'
import { systemClock, type Clock } from '../../src/clock.ts'
import { parseHtpasswd, parseUser } from '../../src/http/passwords.ts'
import { routes } from '../../src/http/routes/table.ts'
import { ask, raw, serve, type Answer } from './served.ts'

let elapsedMs = 0
const clock: Clock = { now: systemClock.now, monotonic: () => elapsedMs }
const users = [
  parseUser('ann:correct:horse'),
  ...parseHtpasswd(`# people\nbob:${await bcrypt.hash('secret', 4)}\r\n\ncarol:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n`),
]
const served = await serve({ users, services: { clock } })
const { port } = served

const login = (user: string, password: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const state = (headers: Record<string, string>): Promise<Answer> => ask(port, '/api/state', { headers })
/** Lets the failures of the test before be forgotten. */
const later = (): void => void (elapsedMs += 3_600_000)

describe('WEB-13: the login', () => {
  for (const [user, password] of [
    ['ann', 'correct:horse'],
    ['bob', 'secret'],
    ['carol', 'password'],
  ] as const) {
    it(`${user} comes in, with the right password only`, async () => {
      later()
      assert.equal((await state(login(user, password))).status, 200)
      assert.equal((await state(login(user, password))).status, 200)
      for (const wrong of ['', 'x', `${password}x`, password.slice(1), password.toUpperCase()]) {
        assert.equal((await state(login(user, wrong))).status, 401, wrong)
      }
    })
  }
  it('asks for it on every route but health, and for the live channel', async () => {
    for (const { method, path } of routes) {
      const answer = await ask(port, path.replace(/\{\w+\}/g, '0123456789a'), {
        method,
        headers: { 'Content-Type': 'application/json' },
      })
      assert.equal(answer.status, path === '/healthz' ? 200 : 401, path)
      if (path !== '/healthz') assert.match(String(answer.headers['www-authenticate']), /^Basic realm=/)
    }
    for (const path of ['/', '/nothing', '/frame/0123456789a', '/socket.io/?EIO=4&transport=polling']) {
      assert.equal((await ask(port, path)).status, 401)
    }
    const upgrade = `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    assert.match(await raw(port, upgrade), /^HTTP\/1\.1 401 /)
  })
  it('takes nothing but Basic with a colon in it', async () => {
    later()
    for (const Authorization of [
      'Basic',
      'Basic !',
      'Bearer x',
      'Basic YW5u',
      `Basic  ${Buffer.from('ann').toString('base64')}`,
    ]) {
      assert.equal((await state({ Authorization })).status, 401)
    }
  })
  it('after 10 failures in a minute it is 429, for longer each time, and then again open', async () => {
    later()
    for (let i = 0; i < 10; i++) assert.equal((await state(login('ann', `wrong ${i}`))).status, 401)
    const refused = await state(login('ann', 'wrong'))
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['retry-after'], '60')
    assert.equal((await state(login('bob', 'secret'))).status, 200, 'who was right before stays in')
    elapsedMs += 60_000
    for (let i = 0; i < 10; i++) assert.equal((await state(login('ann', `wrong ${i}`))).status, 401)
    assert.equal((await state(login('ann', 'wrong'))).headers['retry-after'], '120')
    elapsedMs += 120_000
    assert.equal((await state(login('ann', 'correct:horse'))).status, 200)
  })
  it('does not let many at once slip through', async () => {
    later()
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => state(login('bob', `wrong ${i}`))))
    assert.equal(answers.filter(({ status }) => status === 401).length, 10)
    assert.equal(answers.filter(({ status }) => status === 429).length, 20)
  })
  it('keeps who sends as the user of a message', async () => {
    later()
    const headers = { ...login('ann', 'correct:horse'), 'Content-Type': 'message/rfc822' }
    const sent = await ask(port, '/api/messages?to=a@example.com', {
      method: 'POST',
      headers,
      body: 'Subject: x\r\n\r\n',
    })
    const { key } = JSON.parse(sent.text) as { key: string }
    assert.equal((await served.store.get('all', key))?.envelope.authUser, 'ann')
  })
})

describe('htpasswd', () => {
  for (const line of ['ann', ':x', 'ann:plain', 'ann:$apr1$x$y', 'ann:{SHA}x', 'ann:$2y$10$short']) {
    it(`refuses ${line}, and says where`, () => assert.throws(() => parseHtpasswd(`\n${line}`), /line 2/))
  }
  it('a user needs a name and a password', () => {
    for (const text of ['', 'ann', 'ann:', ':x']) assert.throws(() => parseUser(text), TypeError)
  })
})
