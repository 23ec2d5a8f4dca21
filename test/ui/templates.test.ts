/** Templates in a real browser, over a whole server and a folder of files that are saved. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { builtUi } from '../support/built.ts'
import { startStuntmail, type Stuntmail } from '../../src/index.ts'
import { axeFindings } from '../support/axe.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/command.ts'

const tall = '<p style="height:900px">tall</p>'
const root = join(temporaryFolder(), 'emails')
let browser: Browser
let server: Stuntmail
let page: Page

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

before(async () => {
  put('welcome.hbs', `---\nsubject: Welcome {{name}}\n---\n<h1>Hello {{name}}</h1>{{> partials/foot}}${tall}<p>end</p>`)
  put('welcome.data.json', '{ "name": "Ann" }')
  put('welcome.bob.json', '{ "name": "Bob" }')
  put('partials/foot.hbs', '<p>Foot one</p>')
  put('account/reset.html', '<style>p{color:rgb(1,2,3)}</style><p>Reset</p><img src="../images/logo.svg" alt="logo">')
  put('images/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>')
  await builtUi()
  ;[browser, server] = await Promise.all([launchBrowser(), startStuntmail({ templates: root })])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
})
afterEach(() => page.close())

/** Opens a place and waits until it is told of saves. */
async function open(path: string): Promise<void> {
  await page.goto(`${server.url ?? ''}/${path}`)
  await page.waitForSelector('.pulse.live')
}

function deferred(): { readonly promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const shown = (): FrameLocator => page.frameLocator('.template-pane iframe')

test('the gallery has every template but partials, by folder, and leads to each', async () => {
  await open('')
  await page.getByRole('link', { name: 'Templates' }).click()
  await page.frameLocator('.template-card:has-text("welcome") iframe').getByText('Hello Ann').waitFor()
  assert.deepEqual(await page.locator('.template-name').allTextContents(), ['welcome', 'reset'])
  await page.getByLabel('Filter templates by name').fill('RES')
  await page.getByText('1 template in').waitFor()
  await page.locator('.template-card', { hasText: 'reset' }).click()
  await page.getByRole('heading', { name: 'account/reset' }).waitFor()
  await page.keyboard.press('u')
  await page.getByRole('heading', { name: 'Templates' }).waitFor()
})

test('the gallery follows new templates, and those that go', async () => {
  await open('?view=templates')
  put('news.hbs', '<h1>News</h1>')
  await page.locator('.template-name', { hasText: 'news' }).waitFor()
  rmSync(join(root, 'news.hbs'))
  await page.locator('.template-name', { hasText: 'news' }).waitFor({ state: 'detached' })
})

test('a save changes only what it changes: scroll, selection and elements stay', async () => {
  await open('?view=template&template=welcome')
  await page.getByText('Welcome Ann').waitFor()
  const end = shown().getByText('end', { exact: true })
  await end.scrollIntoViewIfNeeded()
  const before = await end.evaluate((element) => {
    const { defaultView: inside } = element.ownerDocument
    inside?.getSelection()?.selectAllChildren(element)
    ;(element as HTMLElement & { kept?: boolean }).kept = true
    return inside?.scrollY ?? 0
  })
  assert.ok(before > 0)
  put('partials/foot.hbs', '<p>Foot two</p>')
  await shown().getByText('Foot two').waitFor()
  const now = await end.evaluate((element) => {
    const { defaultView: inside } = element.ownerDocument
    const { kept } = element as HTMLElement & { kept?: boolean }
    return { scroll: inside?.scrollY, selected: inside?.getSelection()?.toString(), kept }
  })
  assert.deepEqual(now, { scroll: before, selected: 'end', kept: true })
})

test('styles and pictures go in by themselves', async () => {
  await open('?view=template&template=account/reset')
  const paragraph = shown().getByText('Reset')
  await paragraph.waitFor()
  const picture = shown().getByAltText('logo')
  const first = await picture.getAttribute('src')
  await paragraph.evaluate((element) => ((element as HTMLElement & { kept?: boolean }).kept = true))
  put('account/reset.html', readFileSync(join(root, 'account/reset.html'), 'utf8').replace('1,2,3', '4,5,6'))
  // No script runs in the frame, not even one that waits: the page looks into it.
  await page.waitForFunction(() => {
    const inside = document.querySelector<HTMLIFrameElement>('.template-pane iframe')?.contentDocument
    const text = inside?.querySelector('p')
    return text !== null && text !== undefined && getComputedStyle(text).color === 'rgb(4, 5, 6)'
  })
  assert.equal(await paragraph.evaluate((element) => (element as HTMLElement & { kept?: boolean }).kept), true)
  put('images/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"/>')
  await page.waitForFunction((before) => {
    const inside = document.querySelector<HTMLIFrameElement>('.template-pane iframe')?.contentDocument
    return inside?.querySelector('img')?.getAttribute('src') !== before
  }, first)
})

test('a mistake stands over the last good rendering, with its place, until the next good save', async () => {
  await open('?view=template&template=welcome')
  await shown().getByText('Hello Ann').waitFor()
  const good = readFileSync(join(root, 'welcome.hbs'), 'utf8')
  put('welcome.hbs', good.replace('{{name}}</h1>', '{{#if}</h1>'))
  const panel = page.getByRole('alert', { name: 'What is wrong' })
  await panel.getByText(/welcome\.hbs:4/).waitFor()
  await shown().getByText('Hello Ann').waitFor()
  put('welcome.hbs', good)
  await panel.waitFor({ state: 'detached' })
})

test('fixtures are chosen, edited beside the template, and saved when one says so', async () => {
  await open('?view=template&template=welcome&tab=fixtures')
  await page.getByRole('combobox', { name: 'Fixture' }).selectOption('bob')
  await shown().getByText('Hello Bob').waitFor()
  const data = page.getByLabel('Data of bob, JSON')
  await data.fill('{ "name": "Carol" }')
  await shown().getByText('Hello Carol').waitFor()
  assert.equal(readFileSync(join(root, 'welcome.bob.json'), 'utf8'), '{ "name": "Bob" }')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved bob').waitFor()
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'welcome.bob.json'), 'utf8')), { name: 'Carol' })
  await data.fill('{ "name": ')
  await page.getByRole('alert').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true)
  await data.fill('{ "name": "Dan" }')
  await page.getByLabel('Name of a new fixture').fill('dan')
  await page.getByRole('button', { name: 'Save as' }).click()
  await page.getByLabel('Data of dan, JSON').waitFor()
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'welcome.dan.json'), 'utf8')), { name: 'Dan' })
})

