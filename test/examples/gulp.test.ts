/** The example does what its README says: each save of it, in the open browser. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { root } from '../../.build/files.ts'
import { builtUi } from '../support/built.ts'
import { launchBrowser } from '../support/browser.ts'
import { gulpProject, type GulpProject, type RunningGulp } from '../support/gulp-project.ts'

const template = 'emails/welcome.mjml.hbs'

let project: GulpProject
let gulp: RunningGulp
let browser: Browser
let page: Page
let stuntmail: Page
let loads = 0

before(async () => {
  await builtUi()
  project = await gulpProject({ example: 'test/examples/gulp', ui: join(root, 'dist/ui') })
  const [liveReload, smtp, http] = await freePorts(3)
  project.edit('gulpfile.js', '35729', String(liveReload))
  project.edit('pages/index.html', '35729', String(liveReload))
  project.edit('gulpfile.js', '1025', String(smtp))
  project.edit('send-welcome.js', '1025', String(smtp))
  project.edit('gulpfile.js', '8025', String(http))
  gulp = project.gulp('watch')
  await gulp.says("Finished 'watch'")
  browser = await launchBrowser()
  page = await browser.newPage()
  page.on('load', () => loads++)
  await page.goto(pathToFileURL(join(project.folder, 'build/index.html')).href)
  await connected()
  stuntmail = await browser.newPage()
  await stuntmail.goto(`http://localhost:${http}`)
  await stuntmail.waitForSelector('.pulse.live')
})
after(async () => {
  await browser.close()
  await project.remove()
})

/** Free at the same time, then let go of. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = []
  for (let index = 0; index < count; index++) {
    const server = createServer().listen(0, 'localhost')
    await once(server, 'listening')
    servers.push(server)
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return ports
}

/** The page hears of changes. */
async function connected(): Promise<void> {
  await page.waitForFunction(() => {
    const { LiveReload } = window as unknown as { LiveReload?: { connector: { protocol: number } } }
    return LiveReload?.connector.protocol === 7
  })
}

const frame = (): FrameLocator => page.frameLocator('iframe')
const subject = (text: string) => stuntmail.locator('.row-subject', { hasText: text })

test('the page, the message in its frame, and the inbox are there', async () => {
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  await frame().getByText('Hello Ann, good to have you.').waitFor()
  await frame().getByText('Tea & Co, 1 Leaf Lane').waitFor()
  await subject('Welcome to Tea & Co, Ann').waitFor()
})

test('a style goes in without loading the page', async () => {
  const before = loads
  project.edit('styles/colors.less', '#333333', '#123456')
  await page.waitForFunction(() => getComputedStyle(document.body).color === 'rgb(18, 52, 86)')
  assert.equal(loads, before)
})

test('a script loads the page again', async () => {
  project.edit('scripts/main.js', "'Welcome'", "'Come in'")
  await page.getByRole('heading', { name: 'Come in' }).waitFor()
  await connected()
})

test('a template is in the page, in the inbox and under Templates', async () => {
  const source = project.read(template)
  project.put({ [template]: source.replace('Hello', 'Good day').replace('Welcome to', 'Glad you found') })
  await frame().getByText('Good day Ann').waitFor()
  await subject('Glad you found Tea & Co, Ann').waitFor()
  await subject('Welcome to Tea & Co, Ann').waitFor({ state: 'detached' })
  const view = await browser.newPage()
  await view.goto(`${new URL(stuntmail.url()).origin}/?view=template&template=welcome`)
  const shown = view.locator('.template-pane iframe').first().contentFrame()
  await shown.getByText('Good day Ann').waitFor()
  project.edit('emails/partials/footer.hbs', '1 Leaf Lane', '2 Leaf Lane')
  await shown.getByText('2 Leaf Lane').waitFor()
  await frame().getByText('2 Leaf Lane').waitFor()
  project.edit('emails/welcome.data.json', 'Ann', 'Bea')
  await shown.getByText('Good day Bea').waitFor()
  await frame().getByText('Good day Bea').waitFor()
  await view.close()
})

test('a message of the app is in the inbox', async () => {
  await promisify(execFile)(process.execPath, ['send-welcome.js'], { cwd: project.folder })
  await subject('Welcome, as sent by the app').waitFor()
})

// Gulp's chokidar passes over what is saved again within 50 ms, which only a program does: another file is seen.
test('a mistake is in the terminal, with its place, and the watch goes on', async () => {
  const from = gulp.output().length
  const good = project.read(template)
  project.put({ [template]: `${good}{{#if` })
  await gulp.says(`${join(project.folder, template)}:`, from)
  await gulp.says("'emails' errored after", from)
  project.edit('styles/colors.less', '#123456', '#123456 {')
  await gulp.says("'styles' errored after", from)
  project.edit('styles/colors.less', '#123456 {', '#654321')
  project.put({ 'styles/another.less': '' })
  await page.waitForFunction(() => getComputedStyle(document.body).color === 'rgb(101, 67, 33)')
  project.put({ [template]: good.replace('Good day', 'Back again'), 'emails/partials/another.hbs': '' })
  await frame().getByText('Back again Bea').waitFor()
})
