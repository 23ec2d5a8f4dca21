/** The page behind Debian's nginx, in a browser. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { systemClock } from '../../src/clock.ts'
import { startStuntmail, type Stuntmail, type StuntmailOptions } from '../../src/index.ts'
import { silentLog } from '../../src/log.ts'
import { certificateSource } from '../../src/net/tls.ts'
import { builtUi } from '../support/built.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/command.ts'
import { freePort, isFree, startNginx, withoutNginx, type NginxOptions } from '../support/nginx.ts'

const folder = temporaryFolder()
const tls = { cert: join(folder, 'tls', 'cert.pem'), key: join(folder, 'tls', 'key.pem') }
let browser: Browser
before(async () => {
  ;[browser] = await Promise.all([launchBrowser(['--host-resolver-rules=MAP mail.test 127.0.0.1']), builtUi()])
  await certificateSource({ directory: folder, names: ['mail.test'], log: silentLog, clock: systemClock }).pem()
})
after(() => browser.close())

const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const related = (subject: string): string =>
  [
    `Subject: ${subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b`,
    'Content-Type: text/html\r\n\r\n<p>Hello</p><img alt="logo" src="cid:logo">\r\n--b',
    `Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\n${picture}\r\n--b--\r\n`,
  ].join('\r\n')

async function send(stuntmail: Stuntmail, subject: string): Promise<void> {
  const answer = await fetch(`${stuntmail.url}/api/messages?from=a@example.com&to=b@example.com`, {
    method: 'POST',
    headers: { 'Content-Type': 'message/rfc822' },
    body: related(subject),
  })
  assert.equal(answer.status, 201)
}

interface Opened {
  readonly stuntmail: Stuntmail
  readonly page: Page
  /** What went wrong, by URL. */
  readonly failures: string[]
  /** WebSockets that were opened. */
  readonly webSockets: string[]
}

interface Way extends Omit<NginxOptions, 'server'> {
  readonly options?: StuntmailOptions
  /** @param http port of ours. */
  readonly server: (http: number) => string
  readonly path?: string
  readonly name?: string
}

async function open({ options = {}, server, path = '/', name = 'mail.test', ...nginx }: Way): Promise<Opened> {
  const stuntmail = await startStuntmail({ listen: { smtp: 'off', submission: 'off', smtps: 'off' }, ...options })
  after(() => stuntmail.stop())
  const port = await startNginx({ ...nginx, server: server(stuntmail.listeners['http']?.port ?? 0) })
  await send(stuntmail, 'first')
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  const failures: string[] = []
  const webSockets: string[] = []
  page.on('response', (answer) => answer.status() >= 400 && failures.push(`${answer.status()} ${answer.url()}`))
  page.on('pageerror', (error) => failures.push(String(error)))
  page.on('websocket', (socket) => socket.on('framereceived', () => webSockets.push(socket.url())))
  const scheme = nginx.tls ? 'https' : 'http'
  const usual = port === (nginx.tls ? 443 : 80)
  await page.goto(`${scheme}://${name}${usual ? '' : `:${port}`}${path}`)
  return { stuntmail, page, failures, webSockets }
}

/** List, message, inline picture, news and deleting: everything that goes over the proxy. */
async function useIt({ stuntmail, page, failures }: Opened): Promise<void> {
  await page.locator('.row', { hasText: 'first' }).click()
  const logo = page.frameLocator('iframe[title="HTML of the message"]').getByAltText('logo')
  await logo.waitFor()
  await page.waitForFunction(() => {
    const inside = document.querySelector<HTMLIFrameElement>('iframe.frame')?.contentDocument
    return (inside?.querySelector('img')?.naturalWidth ?? 0) > 0
  })
  await page.waitForFunction(() => document.querySelector('.pulse.live') !== null)
  await send(stuntmail, 'second')
  await page.locator('.row', { hasText: 'second' }).waitFor()
  await page.getByRole('button', { name: 'Delete all messages' }).click()
  await page.getByRole('button', { name: 'Delete 2 messages' }).click()
  await page.getByText('Nothing caught yet').waitFor()
  assert.deepEqual(failures, [])
  await page.close()
}

const pass = (http: number, path = ''): string => `proxy_pass http://127.0.0.1:${http}${path};`
const named = 'proxy_set_header Host $http_host;'
const webSocket =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'

describe('behind nginx', { skip: withoutNginx, timeout: 300_000 }, () => {
  it('as it comes, shows everything, and says which option is missing to follow and to change', async () => {
    const { page } = await open({ server: (http) => `location / { ${pass(http)} }` })
    await page.locator('.row', { hasText: 'first' }).waitFor()
    await page.getByText(/start it with --allow-origin http:\/\/mail\.test:\d+\./).waitFor()
    await page.close()
  })

  it('as it comes, works with that option', async () => {
    const port = await freePort()
    const options = { allowOrigins: [`http://mail.test:${port}`] }
    await useIt(await open({ options, port, server: (http) => `location / { ${pass(http)} }` }))
  })

  it('with its name passed on, without WebSocket', async () => {
    const options = { allowHosts: ['mail.test'] }
    await useIt(await open({ options, server: (http) => `location / { ${pass(http)} ${named} }` }))
  })

  it('with a name that is not allowed, is a page that says so', async () => {
    const { page } = await open({ server: (http) => `location / { ${pass(http)} ${named} }` })
    await page.getByText('--allow-host mail.test').waitFor()
    await page.close()
  })

  it('under a prefix that it takes off', async () => {
    const options = { allowHosts: ['mail.test'] }
    await useIt(
      await open({ options, server: (http) => `location /mail/ { ${pass(http, '/')} ${named} }`, path: '/mail/' }),
    )
  })

  it('under a prefix that it keeps', async () => {
    const options = { allowHosts: ['mail.test'], basePath: '/mail' }
    const server = (http: number): string => `location /mail { ${pass(http)} ${named} ${webSocket} }`
    await useIt(await open({ options, server, path: '/mail' }))
  })

  it('by WebSocket', async () => {
    const options = { allowHosts: ['mail.test'] }
    const opened = await open({ options, server: (http) => `location / { ${pass(http)} ${named} ${webSocket} }` })
    await useIt(opened)
    assert.ok(opened.webSockets.length > 0)
  })

  it('with TLS on a port of its own', async () => {
    const options = { allowHosts: ['mail.test'] }
    await useIt(await open({ options, tls, server: (http) => `location / { ${pass(http)} ${named} ${webSocket} }` }))
  })

  it('with TLS on port 443', async (t) => {
    if (!(await isFree(443))) return t.skip('port 443 cannot be had')
    const options = { allowHosts: ['mail.test'] }
    const server = (http: number): string => `location / { ${pass(http)} ${named} ${webSocket} }`
    await useIt(await open({ options, tls, port: 443, server }))
  })
})
