/** A body of which the server gives the beginning alone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { deliver, plainMessage } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

let browser: Browser
let server: UiServer
before(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startUiServer()])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

test('a body that is too long to be shown whole says so, and leads to the whole message', async () => {
  const page = await browser.newPage()
  const line = `${'word '.repeat(14)}\r\n`
  const long = await deliver(server.store, plainMessage('Long', line.repeat(160_000)))
  await page.goto(`${server.url}/?message=${long.key}&tab=text`)
  await page.getByText('This is the beginning; the body is too long').waitFor()
  const link = page.getByRole('link', { name: 'Download the message' })
  assert.equal(await link.getAttribute('href'), `api/messages/${long.key}/raw?download=1`)

  const short = await deliver(server.store, plainMessage('Short', line.repeat(10)))
  await page.goto(`${server.url}/?message=${short.key}&tab=text`)
  await page.locator('.text-body').waitFor()
  assert.equal(await page.getByText('This is the beginning').count(), 0, 'control')
  await page.close()
})

test('of very many parts with very long names a few are rendered, and their names are cut', async () => {
  const page = await browser.newPage()
  const name = 'n'.repeat(300)
  const parts = Array.from({ length: 3000 }, () => `--b\r\nContent-Type: text/plain; name=${name}\r\n\r\nx\r\n`)
  const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b']
  const many = await deliver(server.store, plainMessage('Many', `${parts.join('')}--b--`, fields))
  await page.goto(`${server.url}/?message=${many.key}&tab=parts`)
  const rows = page.locator('.part')
  await rows.first().waitFor()
  assert.ok((await rows.count()) < 200, 'only those that can be seen')
  assert.equal(await page.locator('.part-list > li').first().getAttribute('aria-setsize'), '3001')
  assert.ok(((await rows.nth(1).textContent()) ?? '').length < 300)
  await page.locator('.part-scroller').evaluate((scroller) => scroller.scrollTo({ top: scroller.scrollHeight }))
  await page.getByText('999', { exact: true }).waitFor()
  await page.getByText('The first 1,000 of 3,001 parts').waitFor()
  await page.close()
})
