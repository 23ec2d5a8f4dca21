import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { relative } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { createBundler, requiredFrom } from '../../src/templates/bundle.ts'
import { MissingPackage, type EngineInput, type EngineOutput } from '../../src/templates/engine.ts'
import { tsxEngine } from '../../src/templates/engines/tsx.ts'
import { failureOf, inputOf, projectOf, templateFolder, type TemplateFolder } from './engine-input.ts'

interface Templates extends TemplateFolder {
  render(file: string, more?: Partial<EngineInput>): Promise<EngineOutput & { readonly built: readonly string[] }>
}

async function templates(t: TestContext, files: Readonly<Record<string, string>>): Promise<Templates> {
  const folder = await templateFolder(t, { 'tsconfig.json': '{"compilerOptions":{"jsx":"preserve"}}', ...files })
  const { root, path } = folder
  const folders = { root, projectDirectory: process.cwd() }
  const bundler = createBundler(requiredFrom(folders), folders)
  t.after(() => bundler.close())
  const engine = await tsxEngine.load(projectOf(root))
  return {
    ...folder,
    async render(file, more = {}) {
      const built = await bundler.build(path(file))
      const output = await engine.render({ ...inputOf(root, file, more), built })
      return { ...output, built: built.files.map((read) => relative(root, read)).sort() }
    },
  }
}

const welcome = `import { Html, Text } from '@react-email/components'
import { Layout } from './layout'
import colours from './colours.json'

interface Props { name: string; locale?: string; plan?: string }

export const subject = ({ name }: Props) => \`Welcome, \${name}\`
export const from = 'Shop <shop@example.com>'
export const preheader = 'Fresh today'
export const text = ({ name }: Props) => \`Hello \${name}\`

export default function Welcome({ name, locale, plan }: Props) {
  return <Layout><Text style={{ color: colours.main }}>Hi {name} ({locale}, {plan})</Text></Layout>
}
Welcome.PreviewProps = { name: 'nobody', plan: 'free' }
`
const layout = `import { Html, Body } from '@react-email/components'
export const Layout = ({ children }) => <Html lang="en"><Body>{children}<i>v1</i></Body></Html>
`

