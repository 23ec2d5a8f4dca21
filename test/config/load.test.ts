import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfigFile } from '../../src/config/load.ts'
import { defineConfig } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
const problem = async (loading: Promise<unknown>): Promise<string> => {
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ConfigError, String(error))
  return error.message
}

/** Node 22.18 and newer do; what older ones do comes below. */
const readsTypeScript = Boolean((process.features as { typescript?: false | string }).typescript)

describe('the configuration file', () => {
  it('is found in the current folder, and not above it', async () => {
    const folder = folderWith({ 'stuntmail.config.json': '{"listen": {"smtp": 2525}}' })
    const inside = join(folder, 'inside')
    mkdirSync(inside)
    assert.deepEqual((await loadConfigFile(folder))?.content, { listen: { smtp: 2525 } })
    assert.equal(await loadConfigFile(inside), undefined)
  })

  for (const [name, text] of [
    ['stuntmail.config.json', '\uFEFF{"maxRecipients": 7}'],
    ['stuntmail.config.mjs', 'export default { maxRecipients: 7 }'],
    ['stuntmail.config.js', 'module.exports = { maxRecipients: 7 }'],
    ['stuntmail.config.ts', 'const most: number = 7\nexport default { maxRecipients: most }'],
  ] as const) {
    it(`may be ${name}`, { skip: name.endsWith('.ts') && !readsTypeScript }, async () => {
      const folder = folderWith({ [name]: text })
      assert.deepEqual({ ...((await loadConfigFile(folder))?.content as object) }, { maxRecipients: 7 })
    })
  }

  it('may be named, wherever it stands', async () => {
    const folder = folderWith({ 'other.json': '{"memory": true}' })
    const path = join(folder, 'other.json')
    assert.deepEqual(await loadConfigFile(temporaryFolder(), path), { path, content: { memory: true } })
  })

  it('is named in what is said about it', async () => {
    const folder = folderWith({
      'broken.json': '{"memory": tru}',
      'broken.mjs': 'throw new Error("no database")',
      'nothing.mjs': 'export const memory = true',
      'settings.yaml': 'memory: true',
    })
    const said = (name: string): Promise<string> => problem(loadConfigFile(folder, join(folder, name)))
    assert.match(await said('missing.json'), /missing\.json: there is no such file/)
    assert.match(await said('broken.json'), /broken\.json: it cannot be loaded: .*JSON/)
    assert.match(await said('broken.mjs'), /broken\.mjs: it cannot be loaded: no database/)
    assert.match(await said('nothing.mjs'), /nothing\.mjs: it has no default export/)
    assert.match(await said('settings.yaml'), /settings\.yaml: a configuration file ends in/)
  })

  it('is given back by defineConfig as it is', () => {
    const config = { listen: { smtp: 2525 } }
    assert.equal(defineConfig(config), config)
  })
})

describe('a configuration file in TypeScript, where Node does not read it', () => {
  const file = { 'stuntmail.config.ts': 'export default { maxRecipients: 7 as number }' }

  /** What the loader gives in a process that was started without one. */
  const load = async (folder: string): Promise<string> => {
    const outfile = join(folder, 'load.mjs')
    const entry = join(import.meta.dirname, '../../src/config/load.ts')
    const banner = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url)"
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      banner: { js: banner },
    })
    const script = `
      const { loadConfigFile } = await import(${JSON.stringify(outfile)})
      console.log(await loadConfigFile(process.cwd()).then(({ content }) => JSON.stringify(content), (e) => e.message))`
    const args = ['--no-experimental-strip-types', '--input-type=module', '--eval', script]
    const known = process.allowedNodeEnvironmentFlags.has('--experimental-strip-types') ? args : args.slice(1)
    return (await promisify(execFile)(process.execPath, known, { cwd: folder })).stdout.trim()
  }

  for (const name of ['tsx', 'jiti']) {
    it(`is read by the ${name} that is installed beside it`, async () => {
      const folder = folderWith(file)
      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(join(import.meta.dirname, '../../node_modules', name), join(folder, 'node_modules', name))
      assert.equal(await load(folder), '{"maxRecipients":7}')
    })
  }

  it('is refused with what to do', async () => {
    assert.match(await load(folderWith(file)), /does not read TypeScript\. Install tsx beside the file/)
  })
})
