/** Templates of a whole server: from a save to whoever looks, and from a rendering to the inbox. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { io } from 'socket.io-client'
import type { WireCatalogue, WireLook, WirePage, WireRendering } from '../../src/http/wire-types.ts'
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
    assert.match(transcript, /^C: AUTH PLAIN/m)
    assert.match(transcript, /^C: RCPT TO:<carol@example\.com>/m)
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