test('a fixture that changed meanwhile is not written over unasked', async () => {
  await open('?view=template&template=welcome&tab=fixtures')
  const data = page.getByLabel('Data of default, JSON')
  await data.fill('{ "name": "Mine" }')
  await shown().getByText('Hello Mine').waitFor()
  put('welcome.data.json', '{ "name": "Theirs" }')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Write over it' }).waitFor()
  assert.equal(readFileSync(join(root, 'welcome.data.json'), 'utf8'), '{ "name": "Theirs" }')
  await page.getByRole('button', { name: 'As in the file' }).click()
  await shown().getByText('Hello Theirs').waitFor()
})

test('what is written while the file is read again is kept', async () => {
  await open('?view=template&template=welcome&tab=fixtures')
  const data = page.getByLabel('Data of default, JSON')
  await data.waitFor()
  const { promise: held, resolve: release } = deferred()
  await page.route(/\/api\/fixture/, async (route) => {
    await held
    await route.continue()
  })
  const asked = page.waitForRequest(/\/api\/fixture/)
  put('welcome.data.json', '{ "name": "Late" }')
  await asked
  await data.fill('{ "name": "Typed" }')
  await shown().getByText('Hello Typed').waitFor()
  const answered = page.waitForResponse(/\/api\/fixture/)
  release()
  await (await answered).finished()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Write over it' }).waitFor()
  assert.equal(await data.inputValue(), '{ "name": "Typed" }')
})

