/**
 * `npm test`: builds, then runs every test on this Node. With `--other-nodes`, as CI has it, also runs the tests that can
 * turn out differently there on the other versions of Node that we support, which npm brings. With `--long`, runs the
 * tests that take minutes instead. The last line is the sum, `N passed, N failed`, with `, N skipped` where there are any.
 */
import { buildAll } from './build.ts'
import { fetchNode, otherVersions } from './node-versions.ts'
import { findOrInstallFirefox, findOrInstallPrograms } from './programs.ts'
import { built, runSuite, suites, testFiles, type SuiteResult, type SuiteRun } from './suites.ts'
import { bundleTests } from './test-bundle.ts'
import type { Counts } from './reporter.mjs'

const sum: Counts = { passed: 0, failed: 0, skipped: 0 }
/** What each version of Node does its own way: SQLite, files and watching them, processes, sockets, TLS, HTTP. */
const touchesNode = [
  'cli',
  'config',
  'gulp',
  'http',
  'imap',
  'live',
  'net',
  'pop3',
  'server',
  'smtp',
  'store',
  'templates',
]

await main()
console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`)
process.exitCode = sum.failed > 0 ? 1 : 0

async function main(): Promise<void> {
  if (!(await step('tests', bundleTests))) return
  if (process.argv.includes('--long')) {
    const files = await testFiles(() => true, '.long.ts')
    const firefox = await findOrInstallFirefox()
    const env = firefox === undefined ? {} : { FIREFOX: firefox }
    await stage('long', { files, env, timeoutMs: 3_600_000, testTimeoutMs: 3_600_000 })
    return
  }
  if (!(await step('build', buildAll))) return
  let chromium = ''
  if (!(await step('programs', async () => void ({ chromium } = await findOrInstallPrograms())))) return
  console.log(`Node ${process.versions.node}, ${chromium}`)
  for (const { name, owns } of suites.values()) {
    await stage(name, { files: await testFiles(owns), env: { ...built, CHROMIUM: chromium } })
  }
  if (process.argv.includes('--other-nodes')) for (const major of otherVersions()) await otherNode(major)
}

async function otherNode(major: number): Promise<void> {
  console.log(`Node ${major}: fetching it from npm`)
  const fetched = await fetchNode(major)
  if ('reason' in fetched) {
    const fatal = process.env['CI'] === 'true'
    console.log(
      `${fatal ? 'FAILED' : 'SKIPPED'}: Node ${major} could not be fetched, nothing was tested on it. ${fetched.reason}`,
    )
    sum[fatal ? 'failed' : 'skipped'] += 1
    return
  }
  const files = await testFiles(dependsOnNode)
  await stage(`on Node ${major}`, { files, node: fetched.path, env: built })
}

function dependsOnNode(file: string): boolean {
  return touchesNode.some((folder) => file.startsWith(`test/${folder}/`))
}

/** Something that has to go well before tests make sense. @returns whether it did. */
async function step(name: string, action: () => Promise<void>): Promise<boolean> {
  const start = performance.now()
  try {
    await action()
    console.log(line('ok', name, (performance.now() - start) / 1000))
    return true
  } catch (error) {
    console.log(`${line('FAILED', name, (performance.now() - start) / 1000)}\n${String(error)}`)
    sum.failed += 1
    return false
  }
}

async function stage(name: string, what: SuiteRun): Promise<void> {
  const result: SuiteResult = await runSuite(what)
  for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += result[key]
  const tests = `${result.passed + result.failed} tests in ${what.files.length} files`
  console.log(`${line(result.failed > 0 ? 'FAILED' : 'ok', name, result.seconds)}  ${tests}`)
  for (const note of result.notes) console.log(`         ${note}`)
  if (result.failed > 0) console.log(result.failures)
}

function line(state: string, name: string, seconds: number): string {
  return `${state.padEnd(6)} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s`
}
