import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TemplateData } from '../../src/templates/engine.ts'
import { renderingKey, type Rendering, type RenderingId } from '../../src/templates/rendering.ts'
import {
  FixtureNotWritable,
  UnknownTemplate,
  type Fixture,
  type TemplateEvent,
  type Templates,
} from '../../src/templates/templates.ts'
import { temporaryFolder } from './command.ts'

/**
 * The contract of the template loop without files to watch: templates are texts with `{{name}}` in them, and a save is
 * a call. What a rendering is made of can be set, so that a test says which event comes when.
 */
export interface TemplatesInMemory extends Templates {
  /** Saves a template and renders it where somebody looks, as the real one does. */
  save(template: string, source: string): void
  /** Removes it from the catalogue. */
  remove(template: string): void
  publish(event: TemplateEvent): void
  /** Writes a file that renderings may show. */
  putAsset(path: string, mediaType: string, content: string | Uint8Array): void
  /** Keys of what is looked at; one for each that looks. */
  readonly looked: readonly string[]
  /** Set to have every rendering be this. */
  shape: Partial<Rendering>
  /** Templates whose current source cannot be rendered. */
  readonly broken: Set<string>
}

export function templatesInMemory(sources: Readonly<Record<string, string>>): TemplatesInMemory {
  const root = temporaryFolder()
  const templates = new Map(Object.entries(sources))
  const fixtures = new Map<string, TemplateData>()
  const revisions = new Map<string, number>()
  const assets = new Map<string, string>()
  const watchers = new Set<(event: TemplateEvent) => void>()
  const looked: RenderingId[] = []
  let revision = 1

  const fixtureKey = (template: string, name: string): string => JSON.stringify([template, name])
  const require = (template: string, fixture: string): void => {
    const known = fixture === 'default' || fixture === 'settings' || fixtures.has(fixtureKey(template, fixture))
    if (!templates.has(template) || !known) throw new UnknownTemplate(`There is no template ${template}`)
  }
  const render = (id: RenderingId, data: TemplateData): Rendering => {
    const failed = result.broken.has(id.template)
    const source = templates.get(id.template) ?? ''
    const valueOf = (_: string, name: string): string => (typeof data[name] === 'string' ? data[name] : '')
    const html = source.replace(/\{\{(\w+)\}\}/g, valueOf)
    return {
      ...{ id, html, text: html.replace(/<[^>]*>/g, ''), textDerived: true, stale: failed },
      ...{ subject: `Subject of ${id.template}`, from: '', preheader: '', engine: 'memory', renderMs: 1 },
      revision: revisions.get(id.template) ?? 1,
      diagnostics: failed ? [{ severity: 'error', message: 'unexpected }', file: `${id.template}.txt`, line: 3 }] : [],
      files: [`${id.template}.txt`],
      ...result.shape,
    }
  }
  const dataOf = ({ template, fixture }: RenderingId): TemplateData => fixtures.get(fixtureKey(template, fixture)) ?? {}
  const fixture = (template: string, name: string): Fixture => {
    require(template, name)
    const settings = name === 'settings'
    const file = settings ? 'settings.yaml' : `${template}.${name}.json`
    return { name, file, writable: !settings, data: dataOf({ template, fixture: name, locale: '' }), diagnostics: [] }
  }
  const result: TemplatesInMemory = {
    root,
    shape: {},
    broken: new Set(),
    get looked() {
      return looked.map(renderingKey)
    },
    async catalogue() {
      const entries = [...templates.keys()].sort().map((name) => ({
        ...{ name, file: `${name}.txt`, engine: 'memory', locales: [] },
        fixtures: ['default', 'settings'],
      }))
      return { revision, templates: entries, diagnostics: [] }
    },
    async rendering(id) {
      require(id.template, id.fixture)
      return render(id, dataOf(id))
    },
    async renderWith(id, data) {
      require(id.template, id.fixture)
      return { ...render(id, data), html: `${render(id, data).html}<!-- ${JSON.stringify(data)} -->` }
    },
    look(id) {
      looked.push(id)
      return () => void looked.splice(looked.indexOf(id), 1)
    },
    async fixture(template, name) {
      return fixture(template, name)
    },
    async saveFixture(template, name, data) {
      if (!templates.has(template)) throw new UnknownTemplate(template)
      if (!/^[\w-]+$/.test(name) || name === 'settings') throw new FixtureNotWritable(`${name} is no name of a fixture`)
      fixtures.set(fixtureKey(template, name), data)
    },
    onSaved: () => undefined,
    messageTied(key) {
      for (const watcher of watchers) watcher({ kind: 'tied', revision: ++revision, key })
    },
    async asset(path) {
      const mediaType = assets.get(path)
      return mediaType === undefined ? undefined : { path: join(root, path), mediaType }
    },
    subscribe(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    async close() {
      watchers.clear()
    },
    publish: (event) => watchers.forEach((watcher) => watcher(event)),
    save(template, source) {
      const isNew = !templates.has(template)
      templates.set(template, source)
      revisions.set(template, ++revision)
      if (isNew) result.publish({ kind: 'catalogue', revision })
      const id = looked.find((each) => each.template === template)
      if (id !== undefined) result.publish({ kind: 'rendering', rendering: render(id, dataOf(id)) })
      else result.publish({ kind: 'outdated', revision, ids: [{ template, fixture: 'default', locale: '' }] })
    },
    remove(template) {
      templates.delete(template)
      result.publish({ kind: 'catalogue', revision: ++revision })
    },
    putAsset(path, mediaType, content) {
      writeFileSync(join(root, path), content)
      assets.set(path, mediaType)
    },
  }
  return result
}
