/** What a sender hides in the names of things, and turns round, is seen. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { deliver, plainMessage } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

let browser: Browser
let server: UiServer
let page: Page
before(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startUiServer()])
  page = await browser.newPage()
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

const subject = 'pay\u202elap'
const name = 'invoice\u202efdp.exe'
const hidden = [
  `--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/octet-stream`,
  `Content-Disposition: attachment; filename="${name}"\r\n\r\nx\r\n--b--`,
].join('\r\n')
const multipart = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', 'Reply-To: a\u200bnn@example.com']

test('in the list, the head, file names, header fields, parts, and the question before it is deleted', async () => {
  const { key } = await deliver(server.store, plainMessage(subject, hidden, multipart))
  await page.goto(server.url)
  await page.locator('.row-subject', { hasText: 'payU+202Elap' }).waitFor()
  await page.getByLabel('Select pay[U+202E]lap').waitFor()
  await page.goto(`${server.url}/?message=${key}&tab=parts`)
  await page.locator('#message-title', { hasText: 'payU+202Elap' }).waitFor()
  await page.locator('.message-head', { hasText: 'aU+200Bnn@example.com' }).waitFor()
  await page.locator('.attachment-name', { hasText: 'invoiceU+202Efdp.exe' }).waitFor()
  await page.locator('.part', { hasText: 'invoiceU+202Efdp.exe' }).waitFor()
  await page.getByRole('tab', { name: 'Headers' }).click()
  await page.locator('.fields', { hasText: 'payU+202Elap' }).waitFor()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('“pay[U+202E]lap” is deleted.').waitFor()
  await page.keyboard.press('Escape')
})

test('what is written from right to left leaves what stands beside it in its place', async () => {
  const { key } = await deliver(server.store, plainMessage('שלום', 'Hello', ['Cc: "דוד" <d@example.com>']))
  await page.goto(`${server.url}/?message=${key}`)
  const subjectOf = page.locator('#message-title bdi', { hasText: 'שלום' })
  await subjectOf.waitFor()
  assert.equal(await subjectOf.evaluate((element) => getComputedStyle(element).unicodeBidi), 'isolate')
  assert.equal(await page.locator('.message .hidden-control').count(), 0, 'control: nothing is hidden here')
})
