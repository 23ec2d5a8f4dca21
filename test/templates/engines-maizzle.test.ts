import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { MissingPackage, type EngineInput, type EngineOutput, type LoadedEngine } from '../../src/templates/engine.ts'
import { maizzleEngine } from '../../src/templates/engines/maizzle.ts'
import { withMaizzle } from '../../src/templates/maizzle-project.ts'
import { createProject } from '../../src/templates/project.ts'
import { openTemplates } from '../../src/templates/open.ts'
import { failureOf, inputOf, templateFolder, type TemplateFolder } from './engine-input.ts'
import { maizzleProject } from './maizzle-project.ts'
import { idOf, isKind } from './opened-templates.ts'

/** A project in which the real package is installed: `npm install @maizzle/framework@5` in it. */
const real = process.env['STUNTMAIL_MAIZZLE'] ?? join(tmpdir(), 'stuntmail-maizzle')
const isInstalled = existsSync(join(real, 'node_modules/@maizzle/framework'))

interface Rendered {
  readonly folder: TemplateFolder
  readonly engine: LoadedEngine
  readonly input: ReturnType<typeof inputOf>
  readonly output: Promise<EngineOutput>
}

async function rendered(
  t: TestContext,
  page: string,
  more: { readonly files?: Readonly<Record<string, string>>; readonly input?: Partial<EngineInput> } = {},
): Promise<Rendered> {
  const folder = await maizzleProject(t, { 'emails/page.html': page, ...more.files })
  const engine = await maizzleEngine.load(createProject(folder.path('emails'), folder.root))
  const input = { ...inputOf(folder.root, 'emails/page.html', more.input), root: folder.path('emails') }
  const output = engine.render(input)
  // One rendering at a time.
  await output.catch(() => undefined)
  return { folder, engine, input, output }
}

const relative = ({ root }: TemplateFolder, files: Iterable<string>): readonly string[] =>
  [...files].map((file) => file.slice(root.length + 1)).sort()

describe('data of a Maizzle template', () => {
  it('is the page, over front matter and configuration, and by its names', async (t) => {
    const page = '{{ page.company.name }} {{ page.title }} {{ page.user.name }} {{ user.name }} {{ page.tone }}'
    const input = {
      data: { user: { name: 'Ann <b>' }, tone: 'warm' },
      matter: { title: 'Dear {{ page.user.name }}', tone: 'cold' },
    }
    const { output } = await rendered(t, page, { input })
    assert.equal((await output).html, 'Acme Dear Ann &lt;b> Ann &lt;b> Ann &lt;b> warm')
  })

  it('is not escaped in a text', async (t) => {
    const matter = { title: 'Hi {{ page.name }}' }
    const { engine, input } = await rendered(t, '<p>', { input: { data: { name: 'A < B & {{ 6 * 7 }}' }, matter } })
    const text = await engine.renderText?.({ ...input, source: '<1> {{ page.title }}, {{ name }}' })
    assert.equal(text, '<1> Hi A < B & {{ 6 * 7 }}, A < B & {{ 6 * 7 }}')
  })

  it('never gets among the settings', async (t) => {
    const names = async (data: EngineInput['data']): Promise<string | undefined> =>
      (await (await rendered(t, '{{ settings }}', { input: { data } })).output).html
    const usual = await names({})
    assert.equal(await names({ css: { tailwind: './evil.js' }, fetch: {}, page: { components: { root: '/' } } }), usual)
    const { output } = await rendered(t, '{{ settings }}', { input: { matter: { css: {} } } })
    assert.deepEqual((await output).html?.split(',').sort(), ['css', ...(usual ?? '').split(',')].sort())
  })

  it('is evaluated nowhere, though templates are twice', async (t) => {
    const input = { data: { name: '{{ 6 * 7 }}' }, matter: { title: '{{ page.name }}' } }
    const config = { 'maizzle.config.js': 'export default { twice: "{{ 6 * 7 }}" }' }
    const { output } = await rendered(t, '{{ page.name }} {{ page.title }}', { input })
    assert.equal((await output).html, '{{ 6 * 7 }} {{ 6 * 7 }}')
    const { output: own } = await rendered(t, '{{ page.twice }}', { files: config })
    assert.equal((await own).html, '42')
  })
})

