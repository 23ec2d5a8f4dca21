import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { generator, run } from './load.ts'
import { startOurs, startPeer, type Peer, type Running } from './servers.ts'
import { sendPlain } from './send.ts'
import { atMost, failure, figure, median, shown, type Row } from './table.ts'

interface Seen {
  readonly visible: number
  readonly underLoad: number
  readonly listed: number
  readonly firstLoadKB: number
  readonly axe: string
}

/** Peers with a page of their own, by their name in the list of peers. */
const pages: readonly (readonly [name: string, shownAs: string])[] = [
  ['mailpit', 'Mailpit'],
  ['maildev', 'MailDev'],
]

/** From the 250 to the subject on the screen of an open browser; then the page's own figures. */
export async function browsing(peers: readonly Peer[], say: (text: string) => void): Promise<Row[]> {
  const browser = await launchBrowser()
  try {
    say('browser: stuntmail')
    const ours = await measure(browser, await startOurs(), true)
    const theirs = new Map<string, Seen | Row>()
    for (const [name, shownAs] of pages) {
      const peer = peers.find((each) => each.name === name)
      if (!peer) continue
      say(`browser: ${name}`)
      const seen = startPeer(peer).then((server) => measure(browser, server, false))
      theirs.set(shownAs, await seen.catch((error: unknown) => failure(`${shownAs}: page`, error)))
    }
    const mailpit = theirs.get('Mailpit')
    const visible = mailpit && 'visible' in mailpit ? mailpit.visible : 9
    return [
      ...[...theirs].map(([name, seen]) => ('visible' in seen ? peerRow(name, seen) : seen)),
      atMost('250 to visible, idle', ours.visible, visible, 'ms'),
      atMost('250 to visible, under 200 a second, median', ours.underLoad, 50, 'ms'),
      atMost('list shown after navigation', ours.listed, 300, 'ms'),
      atMost('first load, gzip', ours.firstLoadKB, 60, 'kB'),
      { what: 'axe-core, list page', got: ours.axe || 'nothing', reach: 'nothing', reached: ours.axe === '' },
    ]
  } finally {
    await browser.close()
  }
}

const peerRow = (name: string, { visible, listed, firstLoadKB }: Seen): Row =>
  figure(
    `${name}: 250 to visible; list shown; first load`,
    `${shown(visible)} ms; ${shown(listed)} ms; ${shown(firstLoadKB)} kB`,
  )

async function measure(browser: Browser, server: Running, withLoad: boolean): Promise<Seen> {
  // A context of its own: nothing is open any more when it is closed, not even a page that failed to load.
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    const url = `http://127.0.0.1:${server.http}/`
    await openOnce(browser, url)
    const size = firstLoad(page, url)
    await sendPlain(server.smtp, 'warm up')
    const listed = await listShown(page, url, server.name)
    await page.waitForTimeout(1000)
    const firstLoadKB = (await size()) / 1024
    await page.evaluate(watchForArrivals)
    const visible = median(await arrivals(page, server, 'idle', 250))
    let underLoad = Number.NaN
    if (withLoad) {
      const load = run(
        generator({ port: server.smtp, messages: 2000, sessions: 10, octets: 5120, rate: 200, text: true }),
      )
      await page.waitForTimeout(1500)
      const [times] = await Promise.all([arrivals(page, server, 'load', 200), load])
      underLoad = median(times)
    }
    return { visible, underLoad, listed, firstLoadKB, axe: await axe(page) }
  } finally {
    await context.close()
    await server.stop()
  }
}

/** The first page that a browser opens pays for its start; nothing of it is kept for the next. */
async function openOnce(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext()
  await (await context.newPage()).goto(url)
  await context.close()
}

/** Opens the page. @returns ms until the message that was sent before is listed. @throws with what the page lacks */
async function listShown(page: Page, url: string, name: string): Promise<number> {
  const broken: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400) broken.push(`${new URL(response.url()).pathname} (${response.status()})`)
  })
  const start = performance.now()
  await page.goto(url)
  try {
    await page.getByText('warm up').first().waitFor({ timeout: 15_000 })
  } catch (cause) {
    const why = broken.length > 0 ? `, it was built without ${[...new Set(broken)].join(' and ')}` : ''
    throw new Error(`the page of ${name} lists no message${why}`, { cause })
  }
  return performance.now() - start
}

function firstLoad(page: Page, url: string): () => Promise<number> {
  const bodies: Promise<number>[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).host !== new URL(url).host || /socket\.io|\/api\//.test(response.url())) return
    bodies.push(
      response.body().then(
        (body) => gzipSync(body).length,
        () => 0,
      ),
    )
  })
  return async () => (await Promise.all(bodies)).reduce((sum, length) => sum + length, 0)
}

/** Runs in the page: notes when a subject first stands in its text. */
function watchForArrivals(): void {
  const seen = new Map<string, number>()
  Object.assign(globalThis, { arrivalsSeen: seen })
  new MutationObserver(() => {
    for (const [name] of document.body.innerText.matchAll(/arrival-\w+-\d+/g))
      if (!seen.has(name)) seen.set(name, Date.now())
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

async function arrivals(page: Page, server: Running, kind: string, gapMs: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < 20; i++) {
    const name = `arrival-${kind}-${i}`
    const at = await sendPlain(server.smtp, name)
    const look = (wanted: string): number | undefined =>
      (globalThis as unknown as { arrivalsSeen: Map<string, number> }).arrivalsSeen.get(wanted)
    const seen = await (await page.waitForFunction(look, name, { timeout: 15_000, polling: 20 })).jsonValue()
    times.push((seen ?? Number.NaN) - at)
    await page.waitForTimeout(gapMs)
  }
  return times
}

async function axe(page: Page): Promise<string> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(root: Document, options: object): Promise<{ violations: { id: string; nodes: unknown[] }[] }> }
      }
    ).axe.run(document, { iframes: false })
    return violations.map(({ id, nodes }) => `${id} × ${nodes.length}`).join(', ')
  })
}
