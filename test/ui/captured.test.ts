/** Captured messages that follow a template, in a real browser. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { builtUi } from '../support/built.ts'
import { startStuntmail, type Stuntmail } from '../../src/index.ts'
import { axeFindings } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/command.ts'

const root = join(temporaryFolder(), 'emails')
let browser: Browser
let server: Stuntmail
let page: Page

const put = (path: string, content: string): void => writeFileSync(join(root, path), content)

before(async () => {
  mkdirSync(root)
  put('hello.hbs', '<h1>Hello {{name}}</h1>')
  put('hello.data.json', '{ "name": "Ann" }')
  put('hello.bob.json', '{ "name": "Bob" }')
  await builtUi()
  ;[browser, server] = await Promise.all([launchBrowser(), startStuntmail({ templates: root })])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
})
afterEach(() => page.close())

async function post(path: string, body: object): Promise<{ key: string }> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as { key: string }
}

const send = (html: string) =>
  post('/api/messages', { from: 'a@example.com', to: ['b@example.com'], subject: 'Plain', html })

test('a message that names no template follows the one that is chosen, until one says stop', async () => {
  const { key } = await send('<h1>Hello Carl</h1>')
  await page.goto(`${server.url}/?message=${key}`)
  await page.getByRole('tab', { name: 'Live' }).click()
  await page.getByRole('combobox', { name: 'Template' }).fill('hello')
  await page.getByRole('combobox', { name: 'Fixture' }).selectOption('bob')
  await page.getByRole('button', { name: 'Follow it' }).click()
  const live = page.frameLocator('iframe[title="Live"]')
  await live.getByText('Hello Bob').waitFor()
  put('hello.hbs', '<h1>Dear {{name}}</h1>')
  await live.getByText('Dear Bob').waitFor()
  await page.frameLocator('iframe[title="As sent"]').getByText('Hello Carl').waitFor()
  await page.getByRole('button', { name: 'Stop following' }).click()
  await page.getByRole('button', { name: 'Follow it' }).waitFor()
})

test('a message that is tied from elsewhere is live in the open page', async () => {
  const { key } = await send('<h1>Hello Dora</h1>')
  await page.goto(`${server.url}/?message=${key}&tab=live`)
  await page.getByRole('button', { name: 'Follow it' }).waitFor()
  await post(`/api/messages/${key}/template`, { template: 'hello', data: { name: 'Dora' } })
  await page.frameLocator('iframe[title="Live"]').getByText('Dora').waitFor()
  await page.getByText('with its own data').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Follow it' }).count(), 0)
})

/** A run of a command that sends one message. @returns its key */
async function replay(html: string): Promise<string> {
  const { id } = (await post('/api/replays', { command: 'npm run send' })) as unknown as { id: string }
  const { key } = await send(html)
  await post(`/api/replays/${id}/end`, { problem: null, output: '' })
  return key
}

test('a replayed message takes the place of the one that is open, and is compared with it', async () => {
  const first = await replay('<h1>Hello</h1>\n<p>one</p>')
  await page.goto(`${server.url}/?message=${first}`)
  await page.frameLocator('iframe[title="HTML of the message"]').getByText('one').waitFor()
  const second = await replay('<h1>Hello</h1>\n<p>two</p>')
  await page.frameLocator('iframe[title="HTML of the message"]').getByText('two').waitFor()
  assert.equal(new URL(page.url()).searchParams.get('message'), second)
  await page.getByRole('tab', { name: 'Before' }).click()
  await page.frameLocator('iframe[title="Before"]').getByText('one').waitFor()
  await page.frameLocator('iframe[title="Now"]').getByText('two').waitFor()
  await page.getByText('HTML differs').click()
  const html = page.locator('details', { hasText: 'HTML differs' })
  assert.deepEqual(await html.locator('.changed-line.live').allTextContents(), ['+ <p>two</p>'])
  await replay('<h1>Hello</h1>\n<p>three</p>')
  await page.frameLocator('iframe[title="Now"]').getByText('three').waitFor()
  await page.frameLocator('iframe[title="Before"]').getByText('two').waitFor()
})

test('a replay that fails says so with what it printed, also to a page that comes later', async () => {
  const { id } = (await post('/api/replays', { command: 'npm run broken' })) as unknown as { id: string }
  await page.goto(server.url ?? '')
  await post(`/api/replays/${id}/end`, { problem: 'npm ended with exit code 1', output: 'no such <template>' })
  const bar = page.getByRole('alert').filter({ hasText: 'npm run broken' })
  await bar.getByText('npm ended with exit code 1').waitFor()
  await page.reload()
  await bar.getByText('What it printed').click()
  await bar.getByText('no such <template>').waitFor()
  const { id: next } = (await post('/api/replays', { command: 'npm run broken' })) as unknown as { id: string }
  await post(`/api/replays/${next}/end`, { problem: null, output: '' })
  await bar.waitFor({ state: 'detached' })
})

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const) {
  test(`axe finds nothing in all of it, ${colorScheme}`, async () => {
    const other = await browser.newPage({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
    await replay('<h1>Hello</h1>\n<p>one</p>')
    const key = await replay('<h1>Hello</h1>\n<p>two</p>')
    const { id } = (await post('/api/replays', { command: 'npm run broken' })) as unknown as { id: string }
    await post(`/api/replays/${id}/end`, { problem: 'npm ended with exit code 1', output: 'no such template' })
    for (const [tab, there] of [
      ['live', 'Follow it'],
      ['before', 'HTML differs'],
    ] as const) {
      await other.goto(`${server.url}/?message=${key}&tab=${tab}`)
      await other.getByText(there).waitFor()
      await other.getByText('What it printed').click()
      assert.deepEqual(await axeFindings(other), [], tab)
    }
    await other.close()
  })
}
