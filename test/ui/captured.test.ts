/** Captured messages that follow a template, in a real browser. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildUi } from '../../.build/ui-page.ts'
import { startStuntmail, type Stuntmail } from '../../src/index.ts'
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
  await buildUi()
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
