import { publint } from 'publint'
import { root } from './files.ts'
import { node } from './process.ts'
import { runSuite, suites, testFiles } from './suites.ts'
import { findOrInstallPrograms } from './programs.ts'

/** Types of everything: `src`, `ui`, `test` and the build itself. */
export async function types(): Promise<void> {
  await node([
    'node_modules/typescript/bin/tsc',
    '-p',
    '.',
    '--incremental',
    '--tsBuildInfoFile',
    `${cache}/tsbuildinfo`,
  ])
}

/** Our rules and those of typescript-eslint, `lint-rules.ts`. */
export async function lint(): Promise<void> {
  const config = ['--config', '.build/lint-rules.ts', '--max-warnings=0', '--cache', '--cache-strategy=content']
  const files = ['src', 'ui', 'test', '.build', 'gulpfile.ts', '.gulp.mjs']
  await node(['node_modules/eslint/bin/eslint.js', ...config, '--cache-location', `${cache}/eslint`, ...files])
}

/** Nothing that `prettier --write .` would change. */
export async function format(): Promise<void> {
  await node(['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...formatted])
}

/** No file, export or dependency that nothing uses. */
export async function unused(): Promise<void> {
  await node(['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'])
}

/** The package as npm would publish it: entry points exist and are declared right. Needs a build. */
export async function packaged(): Promise<void> {
  const { messages } = await publint({ pkgDir: root, strict: true })
  if (messages.length > 0) throw new Error(messages.map((message) => JSON.stringify(message)).join('\n'))
}

export const architecture = suiteTask('architecture')
export const unit = suiteTask('unit')
export const transcripts = suiteTask('transcripts')
export const store = suiteTask('store')
export const http = suiteTask('http')
export const live = suiteTask('live')
export const cli = suiteTask('cli')
export const interop = suiteTask('interop')

/** Needs Chromium, which is looked for, and installed where that can be done. */
export async function browser(): Promise<void> {
  const { chromium } = await findOrInstallPrograms()
  await suiteTask('browser', { CHROMIUM: chromium })()
}

const cache = 'node_modules/.cache/stuntmail'
const formatted = ['src', 'ui', 'test', '.build', '.ci', '*.{ts,json,md}', '.gulp.mjs']

function suiteTask(name: string, env: Readonly<Record<string, string>> = {}): () => Promise<void> {
  const task = async (): Promise<void> => {
    const suite = suites.get(name)
    if (suite === undefined) throw new Error(`There is no stage ${name}`)
    const { passed, failed, skipped, failures } = await runSuite({ files: await testFiles(suite.owns), env })
    if (failed > 0) throw new Error(`${failures}\n${failed} of ${passed + failed} failed`)
    console.log(`${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
  return Object.defineProperty(task, 'name', { value: name })
}
