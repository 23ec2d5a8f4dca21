import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'

/** Runs a program that watches for defects. @returns its exit code, and its log as `kind text`. */
function run(program: string): Promise<{ code: number; log: string[] }> {
  const script = `
    import { watchDefects } from ${JSON.stringify(new URL('../../src/cli/defects.ts', import.meta.url).href)}
    const defects = watchDefects({ error: ({ kind, stack }, text) => console.log(kind, stack.length > 0, text) })
    ${program}`
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script]
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), log: stdout.trim().split('\n') })
    })
  })
}

describe('a defect', () => {
  for (const [name, fault] of [
    ['thrown', 'setImmediate(() => { throw new RangeError("Subject: secret") })'],
    ['in a promise', 'void Promise.reject(new RangeError("Subject: secret"))'],
  ] as const) {
    it(`${name} during the start ends the program`, async () => {
      const { code, log } = await run(`${fault}; setTimeout(() => console.log('went on'), 60_000)`)
      assert.deepEqual([code, log], [70, ['RangeError true a defect in the program; it ends']])
    })

    it(`${name} after that is one line in the log`, async () => {
      const { code, log } = await run(
        `defects.outlive(); ${fault}; setImmediate(() => setImmediate(() => console.log('went on')))`,
      )
      const line = 'RangeError true a defect in the program; what it was about is lost, everything else goes on'
      assert.deepEqual([code, log], [0, [line, 'went on']])
    })
  }
})
