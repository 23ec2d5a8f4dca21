import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run, type Run } from './process.ts'

/**
 * What tests drive besides Chromium, with Debian's package that brings it: a program in PATH, or a file. A test for one that
 * is missing is skipped.
 */
const optional: Readonly<Record<string, string>> = {
  swaks: 'swaks',
  msmtp: 'msmtp',
  curl: 'curl',
  strace: 'strace',
  mutt: 'mutt',
  neomutt: 'neomutt',
  mbsync: 'isync',
  // A terminal for the two mutts.
  script: 'bsdutils',
  perl: 'perl',
  '/usr/share/perl5/IO/Socket/SSL.pm': 'libio-socket-ssl-perl',
  '/usr/share/perl5/Authen/SASL.pm': 'libauthen-sasl-perl',
  python3: 'python3',
  '/usr/lib/python3/dist-packages/aiosmtplib': 'python3-aiosmtplib',
  ruby: 'ruby',
  '/usr/share/doc/ruby-mail': 'ruby-mail',
  php: 'php-cli',
  '/usr/share/php/libphp-phpmailer': 'libphp-phpmailer',
  '/usr/share/php/Symfony/Component/Mailer': 'php-symfony-mailer',
  go: 'golang-go',
}

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const chromiumPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
]

const byHand = 'Install Chromium (Debian: apt-get install chromium), or name its program in CHROMIUM.'

/**
 * Finds what the tests need and npm cannot bring. Where this is Debian and root, installs what is missing with Debian's
 * packages: Chromium, and the clients, without which the tests do as well. @throws with what to do when there is no
 * Chromium in the end.
 */
export async function findOrInstallPrograms(): Promise<{ readonly chromium: string }> {
  const found = await findChromium()
  const clients = await missingPackages()
  if (found === undefined && !(await canInstall())) {
    throw new Error(`The browser tests need Chromium, and it is not here. ${byHand}`)
  }
  if ((found === undefined || clients.length > 0) && (await canInstall())) {
    const update = await aptGet(['update'])
    if (found === undefined) await installChromium(update)
    if (clients.length > 0) await installClients(clients, update)
  }
  const chromium = found ?? (await findChromium())
  if (chromium === undefined) throw new Error(`No Chromium was found. ${byHand}`)
  return { chromium }
}

async function findChromium(): Promise<string | undefined> {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return named
  for (const name of chromiumNames) {
    const path = await inPath(name)
    if (path !== undefined) return path
  }
  return firstWith(constants.X_OK, chromiumPlaces)
}

async function missingPackages(): Promise<readonly string[]> {
  const missing = async ([place, name]: readonly [string, string]): Promise<readonly string[]> =>
    (await (place.startsWith('/') ? firstWith(constants.F_OK, [place]) : inPath(place))) === undefined ? [name] : []
  return (await Promise.all(Object.entries(optional).map(missing))).flat()
}

async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await inPath('apt-get')) !== undefined
}

async function installChromium(update: Run): Promise<void> {
  console.log('Chromium is missing: installing it with apt-get')
  const installed = update.code === 0 ? await aptInstall(['chromium']) : update
  if (installed.code !== 0) throw new Error(`apt-get failed:\n${installed.output}\n${byHand}`)
}

/** Together, and where that fails each alone, so that one which a Debian does not have is not in the way of others. */
async function installClients(packages: readonly string[], update: Run): Promise<void> {
  console.log(`Mail clients are missing: installing ${packages.join(', ')} with apt-get`)
  if (update.code === 0 && (await aptInstall(packages)).code === 0) return
  const failed: string[] = []
  for (const name of packages) if (update.code !== 0 || (await aptInstall([name])).code !== 0) failed.push(name)
  console.log(`Not installed, and their tests are skipped: ${failed.join(', ')}`)
}

function aptInstall(packages: readonly string[]): Promise<Run> {
  return aptGet(['install', '-y', '--no-install-recommends', ...packages])
}

function aptGet(args: readonly string[]): Promise<Run> {
  return run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' } })
}

function inPath(name: string): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return firstWith(
    constants.X_OK,
    folders.map((folder) => join(folder, name)),
  )
}

async function firstWith(mode: number, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const allowed = await access(path, mode).then(
      () => true,
      () => false,
    )
    if (allowed) return path
  }
  return undefined
}
