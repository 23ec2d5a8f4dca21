import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run, type Run } from './process.ts'

/** Programs that tests drive besides Chromium, with Debian's packages; a test for one that is missing is skipped. */
const programs: Readonly<Record<string, string>> = {
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
  python3: 'python3',
  ruby: 'ruby',
  php: 'php-cli',
  nginx: 'nginx-light',
  caddy: 'caddy',
}

/** Packages with libraries for them. */
const libraries = [
  'libio-socket-ssl-perl',
  'libauthen-sasl-perl',
  'python3-aiosmtplib',
  'ruby-mail',
  'libphp-phpmailer',
  'php-symfony-mailer',
]

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
  if (!(await canInstall())) {
    if (found === undefined) throw new Error(`The browser tests need Chromium, and it is not here. ${byHand}`)
    return { chromium: found }
  }
  const clients = await missingPackages()
  if (found === undefined || clients.length > 0) {
    const update = await aptGet(['update'])
    if (found === undefined) await installChromium(update)
    if (clients.length > 0) await installClients(clients, update)
  }
  const chromium = found ?? (await findChromium())
  if (chromium === undefined) throw new Error(`No Chromium was found. ${byHand}`)
  return { chromium }
}

/** For the long tests. Undefined where it is not here and cannot be installed. */
export async function findOrInstallFirefox(): Promise<string | undefined> {
  const names = ['firefox-esr', 'firefox']
  const find = async (): Promise<string | undefined> =>
    (await Promise.all(names.map(inPath))).find((path) => path !== undefined)
  const found = process.env['FIREFOX'] ?? (await find())
  if (found !== undefined || !(await canInstall())) return found
  console.log('Firefox is missing: installing it with apt-get')
  await aptGet(['update'])
  await aptInstall(['firefox-esr'])
  return find()
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
  const places: readonly (readonly [name: string, place: Promise<string | undefined>])[] = [
    ...Object.entries(programs).map(([program, name]) => [name, inPath(program)] as const),
    ...libraries.map((name) => [name, firstWith(constants.F_OK, [`/var/lib/dpkg/info/${name}.list`])] as const),
  ]
  const found = await Promise.all(places.map(([, place]) => place))
  return places.filter((_, index) => found[index] === undefined).map(([name]) => name)
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
  // Debian starts the services that it installs, such as nginx, unless the machine is in single-user mode.
  return run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } })
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