describe('files of a Maizzle template', () => {
  const files = {
    'components/outer.html': '<x-inner><style>p {}</style>',
    'components/inner.html': '<b>',
    'emails/extra.css': 'p {}',
  }
  it('are its components, stylesheets, and both configurations', async (t) => {
    const page = '<x-outer><link rel="stylesheet" href="emails/extra.css" expand>'
    const { folder, input, output } = await rendered(t, page, { files })
    assert.match((await output).html ?? '', /<b>/)
    const found = ['components/inner.html', 'components/outer.html', 'emails/extra.css', 'maizzle.config.js']
    assert.deepEqual(relative(folder, input.reader.files), [...found, 'tailwind.config.js'])
  })

  it('are known when it fails, with those that are not there', async (t) => {
    const page = '<p>\n  <x-broken>'
    const { folder, input, output } = await rendered(t, page, { files: { 'components/broken.html': '\n <x-gone>' } })
    const error = await failureOf(output)
    const [diagnostic] = error.diagnostics
    assert.match(diagnostic?.message ?? '', /<x-gone> could not find/)
    assert.deepEqual(
      [diagnostic?.file, diagnostic?.line, diagnostic?.column],
      [folder.path('components/broken.html'), 2, 2],
    )
    assert.deepEqual(diagnostic?.through, [input.file])
    assert.deepEqual(relative(folder, error.missing), ['components/gone.html', 'layouts/gone.html'])
    assert.ok(relative(folder, input.reader.files).includes('components/broken.html'))
  })

  it('are looked for in the project, and the working folder is what it was afterwards', async (t) => {
    const before = process.cwd()
    await failureOf((await rendered(t, '<x-gone>')).output)
    assert.equal(process.cwd(), before)
  })

  it('say where a style is wrong', async (t) => {
    const { input, output } = await rendered(t, '<p>\n<style>\n  a {\n    @apply missing;\n  }\n</style>')
    const [diagnostic] = (await failureOf(output)).diagnostics
    const place = { file: input.file, line: 4, column: 5 }
    assert.deepEqual(diagnostic, { severity: 'error', message: 'There is no class missing', ...place })
  })
})

describe('the configuration of a Maizzle project', () => {
  const withConfig = (text: string): { files: Record<string, string> } => ({ files: { 'maizzle.config.js': text } })

  it('is read again when it was saved, and its event is run', async (t) => {
    const config = (name: string): string =>
      `export default { name: '${name}', beforeCreate({ config }) { config.name += '!' } }`
    const { folder, engine, input, output } = await rendered(t, '{{ page.name }}', withConfig(config('one')))
    assert.equal((await output).html, 'one!')
    await folder.write({ 'maizzle.config.js': config('two') })
    engine.forget([folder.path('maizzle.config.js')])
    assert.equal((await engine.render(input)).html, 'two!')
  })

  it('says where it fails, and is tried again', async (t) => {
    const { folder, engine, input, output } = await rendered(t, '{{ 1 }}', withConfig('\nthrow new Error("no")'))
    const [diagnostic] = (await failureOf(output)).diagnostics
    assert.deepEqual(
      [diagnostic?.message, diagnostic?.file, diagnostic?.line],
      ['no', folder.path('maizzle.config.js'), 2],
    )
    await folder.write({ 'maizzle.config.js': 'export default {}' })
    engine.forget([folder.path('maizzle.config.js')])
    assert.equal((await engine.render(input)).html, '1')
  })

  it('may be missing, or CommonJS', async (t) => {
    const plain = await templateFolder(t, { 'package.json': '{}', 'emails/page.html': '{{ page.company }}' })
    const { engine } = await rendered(t, '')
    const input = inputOf(plain.root, 'emails/page.html', { data: { company: 'none' } })
    assert.equal((await engine.render(input)).html, 'none')
    assert.deepEqual(relative(plain, input.reader.missing), ['maizzle.config.js'])
    for (const company of ['first', 'second']) {
      await plain.write({ 'maizzle.config.cjs': `module.exports = { company: '${company}' }` })
      engine.forget([plain.path('maizzle.config.cjs')])
      assert.equal((await engine.render(inputOf(plain.root, 'emails/page.html'))).html, company)
    }
  })
})

describe('the package of Maizzle', () => {
  const load = async (t: TestContext, version: string): Promise<LoadedEngine> => {
    const { root } = await maizzleProject(t, {}, version)
    return maizzleEngine.load(createProject(root, root))
  }

  it('is one of version 5', async (t) => {
    await assert.doesNotReject(load(t, '5.0.0'))
    await assert.rejects(load(t, '6.1.7'), /^Error: Maizzle 6\.1\.7 needs Vite.*by a command/)
    await assert.rejects(load(t, '4.8.9'), /^Error: Maizzle 4\.8\.9 is too old.*by a command/)
    const { root } = await templateFolder(t, {})
    await assert.rejects(maizzleEngine.load(createProject(root, root)), MissingPackage)
  })

  it('takes the HTML of its project, unless the configuration names another engine', async (t) => {
    const globs = async (version: string, files: Record<string, string>, own = new Map<string, string>()) => {
      const { root } = await maizzleProject(t, files, version)
      return [...withMaizzle(own, { root, projectDirectory: root })]
    }
    assert.deepEqual(await globs('5.5.0', {}), [['**/*.html', 'maizzle']])
    assert.deepEqual(await globs('6.1.7', {}), [])
    const own = new Map([['**/*.html', 'liquid']])
    assert.deepEqual(await globs('5.5.0', {}, own), [...own])
    const other = await templateFolder(t, { 'package.json': '{}' })
    assert.deepEqual([...withMaizzle(new Map(), { root: other.root, projectDirectory: other.root })], [])
  })
})

