/** Captured messages that follow a template because somebody, or the configuration, says so. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireMessage, WireRendering, WireTemplatesEvent, WireTie } from '../../src/http/wire-types.ts'
import { ConfigError, startStuntmail } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'

const folder = temporaryFolder()
const root = join(folder, 'emails')
const data = join(folder, 'data')
mkdirSync(root)
const put = (path: string, text: string): void => writeFileSync(join(root, path), text)
put('welcome.hbs', 'Hello {{user.name}} of {{user.team}}, {{code}}')
put('welcome.data.json', '{ "user": { "name": "Ann", "team": "Blue" }, "code": "none" }')
put('welcome.vip.json', '{ "user": { "name": "Vip" } }')
put('reset.hbs', 'Reset {{code}} for {{to}}')

const rules = [
  {
    query: 'subject:"your code"',
    template: 'reset',
    data: {
      code: { from: 'text', after: 'Your code is ', before: '.' },
      to: 'rcpt',
      'user.constructor.name': 'from-name',
      none: 'header:X-None',
    },
  },
  { query: 'subject:special', template: 'welcome', fixture: 'vip' },
  {
    query: 'subject:parted',
    template: 'reset',
    data: { code: { from: 'html', after: 'href="?', before: '"' }, to: { from: 'text', after: 'Yours, ' } },
  },
] as const
const options = { data, templates: { directory: root, rules } }
let server = await startStuntmail(options)
after(() => server.stop())

interface Answer<T> {
  readonly status: number
  readonly body: T
}

async function ask<T>(path: string, method = 'GET', body?: object): Promise<Answer<T>> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}${path}`, { method, headers, ...init })
  return { status: answer.status, body: (await answer.json()) as T }
}

async function send(subject: string, text = 'Hello', headers: { name: string; value: string }[] = []): Promise<string> {
  const message = { from: 'Bob <bob@example.com>', to: ['carol@example.com'], subject, text, headers }
  return (await ask<{ key: string }>('/api/messages', 'POST', message)).body.key
}

const tieOf = (key: string) => ask<WireTie>(`/api/messages/${key}/template`)
const tie = (key: string, said: object) => ask<WireTie>(`/api/messages/${key}/template`, 'POST', said)

async function sendRaw(...lines: readonly string[]): Promise<string> {
  const init = { method: 'POST', headers: { 'Content-Type': 'message/rfc822' }, body: lines.join('\r\n') }
  return ((await (await fetch(`${server.url}/api/messages?to=carol@example.com`, init)).json()) as { key: string }).key
}

async function rendered(key: string): Promise<string> {
  const { template, fixture, locale } = (await tieOf(key)).body
  const query = new URLSearchParams({ template, fixture, locale })
  return (await ask<WireRendering>(`/api/rendering?${query.toString()}`)).body.html
}

describe('a message that is tied by hand', () => {
  it('follows the template with data of its own', async () => {
    const key = await send('by hand')
    assert.equal((await tieOf(key)).status, 404)
    const said = await tie(key, { template: 'welcome', data: { user: { name: 'Dora' }, code: 'none' } })
    assert.deepEqual([said.status, said.body.by, said.body.fixture], [200, 'hand', `@${key}`])
    assert.equal(await rendered(key), 'Hello Dora of , none')
    const { body } = await ask<WireMessage>(`/api/messages/${key}`)
    assert.deepEqual(body.template, { template: 'welcome', fixture: `@${key}`, locale: '' })
  })

  it('is rendered again when its data is another, and told to every page', async () => {
    const key = await send('told')
    await tie(key, { template: 'welcome', data: { code: 'one' } })
    assert.match(await rendered(key), /one/)
    const socket = io(server.url ?? '', { transports: ['websocket'], reconnection: false, forceNew: true })
    const hints: WireTemplatesEvent[] = []
    const told = new Promise<void>((resolve) => {
      socket.on('templates', (hint: WireTemplatesEvent) => {
        hints.push(hint)
        if (hint.kind === 'tied' && hint.key === key) resolve()
      })
    })
    await once(socket as never, 'connect')
    socket.emit('look', { renderings: [] })
    await once(socket as never, 'templates')
    await tie(key, { template: 'welcome', data: { code: 'two' } })
    await told
    socket.disconnect()
    assert.match(await rendered(key), /two/)
  })

  it('goes before header fields and rules, until that is taken back', async () => {
    const key = await send('your code', 'Your code is 7.', [{ name: 'X-Stuntmail-Template', value: 'welcome' }])
    assert.equal((await tieOf(key)).body.by, 'header')
    await tie(key, { template: 'welcome', fixture: 'vip' })
    assert.deepEqual((await tieOf(key)).body, {
      ...{ template: 'welcome', fixture: 'vip', locale: '', by: 'hand', data: null, problem: null },
    })
    const taken = await ask<WireTie>(`/api/messages/${key}/template`, 'DELETE')
    assert.equal(taken.body.by, 'header')
    const untied = await ask<WireTie | null>(`/api/messages/${await send('plain')}/template`, 'DELETE')
    assert.deepEqual([untied.status, untied.body], [200, null])
  })

  it('stays so over a restart', async () => {
    const key = await send('kept')
    await tie(key, { template: 'welcome', data: { code: 'kept' } })
    await server.stop()
    server = await startStuntmail(options)
    assert.match(await rendered(key), /kept/)
  })

  it('is refused for what is not there', async () => {
    const key = await send('refused')
    assert.equal((await tie('00000000000', { template: 'welcome' })).status, 404)
    assert.equal((await tie(key, { template: 'nothing' })).status, 422)
    assert.equal((await tie(key, { template: 'welcome', data: [1] })).status, 400)
    assert.equal((await tieOf(key)).status, 404)
  })

  it('has data of any name, and no prototype of it (TPL-1)', async () => {
    const key = await send('prototype')
    const body = '{"template":"welcome","data":{"__proto__":{"code":"inherited"},"user":{"name":"Eve"}}}'
    await fetch(`${server.url}/api/messages/${key}/template`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body },
    })
    assert.equal(await rendered(key), 'Hello Eve of , ')
  })
})

describe('a rule of the configuration', () => {
  it('picks data from the message', async () => {
    const key = await send('Your code', 'Dear Carol,\nYour code is 4711. Do not tell.')
    const { body } = await tieOf(key)
    assert.deepEqual([body.by, body.template], ['rule', 'reset'])
    assert.deepEqual(body.data, { code: '4711', to: 'carol@example.com', user: { constructor: { name: 'Bob' } } })
    assert.equal(await rendered(key), 'Reset 4711 for carol@example.com')
  })

  it('picks from every text of the message', async () => {
    const part = (kind: string, text: string) => ['--b', `Content-Type: ${kind}`, '', text]
    const key = await sendRaw(
      ...['Subject: parted', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', ''],
      ...part('text/html', '<p>Hello</p>'),
      ...part('image/png', 'x'),
      ...[...part('text/html', '<a href="?4711">go</a><p>Yours, Bob</p>'), '--b--', ''],
    )
    assert.deepEqual((await tieOf(key)).body.data, { code: '4711', to: 'Bob' })
  })

  it('names a fixture, and leaves others alone', async () => {
    assert.equal((await tieOf(await send('something special'))).body.fixture, 'vip')
    assert.equal((await tieOf(await send('nothing'))).status, 404)
  })

  it('that cannot be understood is refused at the start, with its place', async () => {
    const starting = (rule: object) => startStuntmail({ templates: { directory: root, rules: [rule as never] } })
    const refused = (pattern: RegExp) => (error: unknown) => error instanceof ConfigError && pattern.test(error.message)
    await assert.rejects(starting({ query: 'is:read size:3', template: 'x' }), refused(/rules\.0\.query .*character 9/))
    await assert.rejects(starting({ query: 'a', template: 'x', data: { a: 'nowhere' } }), refused(/rules\.0\.data/))
    await assert.rejects(starting({ template: 'x' }), refused(/rules\.0\.query/))
  })
})
