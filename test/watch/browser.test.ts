/** LR-1..3 and the loop itself: files are saved, and the open page follows. */
import assert from 'node:assert/strict'
import { rename, truncate, writeFile } from 'node:fs/promises'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { startWatch, type RunningWatch } from '../support/watch.ts'
import { sendPlain } from '../bench/send.ts'

let browser: Browser
let watch: RunningWatch
let page: Page
let loads = 0

before(async () => {
  watch = await startWatch()
  for (let index = 0; index < 30; index++) await sendPlain(watch.smtp, `message ${index}`)
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.on('load', () => loads++)
  await page.goto(watch.url)
  await ready()
})
after(async () => {
  await browser.close()
  await watch.end()
})

/** The list stands, and the page hears of changes. */
async function ready(): Promise<void> {
  await page.waitForSelector('.pulse.live')
  await page.waitForFunction(() => {
    const { LiveReload } = window as unknown as { LiveReload?: { connector: { protocol: number } } }
    return LiveReload?.connector.protocol === 7
  })
}

const styleOf = (selector: string, property: string) =>
  page.locator(selector).evaluate((element, name) => getComputedStyle(element).getPropertyValue(name).trim(), property)

function styled(selector: string, property: string, value: string): Promise<unknown> {
  const has = ([where, name, wanted]: readonly string[]): boolean => {
    const element = document.querySelector(where ?? '')
    return (
      element !== null &&
      getComputedStyle(element)
        .getPropertyValue(name ?? '')
        .trim() === wanted
    )
  }
  return page.waitForFunction(has, [selector, property, value] as const)
}

const problem = () => page.locator('#stuntmail-problems')

test('a sheet, a variable and an image go in without the page', async () => {
  const before = loads
  mkdirSync(join(watch.folder, 'ui/images'), { recursive: true })
  const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const from = watch.output().length
  watch.save('ui/images/dot.png', picture)
  await watch.says('changed images/dot.png', from)

  watch.edit('ui/style/top-bar.less', '.brand {', '.brand { --leaf: 1;')
  await styled('.brand', '--leaf', '1')
  watch.edit('ui/style/variables.less', '@s3: 12px;', '@s3: 13px;')
  await styled('.panes', 'column-gap', '13px')

  watch.edit('ui/style/top-bar.less', '--leaf: 1;', "--leaf: 2; background-image: url('images/dot.png');")
  await styled('.brand', '--leaf', '2')
  const first = await styleOf('.brand', 'background-image')
  const served = Buffer.from(await (await fetch(`${watch.url}/images/dot.png`)).arrayBuffer())
  assert.deepEqual(served, picture)
  watch.save('ui/images/dot.png', Buffer.concat([picture, Buffer.from([0])]))
  await page.waitForFunction(
    (old) => getComputedStyle(document.querySelector('.brand') ?? document.body).backgroundImage !== old,
    first,
  )
  assert.equal(loads, before)
})

test('a script loads the page again and gives back what was there', async () => {
  const row = page.locator('.row').nth(1)
  await row.click()
  await page.getByRole('button', { name: 'Phone', exact: true }).click()
  await page.getByRole('checkbox').nth(3).check({ force: true })
  const url = page.url()
  await page.locator('.list-scroller').evaluate((element) => (element.scrollTop = 500))
  const loaded = page.waitForEvent('load')
  watch.edit('ui/parts/top-bar.tsx', '"brand-name">Stuntmail</span>', '"brand-name">Saved</span>')
  await loaded
  await page.locator('.brand-name', { hasText: 'Saved' }).waitFor()
  await page.locator('button[aria-label=Phone][aria-pressed=true]').waitFor()
  await page.waitForFunction(() => document.querySelector('.list-scroller')?.scrollTop === 500)
  assert.equal(page.url(), url)
  assert.equal(await page.locator('.row.selected').count(), 1)
  await ready()
})

test('a broken sheet and a broken script stand over the page, and go with the next good save', async () => {
  const bar = 'ui/parts/top-bar.tsx'
  const line = watch.read(bar).slice(0, watch.read(bar).indexOf('"brand-name"')).split('\n').length
  const cases = [
    ['ui/style/row.less', '.row {', '.row {{', 'ui/style/row.less:'],
    [bar, 'Saved</span>', 'Saved</div>', `${bar}:${line}:`],
  ] as const
  for (const [file, good, bad, place] of cases) {
    const from = watch.output().length
    watch.edit(file, good, bad)
    await problem().getByText(place).waitFor()
    assert.ok(watch.output().includes(place, from))
    watch.edit(file, bad, good)
    await problem().waitFor({ state: 'detached' })
  }
})

test('editors that empty a file first, or put another in its place, lose nothing', async () => {
  const path = 'ui/style/shell.less'
  const file = join(watch.folder, path)
  const original = watch.read(path)
  const saved = (marker: number): string => original.replace('.shell {', `.shell { --save: ${marker};`)
  for (let marker = 1; marker <= 5; marker++) {
    await truncate(file)
    await writeFile(file, saved(marker))
    await styled('.shell', '--save', String(marker))
  }
  for (let marker = 6; marker <= 10; marker++) {
    await writeFile(`${file}~`, saved(marker))
    await rename(`${file}~`, file)
    await styled('.shell', '--save', String(marker))
  }
})

test('a saved server comes back with its messages, its ports and its pages', async () => {
  const before = loads
  const from = watch.output().length
  watch.edit('src/http/gate.ts', "'X-Frame-Options': 'DENY'", "'X-Frame-Options': 'SAMEORIGIN'")
  await watch.says('"ready":true', from)
  assert.equal((await fetch(watch.url)).headers.get('x-frame-options'), 'SAMEORIGIN')
  await sendPlain(watch.smtp, 'after the restart')
  await page.locator('.list-scroller').evaluate((element) => (element.scrollTop = 0))
  await page.locator('.row-subject', { hasText: 'after the restart' }).waitFor()
  assert.equal(loads, before)
  await ready()
  watch.edit('ui/style/top-bar.less', '--leaf: 2;', '--leaf: 3;')
  await styled('.brand', '--leaf', '3')
})

test('a server that is not compiled or does not start leaves the last good one, and says why', async () => {
  const good = watch.read('src/server.ts')
  watch.save('src/server.ts', `${good}\nconst = 1\n`)
  await problem().getByText('src/server.ts:').waitFor()
  assert.equal((await fetch(watch.url)).status, 200)
  watch.save('src/server.ts', `${good}\nthrow new Error('it does not start')\n`)
  await problem().getByText('it does not start').waitFor()
  assert.equal((await fetch(watch.url)).status, 200)
  watch.save('src/server.ts', good)
  await problem().waitFor({ state: 'detached' })
})
