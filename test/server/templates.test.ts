/** Templates of a whole server: from a save to whoever looks, and from a rendering to the inbox. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type {
  WireCatalogue,
  WireLook,
  WireMessage,
  WirePage,
  WireRendering,
  WireTie,
} from '../../src/http/wire-types.ts'
import { StartError, startStuntmail } from '../../src/index.ts'
import { runCommand, freePorts, temporaryFolder } from '../support/command.ts'

const root = join(temporaryFolder(), 'emails')
mkdirSync(join(root, 'images'), { recursive: true })
const put = (path: string, text: string): void => writeFileSync(join(root, path), text)
put('welcome.hbs', '---\nsubject: Hello {{name}}\n---\n<h1>Hello {{name}}</h1>')
put('welcome.data.json', '{ "name": "Ann" }')
put('images/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')

const server = await startStuntmail({ templates: root, smtpUsers: ['app:secret'] })
after(() => server.stop())
const url = server.url ?? ''

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T
}

async function post(path: string, body: object): Promise<{ readonly status: number; readonly key: string }> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, key: ((await answer.json()) as { key: string }).key }
}

async function looking(look: WireLook['renderings'][number]) {
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true })
  after(() => socket.disconnect())
  const heard: WireRendering[] = []
  let check = (): void => undefined
  socket.on('rendering', (rendering: WireRendering) => {
    heard.push(rendering)
    check()
  })
  await once(socket as never, 'connect')
  socket.emit('look', { renderings: [look] })
  return async (html: string): Promise<void> => {
    await new Promise<void>((resolve) => {
      check = () => {
        if (heard.some((rendering) => rendering.html === html)) resolve()
      }
      check()
    })
  }
}

describe('a server with templates', () => {
  it('says so, and lists them', async () => {
    assert.equal(server.templates, root)
    assert.equal((await get<{ templates: string }>('/api/state')).templates, root)
    const { templates } = await get<WireCatalogue>('/api/templates')
    assert.deepEqual(
      templates.map(({ name, engine }) => [name, engine]),
      [['welcome', 'handlebars']],
    )
  })

  it('shows a save to who looks', async () => {
    const shows = await looking({ template: 'welcome', fixture: 'default', locale: '', revision: 0 })
    await shows('<h1>Hello Ann</h1>')
    put('welcome.hbs', '---\nsubject: Hello {{name}}\n---\n<h2>Hello {{name}}</h2>')
    await shows('<h2>Hello Ann</h2>')
    put('welcome.data.json', '{ "name": "Bob" }')
    await shows('<h2>Hello Bob</h2>')
  })

  it('gives the pictures of a template', async () => {
    const answer = await fetch(`${url}/template-files/images/dot.svg`)
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/svg+xml'])
    assert.equal((await fetch(`${url}/template-files/welcome.hbs`)).status, 404)
  })

  it('puts a rendering into the inbox, and sends one by SMTP as an app would', async () => {
    const delivered = await post('/api/rendering/deliver?template=welcome', { data: { name: 'Zoë' } })
    const sent = await post('/api/rendering/send?template=welcome', { to: ['carol@example.com'] })
    assert.deepEqual([delivered.status, sent.status], [201, 201])
    const { messages } = await get<WirePage>('/api/messages')
    assert.deepEqual(
      messages.map(({ key, subject, forwardPaths }) => [key, subject, forwardPaths]),
      [
        [sent.key, 'Hello Bob', ['carol@example.com']],
        [delivered.key, 'Hello Zoë', ['inbox@stuntmail.localhost']],
      ],
    )
    const transcript = await (await fetch(`${url}/api/messages/${sent.key}/transcript`)).text()
    assert.match(transcript, /^[\d.]+ C: AUTH PLAIN/m)
    assert.match(transcript, /^[\d.]+ C: RCPT TO:<carol@example\.com>/m)
  })
})

describe('a captured message that names its template', () => {
  const send = async (...fields: string[]): Promise<string> => {
    const message = ['From: a@example.com', 'To: b@example.com', 'Subject: Hello', ...fields, '', '<p>as sent</p>', '']
    const answer = await fetch(`${url}/api/messages?from=a@example.com&to=b@example.com`, {
      method: 'POST',
      headers: { 'Content-Type': 'message/rfc822' },
      body: message.join('\r\n'),
    })
    return ((await answer.json()) as { key: string }).key
  }
  const folded = (data: object): string =>
    (
      Buffer.from(JSON.stringify(data))
        .toString('base64url')
        .match(/.{1,20}/g) ?? []
    ).join('\r\n ')
  const tied = ['X-Stuntmail-Template: tied', `X-Stuntmail-Data: ${folded({ name: 'Zoë', list: [1, 2, 3] })}`]

  it('is rendered with its own data on every save, and stays what was sent', async () => {
    put('tied.hbs', '<p>{{name}}</p>')
    const key = await send(...tied)
    const raw = await (await fetch(`${url}/api/messages/${key}/raw`)).text()
    const id = { template: 'tied', fixture: `@${key}`, locale: '' }
    assert.deepEqual((await get<WireMessage>(`/api/messages/${key}`)).template, id)
    assert.deepEqual(await get<WireTie>(`/api/messages/${key}/template`), {
      ...id,
      ...{ data: { name: 'Zoë', list: [1, 2, 3] }, by: 'header', problem: null },
    })
    const shows = await looking({ ...id, revision: 0 })
    await shows('<p>Zoë</p>')
    put('tied.hbs', '<p>{{name}} {{list}}</p>')
    await shows('<p>Zoë 1,2,3</p>')
    assert.equal(await (await fetch(`${url}/api/messages/${key}/raw`)).text(), raw)
  })
  it('may name a fixture instead', async () => {
    const key = await send('X-Stuntmail-Template: welcome', 'X-Stuntmail-Fixture: default')
    const { data, fixture } = await get<WireTie>(`/api/messages/${key}/template`)
    assert.deepEqual([data, fixture], [null, 'default'])
  })
  it('says what is wrong with its data, and lends it to nobody when it is gone', async () => {
    const bad = await send('X-Stuntmail-Template: tied', 'X-Stuntmail-Data: !')
    const rendering = await get<WireRendering>(`/api/rendering?template=tied&fixture=@${bad}`)
    assert.equal(rendering.diagnostics[0]?.message, 'X-Stuntmail-Data is not base64url')
    const key = await send(...tied)
    await fetch(`${url}/api/messages/${key}`, { method: 'DELETE', headers: { 'X-Stuntmail': '1' } })
    const gone = await get<WireRendering>(`/api/rendering?template=tied&fixture=@${key}`)
    assert.equal(gone.diagnostics[0]?.message, 'The message is not there any more')
  })
  it('names none where it says none', async () => {
    const key = await send()
    assert.equal((await fetch(`${url}/api/messages/${key}/template`)).status, 404)
    assert.equal((await get<WireMessage>(`/api/messages/${key}`)).template, null)
  })
})

describe('a folder of templates that cannot be read', () => {
  const file = join(root, 'welcome.hbs')
  const bad: readonly (readonly [string, string])[] = [
    [join(root, 'nowhere'), 'there is no such folder (ENOENT)'],
    [file, 'it is not a folder (ENOTDIR)'],
  ]
  for (const [directory, problem] of bad) {
    it(problem, async () => {
      await assert.rejects(startStuntmail({ templates: directory }), (error) => {
        assert.ok(error instanceof StartError && error.reason === 'templates')
        assert.ok(error.message.startsWith(`The templates in ${directory} cannot be read: ${problem}.`), error.message)
        return true
      })
    })
  }
  it('ends the command with 66', async () => {
    const { code, stdout } = await runCommand(['--memory', '--templates', join(root, 'nowhere'), ...freePorts])
    assert.deepEqual([code, stdout], [66, ''])
  })
})
