import assert from 'node:assert/strict'
import { extname } from 'node:path'
import { describe, it } from 'node:test'
import { indexTemplates, type CatalogueInput, type TemplateIndex } from '../../src/templates/catalogue.ts'

const engines: Readonly<Record<string, string>> = {
  '.hbs': 'handlebars',
  '.mjml': 'mjml',
  '.html': 'html',
  '.md': 'markdown',
  '.tsx': 'react',
}

function index(files: readonly string[], more: Partial<CatalogueInput> = {}): TemplateIndex {
  return indexTemplates({
    files,
    engineOf(file) {
      const extension = file.endsWith('.html.hbs') ? '.html.hbs' : extname(file)
      const name = engines[extname(file)]
      return name === undefined ? undefined : { name, extension }
    },
    isRead: () => false,
    exportsOf: () => undefined,
    ...more,
  })
}

const names = (files: readonly string[], more?: Partial<CatalogueInput>): readonly string[] =>
  [...index(files, more).templates.values()].filter(({ listed }) => listed).map(({ name }) => name)

describe('which files are templates', () => {
  const cases: readonly [name: string, files: readonly string[], templates: readonly string[]][] = [
    ['by extension, folders kept', ['a.hbs', 'users/welcome.mjml', 'b.txt', 'c'], ['a', 'users/welcome']],
    ['not partials', ['a.hbs', '_b.hbs', '_x/c.hbs', 'partials/d.hbs', 'x/layouts/y/e.hbs'], ['a']],
    ['a template may be called like a folder of partials', ['layouts.hbs', 'includes.hbs'], ['includes', 'layouts']],
    ['not parts of one', ['a.hbs', 'a.subject.hbs', 'a.text.hbs', 'b.text.hbs'], ['a', 'b.text']],
    ['not texts about the folder', ['README.md', 'a/changelog.md', 'readme-first.md'], ['readme-first']],
    ['the longest extension is the one', ['a.html.hbs'], ['a']],
    ['two of one name keep their extension', ['a.hbs', 'a.mjml', 'b.hbs'], ['a.hbs', 'a.mjml', 'b']],
    ['not fixtures', ['a.hbs', 'a.data.json', 'a.vip.yaml'], ['a']],
    ['names of objects', ['__proto__.hbs', 'x/constructor.hbs'], ['x/constructor']],
  ]
  for (const [name, files, templates] of cases) {
    it(name, () => assert.deepEqual(names(files), templates))
  }

  it('what others read is a partial, unless it has a fixture', () => {
    const isRead = (file: string): boolean => file !== 'a.hbs'
    assert.deepEqual(names(['a.hbs', 'b.hbs', 'c.hbs', 'c.data.json'], { isRead }), ['a', 'c'])
    assert.ok(index(['a.hbs', 'b.hbs'], { isRead }).templates.has('b'))
  })
})

describe('languages', () => {
  const localesOf = (files: readonly string[], name: string): readonly string[] | undefined =>
    index(files).templates.get(name)?.locales

  it('in the name', () => {
    const files = ['a.hbs', 'a.de.hbs', 'a.pt-BR.hbs', 'a.zh_Hant.hbs', 'order.confirmation.hbs']
    assert.deepEqual(names(files), ['a', 'order.confirmation'])
    assert.deepEqual(localesOf(files, 'a'), ['de', 'pt-BR', 'zh_Hant'])
    assert.equal(index(files).templates.get('a')?.file, 'a.hbs')
  })

  it('in a folder, where there is a counterpart', () => {
    const files = ['a.hbs', 'de/a.hbs', 'en/b.hbs', 'fr/b.hbs', 'it/support.hbs', 'x/no/c.hbs', 'x/c.hbs']
    assert.deepEqual(names(files), ['a', 'b', 'it/support', 'x/c'])
    assert.deepEqual(localesOf(files, 'b'), ['en', 'fr'])
    assert.equal(index(files).templates.get('b')?.file, 'en/b.hbs')
    assert.deepEqual(localesOf(files, 'x/c'), ['no'])
  })

  it('of the data alone', () => {
    const files = ['a.hbs', 'locales/de.json', 'locales/fr.yaml', 'locales/other.json', 'a.es.json']
    assert.deepEqual(localesOf(files, 'a'), ['de', 'es', 'fr'])
  })

  it('a template twice in one language is said', () => {
    const { diagnostics } = index(['a.hbs', 'a.de.hbs', 'de/a.hbs'])
    assert.equal(diagnostics.length, 1)
    assert.equal(diagnostics[0]?.file, 'de/a.hbs')
  })
})

describe('fixtures', () => {
  it('are named by their files, default first', () => {
    const files = [
      'a.hbs',
      'a.data.json',
      'a.vip.json',
      'a.long.name.json',
      'b.hbs',
      'b.x.yml',
      'a.json',
      'other.data.json',
    ]
    const { templates } = index(files)
    assert.deepEqual(templates.get('a')?.fixtures, ['default', 'vip'])
    assert.deepEqual(templates.get('b')?.fixtures, ['default', 'x'])
  })

  it('belong to the template with the whole name', () => {
    const { templates } = index(['a.hbs', 'a.long.hbs', 'a.long.vip.json', 'a.long.json'])
    assert.deepEqual(templates.get('a.long')?.fixtures, ['default', 'vip'])
    assert.deepEqual(templates.get('a')?.fixtures, ['default', 'long'])
  })

  it('JSON comes before YAML before programs', () => {
    const { templates, modules } = index(['a.hbs', 'a.data.js', 'a.data.json', 'a.data.yml'])
    assert.deepEqual(
      templates
        .get('a')
        ?.data.get('default')
        ?.map(({ file }) => file),
      ['a.data.json'],
    )
    assert.deepEqual(modules, ['a.data.js'])
  })

  it('each export of a program is one', () => {
    const exportsOf = (file: string): readonly string[] =>
      file === 'a.data.ts' ? ['default', 'vip', 'toString'] : ['x']
    const { templates, modules } = index(['a.tsx', 'a.data.ts', 'a.test.ts', 'a.more.mjs'], { exportsOf })
    assert.deepEqual(templates.get('a')?.fixtures, ['default', 'toString', 'vip', 'x'])
    assert.deepEqual(modules, ['a.more.mjs', 'a.data.ts'])
  })

  it('lie in layers by language', () => {
    const files = ['a.hbs', 'de/a.hbs', 'a.vip.json', 'de/a.vip.json', 'a.de.json', 'a.fr.vip.json']
    const data = index(files).templates.get('a')?.data
    assert.deepEqual(
      data?.get('vip')?.map(({ file, locale }) => [file, locale]),
      [
        ['a.fr.vip.json', 'fr'],
        ['a.vip.json', ''],
        ['de/a.vip.json', 'de'],
      ],
    )
    assert.deepEqual(data.get('default'), [{ file: 'a.de.json', locale: 'de', export: undefined }])
  })
})