describe('a folder of Maizzle', () => {
  it('is rendered again when a component is saved', async (t) => {
    const folder = await maizzleProject(t, {
      'emails/page.html': '---\nsubject: Hi {{ page.name }}\n---\n<x-part>',
      'emails/page.data.json': '{ "name": "Ann" }',
      'components/part.html': 'one',
    })
    const templates = await openTemplates({
      root: folder.path('emails'),
      projectDirectory: folder.root,
      timeoutMs: 60_000,
    })
    t.after(() => templates.close())
    assert.deepEqual(
      (await templates.catalogue()).templates.map(({ engine }) => engine),
      ['maizzle'],
    )
    const first = await templates.rendering(idOf('page'))
    assert.deepEqual([first.html, first.subject, first.diagnostics], ['one', 'Hi Ann', []])
    const saved = new Promise<string>((resolve) => {
      templates.subscribe((event) => {
        if (isKind('rendering')(event) && event.rendering.html !== 'one') resolve(event.rendering.html)
      })
    })
    templates.look(idOf('page'))
    await folder.write({ 'components/part.html': 'two' })
    assert.equal(await saved, 'two')
  })
})

describe('Maizzle itself', { skip: !isInstalled && `@maizzle/framework is not installed in ${real}` }, () => {
  const files = {
    'package.json': '{ "type": "module" }',
    'maizzle.config.js': 'export default { company: { name: "Acme" }, css: { inline: true, purge: true } }',
    'tailwind.config.js':
      'export default { content: ["./{components,layouts,emails}/**/*.html"], theme: { extend: { colors: { brand: "#123456" } } } }',
    'layouts/main.html':
      '<html><head><title>{{ page.title }}</title>\n<style>\n@tailwind utilities;\n</style></head><body><yield /></body></html>',
    'components/note.html': '<p class="text-brand m-2"><yield /></p>',
    'components/wrong.html': '<style>\n  .a {\n    @apply missing;\n  }\n</style>',
    'emails/page.html': '<x-main><x-note>{{ page.name }} {{{ name }}} of {{ page.company.name }}</x-note></x-main>',
    'emails/style.html': '<x-main><x-wrong /></x-main>',
    'emails/gone.html': '<x-main>\n  <x-nothing /></x-main>',
  }

  it('renders with Tailwind, data and front matter', async (t) => {
    const { root } = await templateFolder(t, files)
    const engine = await maizzleEngine.load(createProject(root, real))
    const input = inputOf(root, 'emails/page.html', {
      data: { name: '<b> {{ 6 * 7 }}' },
      matter: { title: 'For {{ page.name }}' },
    })
    const { html = '' } = await engine.render(input)
    assert.match(html, /<title>For &lt;b&gt; \{\{ 6 \* 7 \}\}<\/title>/)
    assert.match(html, /&lt;b&gt; \{\{ 6 \* 7 \}\} <b> \{\{ 6 \* 7 \}\} of Acme/)
    assert.match(html, /<p style="[^"]*margin: 0\.5rem;[^"]*color: rgb\(18, 52, 86\)/)
    assert.deepEqual([...input.reader.files].map((file) => file.slice(root.length + 1)).sort(), [
      'components/note.html',
      'layouts/main.html',
      'maizzle.config.js',
      'tailwind.config.js',
    ])
    assert.equal(await engine.renderText?.({ ...input, source: 'To {{ page.title }}' }), 'To For <b> {{ 6 * 7 }}')
  })

  it('says where it fails', async (t) => {
    const { root, path } = await templateFolder(t, files)
    const engine = await maizzleEngine.load(createProject(root, real))
    const placeOf = async (file: string): Promise<readonly unknown[]> => {
      const [diagnostic] = (await failureOf(engine.render(inputOf(root, file)))).diagnostics
      return [diagnostic?.file, diagnostic?.line, diagnostic?.column]
    }
    assert.deepEqual(await placeOf('emails/style.html'), [path('components/wrong.html'), 3, 5])
    assert.deepEqual(await placeOf('emails/gone.html'), [path('emails/gone.html'), 2, 3])
  })
})
