/**
 * The engines of text, each on the templates of its folder: one with partials and a layout where the engine has them,
 * one that includes what is broken, one that includes itself. UPDATE_EXPECTED=1 writes what is expected.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Renderer, RenderResult } from '../../src/templates/renderer.ts'
import { startRenderer } from '../../src/templates/start-renderer.ts'
import { templateFolder } from './template-folder.ts'

const repository = join(import.meta.dirname, '../..')
const folder = join(import.meta.dirname, 'engines')
const update = process.env['UPDATE_EXPECTED'] === '1'

/** Name, extension, an include of a path, which is put in its place; none where includes need a literal extension. */
const engines: readonly (readonly [engine: string, extension: string, include: string])[] = [
  ['handlebars', 'hbs', '{{> "PATH"}}'],
  ['ejs', 'ejs', '<%- include("PATH") %>'],
  ['eta', 'eta', '<%~ include("PATH") %>'],
  ['nunjucks', 'njk', '{% include "PATH" %}'],
  ['liquid', 'liquid', '{% render "PATH" %}'],
  ['mustache', 'mustache', '{{> PATH}}'],
  ['pug', 'pug', 'include PATH'],
]
const data = {
  user: { name: 'Tom & Jerry' },
  names: { row: '_row' },
  items: [
    { name: 'Tea', price: 4 },
    { name: 'Cup', price: 12 },
  ],
  ...(JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {}}}') as object),
}

for (const [engine, extension, include] of engines) {
  describe(engine, () => {
    let renderer: Renderer
    before(() => {
      renderer = startRenderer({ root: folder, projectDirectory: repository })
    })
    after(() => renderer.close())
    const render = (name: string): Promise<RenderResult> =>
      renderer.render({ file: join(folder, engine, `${name}.${extension}`), engine, data, locale: '' })

    it('renders with what it includes', async () => {
      const { renderMs, missing, ...result } = await render('welcome')
      assert.ok(renderMs >= 0 && missing.length > 0)
      await expected(engine, 'welcome', result)
      assert.equal(result.failed, false)
      assert.equal(result.subject, 'Welcome, Tom & Jerry: hello')
      assert.equal(result.text, 'Hello Tom & Jerry')
    })

    it('says where an included file is broken', async () => {
      const { diagnostics, files, failed } = await render('broken')
      assert.equal(failed, true)
      await expected(engine, 'broken', { diagnostics, files })
      assert.equal(diagnostics[0]?.file, `${engine}/partials/wrong.${extension}`)
    })

    it('ends with a diagnostic where a file includes itself', async () => {
      const { failed, diagnostics } = await render('self')
      assert.equal(failed, true)
      assert.equal(diagnostics[0]?.file, `${engine}/self.${extension}`)
    })

    it('includes nothing from outside of the project, and no secrets', async (t) => {
      const { project, root, render: renderText } = await templateFolder(t)
      const outside = await realpath(await mkdtemp(join(tmpdir(), 'stuntmail-outside-')))
      t.after(() => rm(outside, { recursive: true }))
      const name = `secret.${extension}`
      const source = engine === 'pug' ? 'p SECRET' : 'SECRET'
      for (const path of [join(outside, name), join(project, name), join(root, `.env.${extension}`)]) {
        await writeFile(path, source)
      }
      await symlink(join(outside, name), join(root, `link.${extension}`))
      const attempt = async (path: string): Promise<RenderResult> =>
        renderText(`page.${extension}`, `${include.replace('PATH', path)}\n`)
      for (const path of [
        join(outside, name),
        `../../${outside.slice(outside.lastIndexOf('/') + 1)}/${name}`,
        `link.${extension}`,
        `./link.${extension}`,
        `.env.${extension}`,
        `/etc/passwd`,
      ]) {
        const result = await attempt(path)
        assert.ok(!JSON.stringify(result).includes('SECRET') && !result.html.includes('root:'), path)
        assert.ok(
          !result.diagnostics.some(({ message }) => message.includes(outside)),
          JSON.stringify(result.diagnostics),
        )
      }
      // The same file in the project is included: dependencies may lie beside the folder of the templates.
      const shared = await attempt(`../${name}`)
      assert.ok(shared.html.includes('SECRET'), JSON.stringify(shared))
      assert.ok(shared.files.includes(`../${name}`))
    })
  })
}

describe('data', () => {
  const marker = join(tmpdir(), `stuntmail-marker-${process.pid}`)
  const payload = `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`
  const code = `x;${payload};y`
  // CVE-2022-29078, CVE-2023-29827, CVE-2024-33883 of EJS, CVE-2021-21353, CVE-2024-36361 of Pug, CVE-2021-23369 of Handlebars.
  const exploits = {
    settings: { 'view options': { outputFunctionName: code, escapeFunction: code, client: true } },
    'view options': { outputFunctionName: code, localsName: code },
    outputFunctionName: code,
    escapeFunction: `1;${payload}`,
    escape: `1;${payload}`,
    client: true,
    compileDebug: true,
    delimiter: '%',
    localsName: code,
    pretty: `');${payload};//`,
    self: true,
    name: `');${payload};//`,
    templateName: `a}${payload};function b(){`,
    constructor: { prototype: { outputFunctionName: code } },
    compat: true,
    helpers: { x: code },
    blockParams: [code],
  }
  for (const [engine, extension] of engines) {
    it(`changes no options of ${engine}`, async (t) => {
      const { render } = await templateFolder(t)
      const polluted = JSON.parse(
        JSON.stringify(exploits).replace('"client"', '"__proto__":{"client":true},"client"'),
      ) as typeof exploits
      const { failed, diagnostics } = await render(`page.${extension}`, engine === 'pug' ? 'p x' : '<p>x</p>', polluted)
      assert.equal(failed, false, JSON.stringify(diagnostics))
      assert.equal(existsSync(marker), false)
    })
  }

  it('holds a payload that would work', async () => {
    const { runInThisContext } = await import('node:vm')
    runInThisContext(payload)
    assert.equal(existsSync(marker), true)
    await rm(marker)
  })
})

async function expected(engine: string, name: string, value: unknown): Promise<void> {
  const file = join(folder, engine, `${name}.expected.json`)
  if (update) await writeFile(file, `${JSON.stringify(value, null, 2)}\n`)
  assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(await readFile(file, 'utf8')))
}
