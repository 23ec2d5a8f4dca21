import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const harmless = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
]

function chromiumPath(): string {
  const path = candidates.find((candidate) => candidate !== undefined && existsSync(candidate))
  if (path === undefined) throw new Error('No Chromium found: install it, or name it in CHROMIUM')
  return path
}

/** Starts the machine's Chromium, cut off from everything but loopback. The caller closes it. @param args more of the command line. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...harmless, ...args] })
  // Of every page: a machine that is busy with something else takes its time.
  const newPage = browser.newPage.bind(browser)
  const newContext = browser.newContext.bind(browser)
  browser.newPage = async (options) => patient(await newPage(options))
  browser.newContext = async (options) => patient(await newContext(options))
  return browser
}

/** The same with a profile of its own, which does in advance what a private window does not. @param folder of the profile */
export async function launchProfile(folder: string, args: readonly string[]): Promise<BrowserContext> {
  return patient(
    await chromium.launchPersistentContext(folder, { executablePath: chromiumPath(), args: [...harmless, ...args] }),
  )
}

function patient<Waiting extends Pick<Page, 'setDefaultTimeout'>>(waiting: Waiting): Waiting {
  waiting.setDefaultTimeout(120_000)
  return waiting
}
