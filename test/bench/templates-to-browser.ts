import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root as repository } from '../../.build/files.ts'
import { launchBrowser } from '../support/browser.ts'
import { saveAgainAndAgain, type Edit } from './save-to-browser.ts'
import { startOurs } from './servers.ts'
import type { Row } from './table.ts'

/** A template in one language, with the marker in its heading. */
interface Sample {
  readonly what: string
  /** Its name is what stands before the first dot. */
  readonly file: string
  readonly source: (marker: number | string) => string
  readonly reach: number
}

const rows = (row: string): string => `<table><tbody>${row}</tbody></table><p>Bye</p>`
const samples: readonly Sample[] = [
  {
    what: 'Handlebars',
    file: 'handlebars.hbs',
    source: (marker) =>
      `<h1>${marker}</h1>{{> partials/row}}${rows('{{#each items}}<tr><td>{{this}}</td></tr>{{/each}}')}`,
    reach: 25,
  },
  {
    what: 'EJS',
    file: 'ejs.ejs',
    source: (marker) =>
      `<h1>${marker}</h1>${rows('<% for (const item of items) { %><tr><td><%= item %></td></tr><% } %>')}`,
    reach: 25,
  },
  {
    what: 'Eta',
    file: 'eta.eta',
    source: (marker) =>
      `<h1>${marker}</h1>${rows('<% for (const item of it.items) { %><tr><td><%= item %></td></tr><% } %>')}`,
    reach: 25,
  },
  {
    what: 'Mustache',
    file: 'mustache.mustache',
    source: (marker) => `<h1>${marker}</h1>${rows('{{#items}}<tr><td>{{.}}</td></tr>{{/items}}')}`,
    reach: 25,
  },
  {
    what: 'Liquid',
    file: 'liquid.liquid',
    source: (marker) => `<h1>${marker}</h1>${rows('{% for item in items %}<tr><td>{{ item }}</td></tr>{% endfor %}')}`,
    reach: 25,
  },
  {
    what: 'Nunjucks',
    file: 'nunjucks.njk',
    source: (marker) => `<h1>${marker}</h1>${rows('{% for item in items %}<tr><td>{{ item }}</td></tr>{% endfor %}')}`,
    reach: 25,
  },
  {
    what: 'HTML',
    file: 'html.html',
    source: (marker) => `<h1>${marker}</h1>${rows('<tr><td>1</td></tr>')}`,
    reach: 25,
  },
  {
    what: 'Pug',
    file: 'pug.pug',
    source: (marker) => `h1 ${marker}\ntable\n  each item in items\n    tr\n      td= item\n`,
    reach: 35,
  },
  {
    what: 'MJML',
    file: 'mjml.mjml',
    source: (marker) =>
      `<mjml><mj-body><mj-section><mj-column><mj-text><h1>${marker}</h1></mj-text><mj-button href="https://example.com">Go</mj-button></mj-column></mj-section></mj-body></mjml>`,
    reach: 35,
  },
  {
    what: 'React Email',
    file: 'react.tsx',
    source: (marker) =>
      `import { Body, Container, Html, Text } from '@react-email/components'\n` +
      `export default ({ items }: { items: number[] }) => <Html><Body><Container><h1>${marker}</h1>{items.map((item) => <Text key={item}>{item}</Text>)}</Container></Body></Html>\n`,
    reach: 50,
  },
  { what: 'command, Python', file: 'python.tpl', source: (marker) => `<h1>${marker}</h1><p>$name</p>`, reach: 80 },
]

const program = `import json, string, sys
asked = json.load(sys.stdin)
print(string.Template(open(asked["file"]).read()).substitute(asked["data"]))
`
/** The program itself: what `python3` finds first may be the script of a version manager, which takes longer than Python. */
function python(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
}

const data = { name: 'Ann', items: Array.from({ length: 20 }, (_, index) => index) }
/** Of the first frame in view. */
const inFrame = (within: string): string =>
  `document.querySelector('${within}')?.contentDocument?.querySelector('h1')?.textContent.trim()`

/** From the save of a template to the changed page, median of 20 for each engine; then the live side of a captured message. */
export async function templatesToBrowser(say: (text: string) => void): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stuntmail-bench-'))
  const at = (path: string): string => join(folder, path)
  mkdirSync(at('emails/partials'), { recursive: true })
  symlinkSync(join(repository, 'node_modules'), at('node_modules'))
  writeFileSync(at('emails/partials/row.hbs'), '<p>Row</p>')
  writeFileSync(at('render.py'), program)
  for (const { file, source } of samples) {
    writeFileSync(at(`emails/${file}`), source('start'))
    writeFileSync(at(`emails/${file.slice(0, file.indexOf('.'))}.data.json`), JSON.stringify(data))
  }
  const commands = [{ glob: '*.tpl', command: [python(), 'render.py'] }]
  writeFileSync(at('config.json'), JSON.stringify({ templates: { directory: './emails', commands } }))
  const server = await startOurs(['--config', at('config.json')])
  const browser = await launchBrowser()
  const found: Row[] = []
  const editOf = ({ file, source, what, reach }: Sample, frame: string): Edit => ({
    what: `${what}, save to page`,
    file: at(`emails/${file}`),
    contents: (marker) => source(marker === 0 ? 'start' : marker),
    probe: inFrame(frame),
    reach,
  })
  const measure = async (path: string, frame: string, sample: Sample): Promise<void> => {
    const edit = editOf(sample, frame)
    say(`templates: ${edit.what}`)
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`http://127.0.0.1:${server.http ?? 0}/${path}`)
    await page.waitForSelector('.pulse.live')
    await page.frameLocator(frame).getByText('start').waitFor()
    found.push(...(await saveAgainAndAgain(page, edit)))
    await page.close()
  }
  try {
    for (const sample of samples) {
      const name = sample.file.slice(0, sample.file.indexOf('.'))
      await measure(`?view=template&template=${name}`, '.template-pane iframe', sample)
    }
    const [first] = samples
    if (first !== undefined) {
      const key = await capture(server.http ?? 0)
      const live = { ...first, what: 'captured message, live side (Handlebars)', reach: first.reach + 5 }
      await measure(`?message=${key}&tab=live`, 'iframe[title="Live"]', live)
    }
    return found
  } finally {
    await browser.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** @returns the key of a message that is of the first template, with data of its own. */
async function capture(port: number): Promise<string> {
  const headers = [
    { name: 'X-Stuntmail-Template', value: 'handlebars' },
    { name: 'X-Stuntmail-Data', value: Buffer.from(JSON.stringify(data)).toString('base64url') },
  ]
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: 'a@example.com', to: ['b@example.com'], html: '<p>sent</p>', headers }),
  })
  return ((await answer.json()) as { key: string }).key
}
