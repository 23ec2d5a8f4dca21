/** What every template is given. */
export const data = { name: 'Ann', items: Array.from({ length: 20 }, (_, index) => index) }

/** A template in one language, with the marker in its heading. */
export interface Sample {
  readonly what: string
  /** Its name is what stands before the first dot. */
  readonly file: string
  readonly source: (marker: number | string) => string
  /** Milliseconds. */
  readonly reach: number
}

/** What is saved again and again. */
export type Edited = Pick<Sample, 'what' | 'file' | 'source'>

const rows = (row: string): string => `<table><tbody>${row}</tbody></table><p>Bye</p>`

export const samples: readonly Sample[] = [
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
      `export default ({ items = [${data.items.join(', ')}] }: { items?: number[] }) => <Html><Body><Container><h1>${marker}</h1>{items.map((item) => <Text key={item}>{item}</Text>)}</Container></Body></Html>\n`,
    reach: 50,
  },
  { what: 'command, Python', file: 'python.tpl', source: (marker) => `<h1>${marker}</h1><p>$name</p>`, reach: 80 },
]

/** Templates that take their look from one file, which is the one that is saved. */
export const layout = {
  what: 'React Email, a layout used by 50',
  file: 'components/layout.tsx',
  source: (marker: number | string): string =>
    `import type { ReactNode } from 'react'\nimport { Body, Container, Html } from '@react-email/components'\n` +
    `export const Layout = ({ children }: { children: ReactNode }) => <Html><Body><Container><h1>${marker}</h1>{children}</Container></Body></Html>\n`,
  reach: 50,
  users: Array.from({ length: 50 }, (_, index) => `user-${index}.tsx`),
  user:
    `import { Text } from '@react-email/components'\nimport { Layout } from './components/layout'\n` +
    `export default () => <Layout><Text>Hello</Text></Layout>\n`,
}

/** Renders a template of Python's own library, as a command. */
export const program = `import json, string, sys
asked = json.load(sys.stdin)
print(string.Template(open(asked["file"]).read()).substitute(asked["data"]))
`
