import assert from 'node:assert/strict'
import { after, before, beforeEach, afterEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { deliver, plainMessage } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

let browser: Browser
let server: UiServer
let page: Page

before(async () => {
  browser = await launchBrowser()
})
after(() => browser.close())
beforeEach(async () => {
  server = await startUiServer()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
})
afterEach(async () => {
  await page.close()
  await server.stop()
})

/** Opens the page and waits until it is told of changes. */
async function open(path = '/'): Promise<void> {
  await page.goto(server.url + path)
  await page.waitForSelector('.pulse.live')
}

async function send(...subjects: string[]): Promise<string[]> {
  const keys: string[] = []
  for (const subject of subjects) keys.push((await deliver(server.store, plainMessage(subject))).key)
  await server.store.settled()
  return keys
}

const subjects = (): Promise<string[]> => page.locator('.row-subject').allTextContents()

test('an arrival stands in the open list, newest first, and in the title', async () => {
  await open()
  await page.getByText('Nothing caught yet').waitFor()
  await send('first', 'second')
  await page.locator('.row-subject', { hasText: 'second' }).waitFor()
  assert.deepEqual(await subjects(), ['second', 'first'])
  await page.waitForFunction(() => document.title === '(2) Stuntmail')
})

test('an arrival does not move what one reads, and is announced', async () => {
  await send(...Array.from({ length: 40 }, (_, index) => `message ${index}`))
  await open()
  await page.locator('.list-scroller').evaluate((element) => (element.scrollTop = 760))
  const row = page.locator('.row', { hasText: 'message 28' })
  const before = await row.boundingBox()
  await send('late 1', 'late 2', 'late 3')
  await page.getByRole('button', { name: '3 new' }).waitFor()
  assert.deepEqual(await row.boundingBox(), before)
  await page.getByRole('button', { name: '3 new' }).click()
  await page.locator('.row', { hasText: 'late 3' }).waitFor()
  await page.getByRole('button', { name: '3 new' }).waitFor({ state: 'detached' })
})

test('a search narrows the list, is kept in the URL, and takes in what arrives', async () => {
  await send('apple pie', 'plum cake')
  await open()
  await page.locator('#search').fill('subject:apple')
  await page.getByText('1 found').waitFor()
  assert.deepEqual(await subjects(), ['apple pie'])
  assert.match(page.url(), /query=subject%3Aapple/)
  await send('apple juice', 'plum jam')
  await page.getByText('2 found').waitFor()
  assert.deepEqual(await subjects(), ['apple juice', 'apple pie'])
  await page.reload()
  await page.getByText('2 found').waitFor()
})

test('a search that cannot be read says where', async () => {
  await send('apple pie')
  await open()
  await page.locator('#search').fill('apple nope:x')
  await page.locator('.search-problem').waitFor()
  assert.match((await page.locator('.search-problem mark').textContent()) ?? '', /^nope/)
  assert.equal(await page.locator('#search').getAttribute('aria-invalid'), 'true')
  assert.deepEqual(await subjects(), ['apple pie'])
})

test('the keyboard does everything', async () => {
  const [first, second] = await send('one', 'two')
  await open()
  await page.keyboard.press('j')
  await page.locator(`[data-key="${second}"]:focus`).waitFor()
  await page.keyboard.press('o')
  await page.locator('#message-title', { hasText: 'two' }).waitFor()
  await page.locator('.row.seen', { hasText: 'two' }).waitFor()
  await page.keyboard.press('j')
  await page.locator('#message-title', { hasText: 'one' }).waitFor()
  await page.keyboard.press('s')
  await page.locator(`[data-key="${first}"] .flag-button.on`).waitFor()
  await page.keyboard.press('u')
  await page.locator('#message-title').waitFor({ state: 'detached' })
  await page.keyboard.press('Shift+U')
  await page.locator('.row.unseen', { hasText: 'one' }).waitFor()
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('1 selected').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.locator('#search:focus').waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator('#search:focus').waitFor()
})

test('deleting names the number and asks first', async () => {
  await send('one', 'two', 'three')
  await open()
  await page.keyboard.press('j')
  await page.keyboard.press('#')
  await page.getByRole('dialog').getByText('“three”').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  assert.equal((await subjects()).length, 3)
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('#')
  await page.getByRole('button', { name: 'Delete 2 messages' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.row').length === 1)
  assert.deepEqual(await subjects(), ['one'])
  await page.getByRole('button', { name: 'Delete all messages' }).click()
  await page.getByRole('button', { name: 'Delete 1 message' }).click()
  await page.getByText('Nothing caught yet').waitFor()
  assert.equal((await server.store.state()).messages, 0)
})

test('after the server was away nothing is missing', async () => {
  await send('before')
  await open()
  await server.restart(async () => {
    await page.getByText('Connection lost').waitFor()
    await send('meanwhile 1', 'meanwhile 2')
  })
  await page.locator('.row', { hasText: 'meanwhile 2' }).waitFor()
  assert.deepEqual(await subjects(), ['meanwhile 2', 'meanwhile 1', 'before'])
})

test('the look is switched and kept', async () => {
  await open()
  await page.getByRole('button', { name: /^Look: as the system/ }).click()
  await page.getByRole('button', { name: /^Look: light/ }).click()
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark')
  await page.reload()
  await page.waitForSelector('.brand')
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark')
})

test('on a phone list and message take turns', async () => {
  await send('small')
  await page.setViewportSize({ width: 360, height: 740 })
  await open()
  assert.equal(await page.locator('.message-pane').isVisible(), false)
  await page.locator('.row').click()
  await page.locator('#message-title').waitFor()
  assert.equal(await page.locator('.list-pane').isVisible(), false)
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
  await page.getByRole('button', { name: 'Back to the list' }).click()
  assert.equal(await page.locator('.list-pane').isVisible(), true)
})

test('all that the list needs is named in the page; what a message needs comes with the reader', async () => {
  await send('one')
  const scripts: string[] = []
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
  })
  await open()
  const document = await (await fetch(server.url)).text()
  const connection = scripts.findIndex((path) => path.startsWith('/live-'))
  assert.ok(connection > 1)
  for (const path of scripts.slice(0, connection)) assert.ok(document.includes(`".${path}"`), path)
  const asksForMessage = (path: string): boolean => path.startsWith('/message-')
  assert.ok(!scripts.some(asksForMessage))
  const asked = page.waitForRequest((request) => asksForMessage(new URL(request.url()).pathname))
  await page.mouse.move(200, 200)
  await asked
})
