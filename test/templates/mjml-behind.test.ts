import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Engine } from '../../src/templates/engine.ts'
import { mjmlBehind } from '../../src/templates/engines/mjml-behind.ts'
import { failureOf, inputOf, projectOf, templateFolder } from './engine-input.ts'

/** A language with one expression: `$name`. */
const dollars: Engine = {
  name: 'dollars',
  extensions: ['.dol', '.html.dol'],
  load: async () => {
    const expand = (source: string, name: unknown) => source.replaceAll('$name', String(name))
    return {
      render: async ({ source, data }) => ({ html: expand(source, data['name']), files: ['/layout'] }),
      renderText: async ({ source, data }) => expand(source, data['name']),
      forget: () => undefined,
    }
  },
}
const engine = mjmlBehind(dollars)

describe('MJML behind another engine', () => {
  test('takes the extensions with .mjml before them', () => {
    assert.equal(engine.name, 'dollars-mjml')
    assert.deepEqual(engine.extensions, ['.mjml.dol'])
  })

  test('is rendered after it; subjects are the other one’s', async (t) => {
    const { root } = await templateFolder(t, {
      'a.mjml.dol': '<mjml><mj-head><mj-title>Hi $name</mj-title></mj-head><mj-body></mj-body></mjml>',
    })
    const loaded = await engine.load(projectOf(root))
    const input = inputOf(root, 'a.mjml.dol', { data: { name: 'Ada' } })
    const output = await loaded.render(input)
    assert.match(output.html ?? '', /<title>Hi Ada<\/title>/)
    assert.equal(output.head?.subject, 'Hi Ada')
    assert.ok(output.files?.includes('/layout'))
    assert.equal(await loaded.renderText?.({ ...input, source: 'For $name' }), 'For Ada')
  })

  test('places are those of the template where the line is the same, and said where it is not', async (t) => {
    const { root, path } = await templateFolder(t, {
      'a.mjml.dol': '<mjml><mj-body>\n$name\n  <mj-section>\n  <mj-column a="$name">\n</mj-body></mjml>',
    })
    const loaded = await engine.load(projectOf(root))
    const { diagnostics, files } = await failureOf(
      loaded.render(inputOf(root, 'a.mjml.dol', { data: { name: '<!-- \n -->' } })),
    )
    assert.deepEqual(
      diagnostics.map(({ file, line, column, message }) => [file === path('a.mjml.dol'), line, column, message]),
      [
        [true, 3, 3, '<mj-section> is not closed'],
        [
          true,
          undefined,
          undefined,
          '<mj-column> is not closed (line 5 of the MJML that was made: <mj-column a="<!--)',
        ],
      ],
    )
    assert.deepEqual(files, ['/layout'])
  })
})
