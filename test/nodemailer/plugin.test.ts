/** The plugin in nodemailer, and what the server makes of its messages. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createTransport } from 'nodemailer'
import type { WirePage, WireRendering, WireTie } from '../../src/http/wire-types.ts'
import { startStuntmail } from '../../src/index.ts'
import { nameTemplates, type NameTemplatesOptions, type TemplateTie } from '../../src/nodemailer/plugin.ts'
import { temporaryFolder } from '../support/command.ts'

const root = join(temporaryFolder(), 'emails')
mkdirSync(join(root, 'users'), { recursive: true })
writeFileSync(join(root, 'users/welcome.hbs'), '<p>{{name}}: {{list.length}}</p>')
const server = await startStuntmail({ templates: root })
after(() => server.stop())

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${server.url ?? ''}/api/${path}`)).json()) as T
}

type Headers = Record<string, string> | { key: string; value: string }[]

/** Sends by nodemailer. @returns the header of what arrived, unfolded, and its key. */
async function send(stuntmail: TemplateTie, options?: NameTemplatesOptions, headers?: Headers) {
  const transport = createTransport({ host: '127.0.0.1', port: server.listeners['smtp']?.port ?? 0, ignoreTLS: true })
  transport.use('compile', nameTemplates(options))
  const mail = { from: 'a@example.com', to: 'b@example.com', subject: 'x', text: 'x', ...(headers && { headers }) }
  await transport.sendMail({ ...mail, stuntmail } as typeof mail)
  transport.close()
  const { messages } = await get<WirePage>('messages?limit=1')
  const key = messages[0]?.key ?? ''
  const raw = await (await fetch(`${server.url ?? ''}/api/messages/${key}/raw`)).text()
  return { key, raw, header: (raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ') }
}

const data = { name: 'Zoë', list: Array.from({ length: 2_000 }, (_, index) => index) }

describe('the plugin for nodemailer', () => {
  it('names the template with its data, folded, and it renders', async () => {
    const { key, raw } = await send({ template: 'users/welcome', data, locale: '' })
    for (const line of raw.split('\r\n')) assert.ok(line.length <= 998, `a line of ${line.length}`)
    const tie = await get<WireTie>(`messages/${key}/template`)
    assert.deepEqual([tie.template, tie.data, tie.problem], ['users/welcome', data, null])
    const rendering = await get<WireRendering>(`rendering?template=users/welcome&fixture=@${key}`)
    assert.equal(rendering.html, '<p>Zoë: 2000</p>')
  })
  it('keeps the header fields that are there, in both forms', async () => {
    for (const headers of [{ 'X-Own': '1' }, [{ key: 'X-Own', value: '1' }]]) {
      const { header } = await send({ template: 'users/welcome', fixture: 'vip', locale: 'de' }, {}, headers)
      for (const field of ['X-Own: 1', 'X-Stuntmail-Template: users/welcome', 'X-Stuntmail-Fixture: vip']) {
        assert.ok(header.includes(field), header)
      }
    }
  })
  it('adds nothing in production', async (t) => {
    const before = process.env['NODE_ENV']
    t.after(() => (before === undefined ? delete process.env['NODE_ENV'] : (process.env['NODE_ENV'] = before)))
    process.env['NODE_ENV'] = 'production'
    assert.doesNotMatch((await send({ template: 'users/welcome', data })).header, /stuntmail-/i)
    assert.match((await send({ template: 'users/welcome' }, { enabled: true })).header, /X-Stuntmail-Template/)
  })
  it('never keeps a message from being sent', async () => {
    const circular: { self?: object } = {}
    circular.self = circular
    for (const bad of [circular, { n: 1n }, { long: 'x'.repeat(600_000) }]) {
      const { header } = await send({ template: 'users/welcome', data: bad })
      assert.match(header, /X-Stuntmail-Template: users\/welcome/)
      assert.doesNotMatch(header, /X-Stuntmail-Data/)
    }
  })
})
