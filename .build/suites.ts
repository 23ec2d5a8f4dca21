import { join } from 'node:path'
import { filesUnder, root } from './files.ts'
import { countsMark, type Report } from './reporter.mjs'
import { run } from './process.ts'
import { bundleOf, bundleTests } from './test-bundle.ts'

/** A stage of the tests: files that run together. */
export interface Suite {
  readonly name: string
  readonly owns: (file: string) => boolean
}

const inFolder =
  (...folders: readonly string[]) =>
  (file: string): boolean =>
    folders.some((folder) => file.startsWith(`test/${folder}/`))

const special: readonly Suite[] = [
  { name: 'architecture', owns: inFolder('architecture') },
  { name: 'transcripts', owns: (file) => file.includes('transcripts') },
  { name: 'store', owns: inFolder('store') },
  { name: 'http', owns: inFolder('http') },
  { name: 'live', owns: inFolder('live') },
  { name: 'cli', owns: inFolder('cli') },
  { name: 'interop', owns: inFolder('interop') },
  { name: 'browser', owns: inFolder('ui', 'browser', 'watch', 'examples') },
]

/** Every stage by name. What no other stage owns is a unit test, so no file is left out. */
export const suites: ReadonlyMap<string, Suite> = new Map([
  ['unit', { name: 'unit', owns: (file: string) => !special.some((suite) => suite.owns(file)) }],
  ...special.map((suite) => [suite.name, suite] as const),
])

/** For tests that run when everything has been built: they take that, and build nothing again. */
export const built: Readonly<Record<string, string>> = { TEST_BUILT_CLI: join(root, 'dist/cli.js') }

/** The test files that a predicate picks. @param ending `.test.ts`, or `.long.ts` for those that take minutes. */
export async function testFiles(owns: (file: string) => boolean, ending = '.test.ts'): Promise<readonly string[]> {
  return (await filesUnder('test')).filter((file) => file.endsWith(ending) && owns(file))
}

/** Files of tests at a time: half of a test's time is waiting, so that one more than two cores keeps them busy. */
const atOnce = 3

export interface SuiteResult extends Readonly<Report> {
  /** What went wrong, empty when nothing did. */
  readonly failures: string
  readonly seconds: number
}

export interface SuiteRun {
  readonly files: readonly string[]
  /** The Node that runs them. */
  readonly node?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** A test, or a file of them, that takes longer is ended and named, and does not take the time of the others. */
  readonly testTimeoutMs?: number
}

/** Runs test files in one go. A run that ends without its counts, or by its time limit, is one failure. */
export async function runSuite({
  files,
  node = process.execPath,
  env,
  timeoutMs = 1_800_000,
  testTimeoutMs = 300_000,
}: SuiteRun): Promise<SuiteResult> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0, notes: [], failures: '', seconds: 0 }
  await bundleTests()
  const start = performance.now()
  const args = ['--enable-source-maps', '--test', `--test-concurrency=${atOnce}`, `--test-timeout=${testTimeoutMs}`]
  const reporter = ['--test-reporter=./.build/reporter.mjs', '--test-reporter-destination=stdout']
  const { code, output, timedOut } = await run(node, [...args, ...reporter, ...files.map(bundleOf)], {
    timeoutMs: timeoutMs + 10_000,
    ...(env === undefined ? {} : { env }),
  })
  const seconds = (performance.now() - start) / 1000
  const at = output.lastIndexOf(countsMark)
  if (at < 0) {
    const why = timedOut ? 'It was ended after its time limit.' : `It ended with ${String(code)} and without counts.`
    return { passed: 0, failed: 1, skipped: 0, notes: [], failures: `${output}\n${why}\n`, seconds }
  }
  const [json = ''] = output.slice(at + countsMark.length).split('\n', 1)
  const counts = JSON.parse(json) as Report
  const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed
  return { ...counts, failed, failures: failed === 0 ? '' : output.slice(0, at), seconds }
}
