/** HTML-2: a body that is opened as a page looks no name up. In a profile: private windows look less up in advance. */
import assert from 'node:assert/strict'
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launchProfile } from '../support/browser.ts'
import { deliver, plainMessage } from '../support/messages.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

/** Names below `localhost` are of this machine, wherever they are looked up. RFC 6761 §6.3. */
const body = `<!doctype html><html><head>
<link rel="preconnect" href="http://preconnect.localhost">
<link rel="dns-prefetch" href="http://dns-prefetch.localhost">
<link rel="stylesheet" href="http://stylesheet.localhost/x.css">
<meta http-equiv="x-dns-prefetch-control" content="on">
</head><body><p>x</p><a href="http://anchor.localhost/">x</a>
<svg><style><p><link rel="preconnect" href="http://foreign.localhost"></p></style></svg>
<link rel="stylesheet" rel="preconnect" href="http://twice.localhost">
<iframe srcdoc='&lt;link rel="preconnect" href="http://srcdoc.localhost"&gt;'></iframe>
<img src='data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><link xmlns="http://www.w3.org/1999/xhtml" rel="preconnect" href="http://picture.localhost"/></svg>'>
</body></html>`

let server: UiServer
before(async () => {
  server = await startUiServer()
})
after(() => server.stop())

/** Opens a page in a new profile. @returns the names that were looked up */
async function lookedUp(url: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stuntmail-profile-'))
  try {
    const log = join(folder, 'net.json')
    const profile = await launchProfile(join(folder, 'profile'), [`--log-net-log=${log}`])
    const page = await profile.newPage()
    await page.goto(url)
    // The browser looks up in order: what the page asked for comes before this.
    await page.goto('http://last.localhost:9/').catch(() => undefined)
    await profile.close()
    const names = (await readFile(log, 'utf8')).matchAll(/([\w-]+)\.localhost/g)
    return [...new Set(Array.from(names, ([, name]) => name ?? ''))].sort()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('control: the same document under the policy alone has names looked up', async () => {
  const { key } = await deliver(server.store, plainMessage('x', '<p>x</p>', ['Content-Type: text/html']))
  const { headers } = await fetch(`${server.url}/api/messages/${key}/html`)
  const policy = headers.get('content-security-policy') ?? ''
  const bare = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy }).end(body)
  })
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve))
  try {
    const names = await lookedUp(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`)
    for (const name of ['preconnect', 'dns-prefetch', 'last'])
      assert.ok(names.includes(name), `${name}: ${names.join()}`)
  } finally {
    bare.closeAllConnections()
    bare.close()
  }
})

test('a body opened as a page has no name looked up', async () => {
  const { key } = await deliver(server.store, plainMessage('x', body, ['Content-Type: text/html']))
  assert.deepEqual(await lookedUp(`${server.url}/api/messages/${key}/html`), ['last'])
})
