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

/** The page was loaded again and shows a text. It hears of the next save, too: LiveReload tells those who listen. */
async function framed(text: string): Promise<void> {
  await frame().getByText(text).waitFor()
  await connected()
}

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
  await framed('Good day Ann')
  await subject('Glad you found Tea & Co, Ann').waitFor()
  await subject('Welcome to Tea & Co, Ann').waitFor({ state: 'detached' })
  const view = await browser.newPage()
  await view.goto(`${new URL(stuntmail.url()).origin}/?view=template&template=welcome`)
  const shown = view.locator('.template-pane iframe').first().contentFrame()
  await shown.getByText('Good day Ann').waitFor()
  project.edit('emails/partials/footer.hbs', '1 Leaf Lane', '2 Leaf Lane')
  await shown.getByText('2 Leaf Lane').waitFor()
  await framed('2 Leaf Lane')
  project.edit('emails/welcome.data.json', 'Ann', 'Bea')
  await shown.getByText('Good day Bea').waitFor()
  await framed('Good day Bea')
  await view.close()
})

test('a message of the app is in the inbox', async () => {
  await promisify(execFile)(process.execPath, ['send-welcome.js'], { cwd: project.folder })
  await subject('Welcome, as sent by the app').waitFor()
})

// A mistake that another file mends, and each time one save: Gulp runs a task once for it, where two saves may be two runs,
// and a page that is loading does not hear of the second.
test('a mistake is in the terminal, with its file, and the watch goes on', async () => {
  const from = gulp.output().length
  project.edit(template, '{{> footer}}', '{{> missing}}')
  await gulp.says(join(project.folder, template), from)
  await gulp.says("'emails' errored after", from)
  project.edit('styles/colors.less', ';', ";\n@import 'missing';")
  await gulp.says("'styles' errored after", from)
  project.put({ 'styles/missing.less': '@ink: #654321;' })
  await page.waitForFunction(() => getComputedStyle(document.body).color === 'rgb(101, 67, 33)')
  project.put({
    'emails/partials/missing.hbs': '<mj-section><mj-column><mj-text>Back again</mj-text></mj-column></mj-section>',
  })
  await framed('Back again')
})
