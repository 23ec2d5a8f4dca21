/**
 * Ten screenshots of both loops: `gulp watch` runs, files are saved one by one, and the open page follows. They stay in
 * `test-results/recording`, or in the folder that RECORDING_FOLDER names.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { root } from '../../.build/files.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/command.ts'
import { startWatch, type RunningWatch } from '../support/watch.ts'

const folder = resolve(process.env['RECORDING_FOLDER'] ?? join(root, 'test-results/recording'))
const emails = join(temporaryFolder(), 'emails')
const ownFile = /^\d\d-[a-z-]+\.png$/
let browser: Browser
let watch: RunningWatch
let page: Page
let previous: Buffer = Buffer.alloc(0)
let taken = 0

const template = (greeting: string): string => `---
subject: Welcome, {{name}}
---
<style>{{> style}}</style>
<div class="card"><img src="images/logo.svg" alt="Logo" width="64" height="64">
<h1>${greeting}, {{name}}</h1><p>Thank you for choosing us.</p>{{> foot}}</div>
`
const style = (
  colour: string,
): string => `body { margin: 0; padding: 24px; background: #eef1f4; font-family: sans-serif }
.card { max-width: 520px; margin: auto; padding: 24px; border-top: 8px solid ${colour}; background: #fff }
h1 { color: ${colour} }
`
const notice = (colour: string): string =>
  `<h1>A notice</h1><p style="color: ${colour}">This is in ${colour}.</p><p>This stays as it is.</p>`
const logo = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4" fill="${colour}"/></svg>`

function put(path: string, content: string): void {
  mkdirSync(dirname(join(emails, path)), { recursive: true })
  writeFileSync(join(emails, path), content)
}

before(async () => {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (ownFile.test(name)) rmSync(join(folder, name))
  put('welcome.hbs', template('Hello'))
  put('welcome.data.json', '{ "name": "Ann" }')
  put('partials/style.hbs', style('#8f4e00'))
  put('partials/foot.hbs', '<p>Yours, the first team</p>')
  put('images/logo.svg', logo('#8f4e00'))
  put('notice.html', notice('brown'))
  ;[browser, watch] = await Promise.all([launchBrowser(), startWatch({ STUNTMAIL_TEMPLATES: emails })])
  page = await browser.newPage({ viewport: { width: 1280, height: 1100 }, colorScheme: 'light' })
})
after(async () => {
  await Promise.all([browser.close(), watch.end()])
})

/** Opens a place, and waits until it is told of saves. */
async function open(path: string): Promise<void> {
  await page.goto(`${watch.url}/${path}`)
  await page.waitForSelector('.pulse.live')
}

/** Keeps what the page shows as soon as it stands still. It has to be something else than what was kept before. */
async function shoot(name: string): Promise<void> {
  const take = (): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide' })
  let shot = await take()
  for (let next = await take(); !next.equals(shot); next = await take()) shot = next
  assert.ok(!shot.equals(previous), `${name} shows something new`)
  previous = shot
  taken += 1
  writeFileSync(join(folder, `${String(taken).padStart(2, '0')}-${name}.png`), shot)
}

/** Waits for an element of the frame to look like this. The page looks into it, for no script runs there. */
function styled(frame: string, element: string, [property, value]: readonly [string, string]): Promise<unknown> {
  return page.waitForFunction(
    ([where, inside, name, wanted]) => {
      const found = document.querySelector<HTMLIFrameElement>(where)?.contentDocument?.querySelector(inside)
      return found !== null && found !== undefined && getComputedStyle(found).getPropertyValue(name) === wanted
    },
    [frame, element, property, value] as const,
  )
}

/** Waits for the picture of the frame to be another, and to be drawn. */
function drawn(frame: string, before: string): Promise<unknown> {
  return page.waitForFunction(
    ([where, address]) => {
      const picture = document.querySelector<HTMLIFrameElement>(where)?.contentDocument?.querySelector('img')
      if (picture === null || picture === undefined || picture.getAttribute('src') === address) return false
      return picture.complete && picture.naturalWidth > 0
    },
    [frame, before] as const,
  )
}

const pane = '.template-pane iframe'
const inPane = (): FrameLocator => page.frameLocator(pane)

async function recordTemplate(): Promise<void> {
  await open('?view=template&template=welcome')
  await inPane().getByText('Hello, Ann').waitFor()
  await shoot('template-before')
  put('welcome.hbs', template('Good morning'))
  await inPane().getByText('Good morning, Ann').waitFor()
  await shoot('template-text-saved')
  put('partials/foot.hbs', '<p>Yours, the second team</p>')
  await inPane().getByText('the second team').waitFor()
  await shoot('partial-saved')
  put('partials/style.hbs', style('#1f6b3b'))
  await styled(pane, 'h1', ['color', 'rgb(31, 107, 59)'])
  await shoot('style-saved')
  put('welcome.data.json', '{ "name": "Beatrice" }')
  await inPane().getByText('Good morning, Beatrice').waitFor()
  await page.getByText('Welcome, Beatrice').waitFor()
  await shoot('fixture-saved')
  const address = await inPane().getByAltText('Logo').getAttribute('src')
  put('images/logo.svg', logo('#1f6b3b'))
  await drawn(pane, address ?? '')
  await shoot('picture-saved')
}

async function recordMessage(): Promise<void> {
  const message = {
    ...{ from: 'shop@example.com', to: ['ann@example.com'], subject: 'A notice' },
    html: notice('brown'),
    headers: [{ name: 'X-Stuntmail-Template', value: 'notice' }],
  }
  const answer = await fetch(`${watch.url}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(message),
  })
  const { key } = (await answer.json()) as { key: string }
  await open(`?message=${key}&tab=live`)
  await page.getByText('No pixel differs.').waitFor()
  await shoot('message-live-side-before')
  put('notice.html', notice('green'))
  await page.frameLocator('iframe[title="Live"]').getByText('in green').waitFor()
  await page.getByText('Pixels differ').click()
  await page.locator('.pixel-picture canvas').waitFor()
  await shoot('message-live-side-saved')
}

async function recordUi(): Promise<void> {
  await open('?view=templates')
  await page.frameLocator('.template-card:has-text("welcome") iframe').getByText('Good morning').waitFor()
  await page.frameLocator('.template-card:has-text("notice") iframe').getByText('in green').waitFor()
  await shoot('gallery-before')
  watch.edit('ui/style/theme.less', '--ground: #f4f1ea', '--ground: #cfe3f5')
  await page.waitForFunction(
    () => getComputedStyle(document.documentElement).getPropertyValue('--ground').trim() === '#cfe3f5',
  )
  await shoot('gallery-style-of-the-ui-saved')
}

test('a recording of ten screenshots, each after a save unlike the one before', async (context: TestContext) => {
  await recordTemplate()
  await recordMessage()
  await recordUi()
  assert.equal(readdirSync(folder).filter((name) => ownFile.test(name)).length, 10)
  context.diagnostic(`screenshots: ${folder}`)
})
