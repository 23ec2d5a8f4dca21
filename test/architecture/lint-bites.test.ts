import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ESLint } from 'eslint'

const root = join(import.meta.dirname, '../..')
const linter = new ESLint({ cwd: root, overrideConfigFile: join(root, '.build/lint-rules.ts') })

/** Rules that a line of code in src/mime breaks. */
async function broken(code: string): Promise<readonly (string | null)[]> {
  const [result] = await linter.lintText(`${code}\n`, { filePath: join(root, 'src/mime/text.ts') })
  return (result?.messages ?? []).map(({ ruleId }) => ruleId)
}

test('MIME-7: the linter refuses patterns that take more than linear time, and those made from input', async () => {
  for (const [pattern, rule] of [
    ['/^(?:a+)+$/', 'regexp/no-super-linear-backtracking'],
    ['/a*b*a*$/', 'regexp/no-super-linear-backtracking'],
    ['new RegExp(String(import.meta.url))', 'no-restricted-syntax'],
  ] as const) {
    const rules = await broken(`export const pattern = ${pattern}`)
    assert.ok(rules.includes(rule), `${pattern}: ${rules.join()}`)
  }
})

test('MIME-7, control: the linter takes a pattern that takes linear time', async () => {
  assert.deepEqual(await broken('export const pattern = /^a+b$/'), [])
})
