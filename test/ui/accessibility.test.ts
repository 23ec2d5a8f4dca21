import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { axeFindings } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { deliver } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

const message = [
  'From: Ann <ann@example.com>',
  'To: Bob <bob@example.com>',
  'Subject: Two bodies',
  'This is no field',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'Hello https://example.com/',
  '--b',
  'Content-Type: text/html',
  '',
  '<p>Hello <img src="https://example.com/x.png" width="1" height="1" alt="x"></p>',
  '--b--',
  '',
].join('\r\n')

let browser: Browser
let server: UiServer
let key: string
before(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startUiServer()])
  key = (await deliver(server.store, Buffer.from(message))).key
  await server.store.settled()
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

/** Every place of the page: its address, what shows that it is there, and what to press then. */
function places(): readonly { name: string; path: string; there: string; press?: string; then?: string }[] {
  const tab = (name: string): string => `/?message=${key}&tab=${name}`
  return [
    { name: 'list', path: '/', there: '.row' },
    { name: 'search problem', path: '/?query=nope%3Ax', there: '.search-problem' },
    { name: 'html', path: tab('html'), there: '.remote-bar' },
    { name: 'text', path: tab('text'), there: '.text-body' },
    { name: 'source', path: tab('source'), there: '.source-line' },
    { name: 'headers', path: tab('headers'), there: '.fields td' },
    { name: 'parts', path: tab('parts'), there: '.part' },
    { name: 'conversation', path: tab('conversation'), there: '.transcript' },
    { name: 'sessions', path: '/?view=sessions', there: '.page-head' },
    { name: 'api', path: '/?view=api', there: '.operation' },
    { name: 'status', path: '/?view=about', there: '.facts dd' },
    { name: 'keys', path: '/', there: '.pulse.live', press: '?', then: 'dialog[open]' },
    {
      name: 'delete',
      path: `/?message=${key}`,
      there: 'body:has(.row) .message-head',
      press: '#',
      then: 'dialog[open]',
    },
    {
      name: 'selection',
      path: `/?message=${key}`,
      there: 'body:has(.row) .message-head',
      press: 'x',
      then: '.selecting',
    },
  ]
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any place, ${colorScheme}`, async (context) => {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 }, bypassCSP: true })
    for (const { name, path, there, press, then } of places()) {
      await context.test(name, async () => {
        await page.goto(server.url + path)
        await page.locator(there).first().waitFor()
        if (press !== undefined && then !== undefined) {
          await page.keyboard.press(press)
          await page.locator(then).waitFor()
        }
        assert.deepEqual(await axeFindings(page), [])
      })
    }
    await page.close()
  })
}
