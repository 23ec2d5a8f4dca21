import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts the machine's Chromium, cut off from everything but loopback. The caller closes it. @param args more of the command line. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) throw new Error('No Chromium found: install it, or name it in CHROMIUM')
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--no-proxy-server',
      ...args,
    ],
  })
  // Of every page: a machine that is busy with something else takes its time.
  const newPage = browser.newPage.bind(browser)
  const newContext = browser.newContext.bind(browser)
  browser.newPage = async (options) => patient(await newPage(options))
  browser.newContext = async (options) => patient(await newContext(options))
  return browser
}

function patient<Waiting extends Pick<Page, 'setDefaultTimeout'>>(waiting: Waiting): Waiting {
  waiting.setDefaultTimeout(120_000)
  return waiting
}
