/** What differs between a captured message and its live side when one looks at it, in a real browser. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { builtUi } from '../support/built.ts'
import { startStuntmail, type Stuntmail } from '../../src/index.ts'
import { axeFindings } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/command.ts'

const root = join(temporaryFolder(), 'emails')
let browser: Browser
let server: Stuntmail

const put = (path: string, content: string): void => writeFileSync(join(root, path), content)

before(async () => {
  mkdirSync(root)
  await builtUi()
  ;[browser, server] = await Promise.all([launchBrowser(), startStuntmail({ templates: root })])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

/** Opens the live side of a message that was sent with one document, and whose template is another one now. */
async function openLive(
  name: string,
  { sent, live }: { sent: string; live: string },
  how: BrowserContextOptions = {},
): Promise<Page> {
  put(`${name}.html`, live)
  const answer = await fetch(`${server.url ?? ''}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...{ from: 'a@example.com', to: ['b@example.com'], subject: name, html: sent },
      headers: [{ name: 'X-Stuntmail-Template', value: name }],
    }),
  })
  const { key } = (await answer.json()) as { key: string }
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...how })
  await page.goto(`${server.url ?? ''}/?message=${key}&tab=live`)
  return page
}

/** What is said once these are compared. */
async function verdict(page: Page): Promise<string> {
  const found = page.locator('.pixel-changes[aria-busy="false"]')
  await found.waitFor()
  return found.innerText()
}

const inLive = (page: Page, text: string) => page.frameLocator('iframe[title="Live"]').getByText(text, { exact: true })

/** How many pixels of the picture are marked, and the first and last row of them; and the red of the last pixel. */
function marked(page: Page) {
  return page.locator('.pixel-picture canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement
    const { width, height } = canvas
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: new Uint8ClampedArray() }
    const rows: number[] = []
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === 214 && data[at + 1] === 0 && data[at + 2] === 66) rows.push(Math.floor(at / 4 / width))
    }
    const [corner = 0] = data.slice(-4)
    return { width, height, count: rows.length, first: rows[0] ?? -1, last: rows.at(-1) ?? -1, corner }
  })
}

const page1 = (colour: string): string => `<body style="margin:0"><p style="margin:0;height:100px">Above</p>
<p style="margin:0;height:50px;background:${colour}">Band</p><p>Below</p></body>`

test('equal pages have no mark, a changed colour has one with its place, and a save can take it away', async () => {
  const page = await openLive('band', { sent: page1('#123456'), live: page1('#123456') })
  assert.equal(await verdict(page), 'No pixel differs.')
  put('band.html', page1('#123457').replace('Below', 'Below now'))
  await inLive(page, 'Below now').waitFor()
  assert.match(await verdict(page), /^Pixels differ /)
  put('band.html', page1('#123457'))
  await inLive(page, 'Below').waitFor()
  // 50 of 400 rows, less what is text: glyphs of another shade on another ground differ too.
  assert.match(await verdict(page), /^Pixels differ 1[23] % of them$/)
  await page.getByText('Pixels differ').click()
  assert.deepEqual(await marked(page).then(({ first, last, width, height }) => ({ first, last, width, height })), {
    ...{ first: 100, last: 149 },
    ...{ width: 640, height: 400 },
  })
  put('band.html', page1('#123456'))
  await page.getByText('No pixel differs.').waitFor()
  assert.equal(await page.getByText('Pixels differ').count(), 0)
  await page.close()
})

test('other source that looks the same differs in HTML, and in no pixel', async () => {
  const page = await openLive('same', { sent: '<p>a</p><p>b</p>', live: '<p>a</p>\n<p id="x">b</p>' })
  await page.getByText('HTML differs').waitFor()
  assert.equal(await verdict(page), 'No pixel differs.')
  await page.close()
})

test('pages of other heights are compared, what only one has differs, and very high ones are cut', async () => {
  const block = (height: number): string => `<body style="margin:0"><div style="height:${height}px">x</div></body>`
  const page = await openLive('tall', { sent: block(1000), live: block(2000) })
  assert.match(await verdict(page), /^Pixels differ 50 % of them$/)
  await page.getByText('Pixels differ').click()
  await page.getByText('It is 1,000 pixels higher than before.').waitFor()
  const { first, last, height } = await marked(page)
  assert.deepEqual({ first, last, height }, { first: 1000, last: 1999, height: 2000 })
  put('tall.html', `${block(90_000)}<p>end</p>`)
  await inLive(page, 'end').waitFor()
  await verdict(page)
  await page.getByText('Only the uppermost 6,250 pixels were compared.').waitFor()
  await page.close()
})

const square = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><path fill="${colour}" d="M0 0h100v100H0z"/></svg>`

test('pictures of the template are in it, and those from elsewhere are left out with a word', async () => {
  put('square.svg', square('red'))
  const other = '<img src="http://example.invalid/x.png" alt="" width="10" height="10">'
  const page = await openLive('pictured', {
    sent: `<p>Hi</p><img width="100" height="100" alt="" src="data:image/svg+xml,${encodeURIComponent(square('red'))}">`,
    live: '<p>Hi</p><img width="100" height="100" alt="" src="square.svg">',
  })
  assert.equal(await verdict(page), 'No pixel differs.')
  put('square.svg', square('lime'))
  await page.getByText('Pixels differ').click()
  assert.equal((await marked(page)).count, 10_000)
  put('pictured.html', `<p>Hi now</p>${other}`)
  await inLive(page, 'Hi now').waitFor()
  await verdict(page)
  await page.getByText('Without 1 picture').waitFor()
  await page.close()
})

const hostile = `<p class="hostile">Hostile</p><script>parent.ran = 1</script><img src="x:" onerror="parent.ran = 1">
<svg onload="parent.ran = 1"><foreignObject><iframe src="javascript:parent.ran=1"></iframe></foreignObject></svg>
<style>@import "http://example.invalid/a.css"; .hostile { background: url(http://example.invalid/b.png) }</style>
<link rel="stylesheet" href="http://example.invalid/c.css"><img src="http://example.invalid/d.png">
<meta http-equiv="refresh" content="0;url=http://example.invalid/e">`

test('a hostile document is drawn, runs nothing and fetches nothing', async () => {
  const page = await openLive('hostile', { sent: '<p>Hostile</p>', live: '<p>Hostile</p>' })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  assert.equal(await verdict(page), 'No pixel differs.')
  put('hostile.html', hostile)
  await page.frameLocator('iframe[title="Live"]').locator('.hostile').waitFor()
  assert.match(await verdict(page), /^Pixels differ/)
  assert.equal(await page.evaluate(() => 'ran' in window), false)
  const own = [`${server.url ?? ''}/`, 'data:', 'blob:']
  assert.deepEqual(
    asked.filter((url) => !own.some((start) => url.startsWith(start))),
    [],
  )
  assert.ok(asked.length > 0, 'the comparison asked for its frame')
  assert.equal(await page.locator('iframe.drawing-frame').count(), 0)
  await page.close()
})

test('markup that is no XML is drawn all the same', async () => {
  const odd = (text: string): string =>
    `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml"><body xlink:href="#"><p>${text}
\u000b\ufffe&nbsp;&lt;<br>&#1;<p>unclosed <o:p>&nbsp;</o:p><img alt="a<b" src="data:,"><style>p > a::after{content:"<&"}</style>`
  const page = await openLive('odd', { sent: odd('one'), live: odd('one') })
  assert.equal(await verdict(page), 'No pixel differs.')
  put('odd.html', odd('two'))
  await page.getByText('Pixels differ').waitFor()
  await page.close()
})

test('where drawing is impossible it says so', async () => {
  const page = await openLive('heavy', { sent: '<p>a</p>', live: `<p>a</p>${'<b></b>'.repeat(6_000)}` })
  assert.equal(await verdict(page), 'Not compared in pixels: the HTML is too large.')
  put('heavy.html', '<p>a</p>')
  await page.getByText('No pixel differs.').waitFor()
  await page.route('**/frame/template', (route) => route.abort())
  put('heavy.html', '<p>c</p>')
  await page.getByText('Not compared in pixels: the server does not answer.').waitFor()
  await page.close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing where pixels differ, ${colorScheme}`, async () => {
    const styled = (text: string): string =>
      `<meta name="color-scheme" content="light dark"><p>${text}</p>
<style>@media screen and (prefers-color-scheme:dark) { body { background: #000 } }</style>`
    const how = { colorScheme, bypassCSP: true }
    const page = await openLive('scheme', { sent: styled('one'), live: styled('two') }, how)
    assert.match(await verdict(page), /^Pixels differ [0-2](?:\.\d+)? % of them$/)
    await page.getByText('Pixels differ').click()
    assert.equal((await marked(page)).corner, 255, 'drawn for a light scheme')
    assert.deepEqual(await axeFindings(page), [])
    await page.close()
  })
}
