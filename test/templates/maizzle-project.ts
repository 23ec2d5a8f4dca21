/** A project with a package in the place of Maizzle that does of it what the engine relies on. */
import type { TemplateFolder } from './engine-input.ts'
import { templateFolder } from './engine-input.ts'

/** Reads front matter, runs the plugins, puts components in, and evaluates expressions twice, as the real one may. */
const framework = String.raw`
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export async function render(html, config) {
  const [, matter = '{}', body = html] = /^---\n([^\n]*)\n---\n([^]*)$/.exec(html) ?? []
  const settings = { ...config, ...JSON.parse(matter) }
  const tree = { messages: [] }
  for (const plugin of config.posthtml?.plugins.before ?? []) plugin(tree)
  const locals = { ...config.locals, settings: Object.keys(settings).sort().join() }
  let made = withComponents(expanded(body, settings, locals), tree.messages)
  if (settings.useTransformers !== false) made = expanded(made, settings, locals)
  for (const plugin of config.posthtml?.plugins.after ?? []) plugin(tree)
  styles(made, settings)
  return { html: made }
}

function withComponents(html, messages) {
  return html.replace(/<x-(\w+)>/g, (tag, name) => {
    const file = resolve('components', name + '.html')
    let text
    try { text = readFileSync(file, 'utf8') } catch {
      throw new Error('[components] ' + tag + ' could not find ' + name + '.html in the defined root paths (layouts, components)')
    }
    messages.push({ type: 'dependency', file })
    return withComponents(text, messages)
  })
}

function expanded(html, { expressions: { delimiters = ['{{', '}}'] } = {} }, locals) {
  const escapes = delimiters[0] === '{{'
  return html.replace(/\{\{(.+?)\}\}/g, (_all, expression) => {
    const value = String(new Function('locals', 'with (locals) { return (' + expression + ') }')(locals))
    return escapes ? value.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : value
  })
}

function styles(html, { postcss }) {
  for (const [, css] of html.matchAll(/<style>([^]*?)<\/style>/g)) {
    const lines = css.split('\n')
    const line = lines.findIndex((text) => text.includes('@apply missing')) + 1
    if (line > 0) {
      const column = lines[line - 1].indexOf('@') + 1
      throw Object.assign(new Error('<css input>:' + line), { name: 'CssSyntaxError', reason: 'There is no class missing', source: css, line, column })
    }
    const result = { messages: [{ type: 'dependency', file: join(process.cwd(), 'tailwind.config.js') }] }
    for (const { OnceExit } of postcss?.plugins ?? []) OnceExit?.(undefined, { result })
  }
}
`

/** A project, gone after the test; its templates are in `emails`. */
export async function maizzleProject(
  test: { after(fn: () => Promise<void>): void },
  files: Readonly<Record<string, string>> = {},
  version = '5.5.0',
): Promise<TemplateFolder> {
  return templateFolder(test, {
    'package.json': '{ "type": "module" }',
    'maizzle.config.js': 'export default { company: { name: "Acme" } }',
    'tailwind.config.js': 'export default {}',
    'node_modules/@maizzle/framework/package.json': JSON.stringify({
      name: '@maizzle/framework',
      version,
      type: 'module',
      exports: './index.js',
    }),
    'node_modules/@maizzle/framework/index.js': framework,
    ...files,
  })
}
