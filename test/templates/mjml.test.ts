import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { relative } from 'node:path'
import { describe, test } from 'node:test'
import { mjmlEngine } from '../../src/templates/engines/mjml.ts'
import { failureOf, inputOf, projectOf, templateFolder } from './engine-input.ts'

const body = (text: string) =>
  `<mjml>\n<mj-body>\n<mj-section><mj-column>\n${text}\n</mj-column></mj-section>\n</mj-body>\n</mjml>\n`

const versions: readonly (readonly [version: string, renamed: Readonly<Record<string, string>>])[] = [
  ['4', { mjml: 'mjml4' }],
  ['5', {}],
]

for (const [version, renamed] of versions) {
  describe(`MJML ${version}`, () => {
    const load = (root: string) => mjmlEngine.load(projectOf(root, renamed))

    test('is that version', () => assert.ok(projectOf('/', renamed).version('mjml')?.startsWith(`${version}.`)))

    test('renders, with subject and preheader from its head, and says what it read', async (t) => {
      const { root, path } = await templateFolder(t, {
        'welcome.mjml': `<mjml>
          <mj-head><mj-title>Tea &amp; cake</mj-title><mj-preview>Fresh today</mj-preview>
            <mj-include path="./style.css" type="css" /></mj-head>
          <mj-body><mj-include path="parts/header.mjml" /><mj-include path="parts/legal.html" type="html" /></mj-body>
        </mjml>`,
        'parts/header.mjml':
          '<mj-section><mj-column><mj-text>Header</mj-text><mj-include path="../shared/logo.mjml" /></mj-column></mj-section>',
        'parts/legal.html': '<p class="legal">Legal</p>',
        'shared/logo.mjml': '<mj-text>Logo</mj-text>',
        'style.css': '.legal { color: rgb(1, 2, 3) }',
      })
      const input = inputOf(root, 'welcome.mjml')
      const output = await (await load(root)).render(input)
      for (const part of ['Header', 'Logo', '<p class="legal">Legal</p>', 'rgb(1, 2, 3)']) {
        assert.ok(output.html?.includes(part), `${part} is in the HTML`)
      }
      assert.deepEqual(output.head, { subject: 'Tea & cake', preheader: 'Fresh today' })
      assert.deepEqual(output.warnings, [])
      assert.deepEqual(
        [...input.reader.files].sort(),
        ['parts/header.mjml', 'parts/legal.html', 'shared/logo.mjml', 'style.css'].map(path),
      )
      assert.ok(output.files?.includes(path('shared/logo.mjml')))
      assert.ok(input.reader.missing.has(path('.mjmlconfig')))
    })

    test('what it renders all the same is a warning with its place', async (t) => {
      const { root, path } = await templateFolder(t, {
        'a.mjml': body('<mj-text colour="red">x</mj-text>\n <mj-foo></mj-foo>\n<mj-include path="b.mjml" />'),
        'b.mjml': '<mj-text>fine</mj-text>\n  <mj-bar></mj-bar>',
      })
      const { warnings = [] } = await (await load(root)).render(inputOf(root, 'a.mjml'))
      assert.deepEqual(
        warnings.map(({ severity, file = '', line, column, message }) => [
          severity,
          relative(root, file),
          line,
          column,
          message,
        ]),
        [
          ['warning', 'a.mjml', 4, 1, '<mj-text>: Attribute colour is illegal'],
          ['warning', 'a.mjml', 5, 2, "<mj-foo>: Element mj-foo doesn't exist or is not registered"],
          ['warning', 'b.mjml', 2, 3, "<mj-bar>: Element mj-bar doesn't exist or is not registered"],
        ],
      )
      assert.ok(path('b.mjml'))
    })

    test('what is not well formed fails, also in what is included', async (t) => {
      const { root, path } = await templateFolder(t, {
        'a.mjml': body('<mj-include path="b.mjml" />'),
        'b.mjml': '<mj-text>\n  <mj-text>two',
      })
      const { diagnostics } = await failureOf((await load(root)).render(inputOf(root, 'a.mjml')))
      const error = {
        severity: 'error',
        message: '<mj-text> is not closed',
        file: path('b.mjml'),
        through: [path('a.mjml')],
      }
      assert.deepEqual(diagnostics, [
        { ...error, line: 1, column: 1 },
        { ...error, line: 2, column: 3 },
      ])
    })

    test('a partial that includes itself fails at the include, one that is used twice does not', async (t) => {
      const { root, path } = await templateFolder(t, {
        'a.mjml': body('<mj-include path="b.mjml" />\n<mj-include path="b.mjml" />'),
        'b.mjml': '<mj-text>b</mj-text>',
        'c.mjml': body('<mj-include path="d.mjml" />'),
        'd.mjml': '<mj-text>d</mj-text>\n<mj-include path="./d.mjml" />',
      })
      const engine = await load(root)
      const { html } = await engine.render(inputOf(root, 'a.mjml'))
      assert.ok(html?.includes('>b</div>'))
      const { diagnostics } = await failureOf(engine.render(inputOf(root, 'c.mjml')))
      assert.deepEqual(diagnostics, [
        {
          severity: 'error',
          message: 'The template includes itself: ./d.mjml',
          file: path('d.mjml'),
          line: 2,
          column: 1,
          through: [path('c.mjml')],
        },
      ])
    })

    test('TPL-3: what is outside, or a secret, is not included; what is not there is waited for', async (t) => {
      const outside = await templateFolder(t, { 'secret.mjml': '<mj-text>canary</mj-text>' })
      const { root, path } = await templateFolder(t, {
        'good.mjml': body('<mj-include path="sub/../part.mjml" />'),
        'part.mjml': '<mj-text>part</mj-text>',
        '.env': 'KEY=canary',
        'one.mjml': '',
      })
      await symlink(outside.path('secret.mjml'), path('link.mjml'))
      const engine = await load(root)
      assert.ok((await engine.render(inputOf(root, 'good.mjml'))).html?.includes('part'))
      const up = relative(root, outside.path('secret.mjml'))
      const paths = [
        '/etc/passwd',
        '../../../../../../etc/passwd',
        up,
        './link.mjml',
        '.env',
        outside.path('secret.mjml'),
      ]
      if (version === '5') paths.push('..%2f..%2f..%2f..%2fetc/passwd', '%252e%65nv')
      for (const given of paths) {
        for (const type of ['', ' type="css"', ' type="html"']) {
          const source = body(`<mj-include path="${given}"${type} />`)
          const { diagnostics } = await failureOf(engine.render({ ...inputOf(root, 'one.mjml'), source }))
          assert.deepEqual([diagnostics[0]?.file, diagnostics[0]?.line], [path('one.mjml'), 4], given)
          assert.ok(!JSON.stringify(diagnostics).includes('canary'))
        }
      }
      const input = { ...inputOf(root, 'one.mjml'), source: body('<mj-include path="later.mjml" />') }
      const { message } = await failureOf(engine.render(input))
      assert.equal(message, 'There is no file later.mjml to include')
      assert.ok(input.reader.missing.has(path('later.mjml')))
    })

    test('a template without its root element fails', async (t) => {
      const { root } = await templateFolder(t, { 'a.mjml': '<mj-body></mj-body>', 'b.mjml': '' })
      const engine = await load(root)
      for (const file of ['a.mjml', 'b.mjml']) {
        await assert.rejects(engine.render(inputOf(root, file)), /mjml/i)
      }
    })
  })
}
