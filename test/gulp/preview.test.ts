import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import Vinyl from 'vinyl'
import { preview, serve } from '../../src/gulp/plugin.ts'
import type { Stuntmail } from '../../src/server.ts'
import { all, emailsFolder, rendering, textOf, texts, through } from './streams.ts'

const anyPort = { smtp: 0, submission: false, smtps: false, http: 0 } as const

async function served(t: TestContext, options: Parameters<typeof serve>[0] = {}): Promise<Stuntmail & { url: string }> {
  const server = await serve({ listen: anyPort, ...options })()
  t.after(() => server.stop())
  return { ...server, url: server.url ?? '' }
}

interface Page {
  readonly messages: readonly { readonly key: string; readonly subject: string; readonly from: unknown }[]
}

async function inbox(url: string): Promise<Page['messages']> {
  return ((await (await fetch(`${url}/api/messages`)).json()) as Page).messages
}

async function content(url: string, key: string, kind: 'html' | 'text' | 'raw'): Promise<string> {
  return (await fetch(`${url}/api/messages/${key}/${kind}`)).text()
}

const subjects = async (url: string) => (await inbox(url)).map(({ subject }) => subject).sort()

test('what was rendered is in the inbox of the server of this process, and goes on as it was', async (t) => {
  const { url } = await served(t)
  const emails = emailsFolder(t, {
    'a.hbs': '---\nsubject: Hello {{name}}\nfrom: Shop <shop@example.com>\n---\n<p>{{name}}</p>',
    'deep/b.hbs': '<p>without a subject</p>',
    'logo.svg': '<svg/>',
  })
  const source = emails.source('**/*.*').pipe(rendering({ data: { name: 'Ännchen' } }))
  assert.deepEqual(texts(await all(source.pipe(preview()))), {
    'a.html': '<p>Ännchen</p>',
    [join('deep', 'b.html')]: '<p>without a subject</p>',
    'logo.svg': '<svg/>',
  })
  assert.deepEqual(await subjects(url), ['Hello Ännchen', join('deep', 'b.html')])
  const key = (await inbox(url)).find(({ subject }) => subject.startsWith('Hello'))?.key ?? ''
  assert.match(await content(url, key, 'html'), /<p>Ännchen<\/p>/)
  assert.match(await content(url, key, 'text'), /Ännchen/)
  assert.match(await content(url, key, 'raw'), /^From: Shop <shop@example\.com>/m)
})

test('a file that came out otherwise takes the place of its message; one that did not is left', async (t) => {
  const { url } = await served(t)
  const emails = emailsFolder(t, { 'a.hbs': '---\nsubject: one\n---\n1', 'b.hbs': '---\nsubject: other\n---\n2' })
  const build = () => all(emails.source('*.hbs').pipe(rendering()).pipe(preview({ url })))
  await build()
  const first = await inbox(url)
  emails.put({ 'a.hbs': '---\nsubject: two\n---\n1' })
  await build()
  assert.deepEqual(await subjects(url), ['other', 'two'])
  const other = ({ subject }: { readonly subject: string }): boolean => subject === 'other'
  assert.equal((await inbox(url)).find(other)?.key, first.find(other)?.key)
  for (const { key } of await inbox(url)) await fetch(`${url}/api/messages/${key}`, { method: 'DELETE' })
  emails.put({ 'a.hbs': '---\nsubject: three\n---\n1' })
  await build()
  assert.deepEqual(await subjects(url), ['three'])
})

test('whole messages as they are, streams, and HTML that another plugin rendered', async (t) => {
  const { url } = await served(t)
  const file = (name: string, contents: Buffer | Readable) =>
    new Vinyl({ cwd: '/', base: '/p', path: `/p/${name}`, contents })
  const raw = 'Subject: raw\r\nFrom: a@example.com\r\n\r\nwhole\r\n'
  const message = Object.assign(file('m.eml', Buffer.from(raw)), {
    stuntmail: { template: 'm', subject: 'raw', from: '', preheader: '', text: '' },
  })
  const streamed = file('s.html', Readable.from([Buffer.from('<p>stream</p>')], { objectMode: false }))
  const files = await through(preview({ url }), message, streamed, file('none.css', Buffer.from('p {}')))
  assert.equal(files.length, 3)
  const passed = files.find(({ relative }) => relative === 's.html')
  assert.ok(passed?.isStream())
  assert.equal((await Readable.from(passed.contents).toArray()).join(''), '<p>stream</p>')
  assert.deepEqual(await subjects(url), ['raw', 's.html'])
  const key = (await inbox(url)).find(({ subject }) => subject === 'raw')?.key ?? ''
  assert.equal(await content(url, key, 'raw'), raw)
})

test('where nothing answers, the build goes on after one warning that says what to do', async (t) => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const emails = emailsFolder(t, { 'a.hbs': 'a', 'b.hbs': 'b' })
  const warnings: string[] = []
  const note = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const build = () =>
    all(
      emails
        .source('*.hbs')
        .pipe(rendering())
        .pipe(preview({ url: `http://127.0.0.1:${port}` })),
    )
  assert.deepEqual(texts(await build()), { 'a.html': 'a', 'b.html': 'b' })
  assert.equal((await build()).map(textOf).join(), 'a,b')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /nothing answers there.*stuntmail\.serve\(\).*npx stuntmail.*preview\(\{ url \}\)/)
})

test('a server that wants a password gets it from the address, and says it where it is missing', async (t) => {
  const { url } = await served(t, { uiUsers: ['ann:s%cret'] })
  const emails = emailsFolder(t, { 'a.hbs': 'a' })
  const build = (address: string) =>
    all(
      emails
        .source('*.hbs')
        .pipe(rendering())
        .pipe(preview({ url: address })),
    )
  const warned = once(process, 'warning')
  await build(url)
  assert.match(((await warned) as [Error])[0].message, /it answers with 401/)
  await build(url.replace('//', '//ann:s%25cret@'))
  const headers = { Authorization: `Basic ${Buffer.from('ann:s%cret').toString('base64')}` }
  const page = (await (await fetch(`${url}/api/messages`, { headers })).json()) as Page
  assert.equal(page.messages.length, 1)
})

test('an address that is none is refused at once', () => {
  for (const url of ['localhost:8025', 'ftp://localhost', '']) assert.throws(() => preview({ url }), /is no address/)
})
