import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run } from './process.ts'

/** Programs that tests drive besides Chromium; a test for one that is missing is skipped. */
const clients = ['swaks', 'msmtp', 'curl', 'strace']

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const chromiumPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
]

const byHand = 'Install Chromium (Debian: apt-get install chromium), or name its program in CHROMIUM.'

/**
 * Finds what the tests need and npm cannot bring. Where Chromium is missing and this is Debian and root, installs it with
 * Debian's packages, and the mail clients with it. @throws with what to do when there is no Chromium in the end.
 */
export async function findOrInstallPrograms(): Promise<{ readonly chromium: string }> {
  const found = await findChromium()
  if (found !== undefined) return { chromium: found }
  await install(['chromium', ...(await missing(clients))])
  const installed = await findChromium()
  if (installed === undefined) throw new Error(`No Chromium was found. ${byHand}`)
  return { chromium: installed }
}

async function findChromium(): Promise<string | undefined> {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return named
  for (const name of chromiumNames) {
    const path = await inPath(name)
    if (path !== undefined) return path
  }
  return firstRunnable(chromiumPlaces)
}

async function missing(names: readonly string[]): Promise<readonly string[]> {
  const paths = await Promise.all(names.map(inPath))
  return names.filter((_, index) => paths[index] === undefined)
}

async function install(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || (await inPath('apt-get')) === undefined) {
    throw new Error(`The browser tests need Chromium, and it is not here. ${byHand}`)
  }
  console.log(`Chromium is missing: installing ${packages.join(', ')} with apt-get`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { code, output } = await run('apt-get', args, { env })
    if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${output}\n${byHand}`)
  }
}

function inPath(name: string): Promise<string | undefined> {
  return firstRunnable((process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
}

async function firstRunnable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const runnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runnable) return path
  }
  return undefined
}