describe('TSX', () => {
  test('React Email: body, head and text, from all it imports, again after a save', async (t) => {
    const { render, write } = await templates(t, {
      'a/welcome.tsx': welcome,
      'a/layout.tsx': layout,
      'a/colours.json': '{"main":"#123456"}',
    })
    const first = await render('a/welcome.tsx', { data: { name: 'Ada' }, locale: 'de' })
    assert.match(first.html ?? '', /^<!DOCTYPE html PUBLIC/)
    assert.match((first.html ?? '').replaceAll('<!-- -->', ''), /color:#123456[^>]*>Hi Ada \(de, free\)</)
    assert.deepEqual(first.head, { subject: 'Welcome, Ada', from: 'Shop <shop@example.com>', preheader: 'Fresh today' })
    assert.equal(first.text, 'Hello Ada')
    assert.deepEqual(first.built, ['a/colours.json', 'a/layout.tsx', 'a/welcome.tsx', 'tsconfig.json'])
    await write({ 'a/layout.tsx': layout.replace('v1', 'v2') })
    assert.match((await render('a/welcome.tsx', { data: { name: 'Ada' } })).html ?? '', /<i>v2<\/i>/)
  })

  test('a module without React gives its HTML itself', async (t) => {
    const { render } = await templates(t, {
      'plain.tsx': 'export default async ({ name }: { name: string }) => `<p>${name}</p>`',
      'wrong.tsx': 'export default () => 5',
      'none.tsx': 'export const x = 1',
    })
    assert.equal((await render('plain.tsx', { data: { name: 'Ada' } })).html, '<p>Ada</p>')
    assert.match((await failureOf(render('wrong.tsx'))).message, /gives HTML as a string/)
    assert.match((await failureOf(render('none.tsx'))).message, /no default export/)
  })

  test('an error while it renders has the place in the source, and what it came through', async (t) => {
    const { render, path } = await templates(t, {
      'order.tsx':
        "import { price } from './parts/price'\n\ninterface Order { items?: string[] }\n" +
        'export default (order: Order) => {\n  return <p>{price(order)}</p>\n}\n',
      'parts/price.ts': '// länger als ein Oktett\nexport function price(order) {\n  return order.items.length\n}\n',
    })
    const { diagnostics } = await failureOf(render('order.tsx'))
    assert.deepEqual(diagnostics, [
      {
        severity: 'error',
        message: "Cannot read properties of undefined (reading 'length')",
        file: path('parts/price.ts'),
        line: 3,
        column: 22,
        through: [path('order.tsx')],
      },
    ])
    const { html } = await render('order.tsx', { data: { items: ['a', 'b'] } })
    assert.match(html ?? '', /<p>2<\/p>/)
  })

  test('what cannot be built has its places, and knows what to wait for', async (t) => {
    const { render, path, write } = await templates(t, {
      'broken.tsx': 'const é = 1; export default () => <p>{é}</div>\n',
      'lacks.tsx': "import { x } from './later'\nexport default () => <p>{x}</p>\n",
    })
    const broken = await failureOf(render('broken.tsx'))
    const [first] = broken.diagnostics
    assert.deepEqual([first?.severity, first?.file, first?.line, first?.column], ['error', path('broken.tsx'), 1, 43])
    assert.match(first?.message ?? '', /closing "div" tag/)
    const lacks = await failureOf(render('lacks.tsx'))
    assert.deepEqual([lacks.diagnostics[0]?.line, lacks.diagnostics[0]?.column], [1, 19])
    assert.ok(lacks.missing.includes(path('later.ts')))
    assert.ok(lacks.files.includes(path('lacks.tsx')))
    await write({ 'later.ts': 'export const x = 7', 'broken.tsx': 'export default () => <p>good</p>' })
    assert.match((await render('lacks.tsx')).html ?? '', /<p>7<\/p>/)
    assert.match((await render('broken.tsx')).html ?? '', /<p>good<\/p>/)
  })

  test('a package that is not installed is named, at its import', async (t) => {
    const { render, path } = await templates(t, {
      'a.tsx': "import x from 'not-there-at-all'\nexport default () => <p>{x}</p>\n",
    })
    const { diagnostics } = await failureOf(render('a.tsx'))
    assert.match(diagnostics[0]?.message ?? '', /npm install --save-dev not-there-at-all$/)
    assert.deepEqual([diagnostics[0]?.file, diagnostics[0]?.line], [path('a.tsx'), 1])
  })

  test('a package of a workspace is bundled from its source, and is a dependency', async (t) => {
    const { render, write, path } = await templates(t, {
      'emails/a.tsx': "import { Brand } from '@acme/ui'\nexport default () => <Brand />\n",
      'packages/ui/package.json': '{"name":"@acme/ui","main":"./brand.tsx"}',
      'packages/ui/brand.tsx': 'export const Brand = () => <b>one</b>',
    })
    await mkdir(path('node_modules/@acme'), { recursive: true })
    await symlink(path('packages/ui'), path('node_modules/@acme/ui'))
    const { html, built } = await render('emails/a.tsx')
    assert.match(html ?? '', /<b>one<\/b>/)
    assert.ok(built.includes('packages/ui/brand.tsx'))
    await write({ 'packages/ui/brand.tsx': 'export const Brand = () => <b>two</b>' })
    assert.match((await render('emails/a.tsx')).html ?? '', /<b>two<\/b>/)
  })

  test('more templates than contexts are kept', async (t) => {
    const names = Array.from({ length: 24 }, (_, index) => `t${index}.tsx`)
    const { render } = await templates(
      t,
      Object.fromEntries(names.map((name) => [name, `export default () => '${name}'`])),
    )
    for (const name of [...names, ...names.slice(0, 3)]) assert.equal((await render(name)).html, name)
  })

  test('without esbuild it says how to install it', async (t) => {
    const { root, path } = await templateFolder(t, { 'a.tsx': '' })
    const project = { ...projectOf(root), import: () => Promise.reject(new MissingPackage('esbuild')) }
    const bundler = createBundler(project, { root, projectDirectory: root })
    t.after(() => bundler.close())
    await assert.rejects(bundler.build(path('a.tsx')), /npm install --save-dev esbuild/)
  })
})
