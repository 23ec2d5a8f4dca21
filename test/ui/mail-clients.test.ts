/** What mail clients do, as the page shows it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { arrivalTo, deliver, envelopeTo, plainMessage } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

let browser: Browser
let server: UiServer
before(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startUiServer()])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

test('a message that a client put into a mailbox says so, and has no envelope', async () => {
  const envelope = { ...envelopeTo([]), reversePath: { address: '' }, listener: 'imap', authUser: 'bob@example.com' }
  const { key } = await deliver(server.store, plainMessage('Copy in Sent'), arrivalTo([], { envelope }))
  const page = await browser.newPage()
  await page.goto(`${server.url}/?message=${key}`)
  await page.getByText('put here by IMAP, as bob@example.com').waitFor()
  assert.equal(await page.getByText('null reverse-path').count(), 0)
  await page.close()
})

test('sessions of IMAP and POP3 stand with those of SMTP', async () => {
  const session = { clientAddress: '127.0.0.1', clientPort: 1, heloName: '', startedAt: 1, endedAt: 2, messages: 0 }
  for (const [id, listener] of [
    ['a1', 'imap'],
    ['b2', 'smtp'],
  ] as const) {
    server.store.recordSession({
      ...session,
      id,
      listener,
      outcome: 'completed',
      transcript: `S: hello of ${listener}`,
    })
  }
  const page = await browser.newPage()
  await page.goto(`${server.url}/?view=sessions`)
  const imap = page.getByRole('button', { name: /^completed .* imap/ })
  await imap.waitFor()
  assert.doesNotMatch((await imap.textContent()) ?? '', /message/)
  assert.match((await page.getByRole('button', { name: /^completed .* smtp/ }).textContent()) ?? '', /0 messages/)
  await imap.click()
  await page.getByText('hello of imap').waitFor()
  await page.getByRole('combobox', { name: 'Protocol' }).selectOption('SMTP')
  await imap.waitFor({ state: 'detached' })
  await page.getByRole('searchbox', { name: 'User name' }).fill('nobody')
  await page.getByRole('searchbox', { name: 'User name' }).press('Enter')
  await page.getByText('No such session.').waitFor()
  await page.close()
})

test('a client that failed at TLS is there at once, in words', async () => {
  const page = await browser.newPage()
  await page.goto(`${server.url}/?view=sessions`)
  await page.getByRole('heading', { name: 'Sessions' }).waitFor()
  await page.waitForFunction(() => document.querySelector('.pulse.live') !== null)
  const session = { clientAddress: '127.0.0.1', clientPort: 1, heloName: '', startedAt: 1, endedAt: 2, messages: 0 }
  const transcript = 'TLS failed on port 1993 (imaps): the client does not trust the certificate.'
  server.store.recordSession({ ...session, id: 'c3', listener: 'imaps', outcome: 'tls-failed', transcript })
  await page.getByText('the client does not trust the certificate').waitFor()
  await page.getByRole('button', { name: /^TLS failed .* imaps/ }).waitFor()
  await page.close()
})