test('a rendering goes to the inbox and through SMTP, and all widths stand side by side', async () => {
  await open('?view=template&template=account/reset')
  await shown().getByText('Reset').waitFor()
  await page.getByRole('button', { name: 'To the inbox' }).click()
  await page.getByText('Put into the inbox').waitFor()
  await page.getByRole('button', { name: 'Send by SMTP' }).click()
  await page.getByText('Sent through SMTP').waitFor()
  await page.getByRole('button', { name: 'All side by side' }).click()
  await page.locator('.template-pane').nth(2).waitFor()
  assert.deepEqual(
    await page.locator('.template-pane iframe').evaluateAll((frames) => frames.map(({ clientWidth }) => clientWidth)),
    [375, 768, 1000],
  )
  await page.getByRole('link', { name: /Stuntmail/ }).click()
  await page.locator('.row').nth(1).waitFor()
})

test('a captured message follows its template, beside what was sent', async () => {
  put('tied.hbs', '<h1>Hello {{name}}</h1>\n<p>one</p>')
  const { url = '' } = server
  const data = Buffer.from('{ "name": "Eve" }').toString('base64url')
  const headers = [
    { name: 'X-Stuntmail-Template', value: 'tied' },
    { name: 'X-Stuntmail-Data', value: data },
  ]
  const answer = await fetch(`${url}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...{ from: 'a@example.com', to: ['b@example.com'], subject: 'Hi', headers },
      html: '<h1>Hello Eve</h1>\n<p>one</p>',
    }),
  })
  const { key } = (await answer.json()) as { key: string }
  await open(`?message=${key}`)
  await page.getByRole('tab', { name: 'Live' }).click()
  const live = page.frameLocator('iframe[title="Live"]')
  await live.getByText('Hello Eve').waitFor()
  put('tied.hbs', '<h1>Hello {{name}}</h1>\n<p>two</p>')
  await live.getByText('two').waitFor()
  await page.frameLocator('iframe[title="As sent"]').getByText('one').waitFor()
  await page.getByText('HTML differs').click()
  const html = page.locator('details', { hasText: 'HTML differs' })
  assert.deepEqual(await html.locator('.changed-line.live').allTextContents(), ['+ <p>two</p>'])
  assert.deepEqual(await html.locator('.changed-line.sent').allTextContents(), ['− <p>one</p>'])
  await page.getByLabel('Name of a new fixture').fill('eve')
  await page.getByRole('button', { name: 'Save its data' }).click()
  await page.getByRole('heading', { name: 'tied' }).waitFor()
  await shown().getByText('Hello Eve').waitFor()
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'tied.eve.json'), 'utf8')), { name: 'Eve' })
})

test('nothing in a template runs, whatever it says', async () => {
  put(
    'evil.html',
    '<p>evil</p><script>parent.ran = 1</script><img src=x onerror="parent.ran = 1"><a href="javascript:parent.ran=1">go</a>',
  )
  await open('?view=template&template=evil')
  await shown().getByText('evil').waitFor()
  put(
    'evil.html',
    '<p>more evil</p><svg onload="parent.ran = 1"></svg><img src=y onerror="parent.ran = 1"><script>parent.ran = 1</script>',
  )
  await shown().getByText('more evil').waitFor()
  assert.equal(await shown().locator('script, [onerror], [onload]').count(), 0)
  assert.equal(await page.evaluate(() => 'ran' in window), false)
  rmSync(join(root, 'evil.html'))
})

test('axe finds nothing, light and dark, on a phone too', async () => {
  put('broken.hbs', '<p>{{#if}</p>')
  const places = [
    ['?view=templates', '.template-card'],
    ['?view=template&template=welcome', '.template-pane'],
    ['?view=template&template=welcome&tab=text', '.template-text'],
    ['?view=template&template=welcome&tab=source', '.source-line'],
    ['?view=template&template=welcome&tab=fixtures', '.data-editor'],
    ['?view=template&template=welcome&tab=details', '.template-files'],
    ['?view=template&template=broken', '.diagnostic'],
  ] as const
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    const other = await browser.newPage({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
    for (const [path, there] of places) {
      await other.goto(`${server.url ?? ''}/${path}`)
      await other.locator(there).first().waitFor()
      assert.deepEqual(await axeFindings(other), [], path)
    }
    await other.close()
  }
  rmSync(join(root, 'broken.hbs'))
})
