import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { countsMark } from '../../.build/reporter.mjs'

test('what a test notes is in the report, the sums of node:test are not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'stuntmail-reporter-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'noted.test.mjs')
  await writeFile(file, "import { test } from 'node:test'\ntest('a', (t) => t.diagnostic('screenshots: here'))\n")
  const reporter = new URL('../../.build/reporter.mjs', import.meta.url).href
  const args = ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', file]
  // Without it a test inside a test speaks node:test's own protocol.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  const report: unknown = JSON.parse(stdout.slice(stdout.lastIndexOf(countsMark) + countsMark.length))
  assert.deepEqual(report, { passed: 1, failed: 0, skipped: 0, notes: ['screenshots: here'] })
})
