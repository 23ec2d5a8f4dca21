/**
 * The template loop of one folder: files are watched, renderings follow them.
 *
 * A rendering is current until a file changes that it read, looked for and did not find, or would be made of instead. Then
 * it is rendered again: at once where somebody looks at it, otherwise when somebody asks. Whatever happens has a revision,
 * one count for all.
 */
import { opendir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, type Clock } from '../clock.ts'
import { findAsset, isAssetName } from './assets.ts'
import { capturedKey, ownFixture, type CapturedData } from './captured.ts'
import type { TemplateSources } from './catalogue.ts'
import type { TemplateData } from './engine.ts'
import { assertFixtureName, versionOf, writeFixture, type SeenFixture } from './fixture-file.ts'
import { readLayers } from './fixtures.ts'
import { TemplateFolder } from './folder.ts'
import { withMaizzle } from './maizzle-project.ts'
import { DataModules } from './modules.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { RenderingLoop } from './rendering-loop.ts'
import type { Rendering, RenderingId } from './rendering.ts'
import { startRenderer } from './start-renderer.ts'
import { FixtureNotWritable, UnknownTemplate } from './templates.ts'
import type { Catalogue, Fixture, TemplateEvent, Templates } from './templates.ts'
import { WatchedFiles, type FilesChange } from './watched-files.ts'

export interface TemplatesOptions extends RendererOptions {
  /** Name of an engine by the glob of its templates, relative to the root. Default: by extension, and by the project. */
  readonly engines?: ReadonlyMap<string, string>
  readonly clock?: Clock
  /** What renderings may take of the memory, those that are looked at beside. Octets, default 64 MiB. */
  readonly maxCachedOctets?: number
  /** Look for changes twice a second, where the system does not tell of them: network shares. Default false. */
  readonly polling?: boolean
  /** Data of captured messages, by key. Default: there are none. */
  readonly captured?: CapturedData
  /** Default: the rendering process. */
  readonly renderer?: (options: RendererOptions) => Renderer
}

const defaultCachedOctets = 64 * 1024 * 1024
/** How long the catalogue waits for programs that name fixtures. */
const modulesMs = 1_500

const noCaptured: CapturedData = () => Promise.reject(new Error('There are no captured messages here'))

/** Resolves when the catalogue is known and the files are watched. @throws what the file system says where it is no folder that may be read. */
export async function openTemplates(options: TemplatesOptions): Promise<Templates> {
  const root = await realpath(options.root)
  // It has to be a folder, and one that may be read.
  await (await opendir(root)).close()
  const templates = new OpenTemplates({ ...options, root })
  try {
    await templates.start()
    return templates
  } catch (error) {
    await templates.close()
    throw error
  }
}

class OpenTemplates implements Templates {
  readonly root: string
  readonly #place: Pick<RendererOptions, 'root' | 'projectDirectory'>
  readonly #renderer: Renderer
  readonly #watched: WatchedFiles
  readonly #folder: TemplateFolder
  readonly #modules: DataModules
  readonly #loop: RenderingLoop
  readonly #watchers = new Set<(event: TemplateEvent) => void>()
  /** Fixtures that somebody was given, by template and name. */
  readonly #seen = new Map<string, SeenFixture>()
  readonly #saveListeners: ((files: readonly string[]) => void)[] = []
  #revision = 0
  #catalogueRevision = 0

  constructor(options: TemplatesOptions) {
    const { root, projectDirectory, clock = systemClock, renderer = startRenderer } = options
    this.root = root
    this.#place = { root, projectDirectory }
    this.#renderer = renderer(options)
    this.#modules = new DataModules(this.#renderer, root)
    this.#watched = new WatchedFiles({
      root,
      clock,
      polling: options.polling ?? false,
      onChange: (change) => this.#changed(change),
    })
    this.#folder = new TemplateFolder({
      commands: options.commands,
      engines: withMaizzle(options.engines ?? new Map(), this.#place),
      files: () => this.#watched.files.keys(),
      isRead: (file) => this.#loop.isRead(file),
      exportsOf: (file) => this.#modules.namesIn(file),
      notices: () => this.#watched,
    })
    this.#loop = new RenderingLoop({
      place: this.#place,
      renderer: this.#renderer,
      clock,
      maxCachedOctets: options.maxCachedOctets ?? defaultCachedOctets,
      folder: this.#folder,
      modules: this.#modules,
      watched: this.#watched,
      captured: options.captured ?? noCaptured,
      nextRevision: () => ++this.#revision,
      publish: (event) => this.#publish(event),
      onRead: (files) => this.#read(files),
    })
  }

  async start(): Promise<void> {
    await this.#watched.start()
    this.#folder.update()
    this.#catalogueRevision = ++this.#revision
    this.#renderer.warm([...new Set(this.#folder.entries.map(({ engine }) => engine))])
    void this.#evaluateModules()
  }

  async catalogue(): Promise<Catalogue> {
    await this.#knowModules()
    const { entries, diagnostics } = this.#folder
    return { revision: this.#catalogueRevision, templates: entries, diagnostics }
  }

  async rendering(id: RenderingId): Promise<Rendering> {
    await this.#knowFixture(id.template, id.fixture)
    return this.#loop.rendering(id)
  }

  async renderWith(id: RenderingId, data: TemplateData): Promise<Rendering> {
    await this.#knowFixture(id.template, id.fixture)
    return this.#loop.renderWith(id, data)
  }

  look(id: RenderingId): () => void {
    return this.#loop.look(id)
  }

  async fixture(template: string, name: string): Promise<Fixture> {
    await this.#knowFixture(template, name)
    const sources = this.#sourcesOf(template)
    if (!sources.fixtures.includes(name)) throw new UnknownTemplate(`${template} has no fixture ${name}`)
    const source = sources.data.get(name)?.find(({ locale }) => locale === '')
    const file = source?.file
    // The version first: what is written while we read is a conflict then.
    const version = file === undefined ? undefined : await versionOf(join(this.root, file))
    this.#seen.set(JSON.stringify([template, name]), { version })
    const { data, diagnostics } = await readLayers(source === undefined ? [] : [source], {
      place: this.#place,
      evaluate: (module) => this.#modules.evaluate(module),
    })
    const writable = file === undefined || (file.endsWith('.json') && diagnostics.length === 0)
    return { name, file, writable, data, diagnostics }
  }

  async saveFixture(template: string, name: string, data: TemplateData): Promise<void> {
    const sources = this.#sourcesOf(template)
    if (name !== 'default') assertFixtureName(name)
    const exists = sources.data.get(name)?.some(({ locale }) => locale === '') === true
    const key = JSON.stringify([template, name])
    const seen = exists ? this.#seen.get(key) : { version: undefined }
    if (exists) {
      const { writable, file } = await this.fixture(template, name)
      if (!writable) throw new FixtureNotWritable(`${file ?? name} is to be changed in an editor`)
    }
    const file = `${sources.stem}.${name === 'default' ? 'data' : name}.json`
    const path = join(this.root, file)
    await writeFixture({ root: this.root, path, data, seen })
    this.#seen.set(key, { version: await versionOf(path) })
    await this.#watched.look([file])
  }

  messageTied(key: string): void {
    this.#loop.dataChanged(ownFixture(key))
    this.#publish({ kind: 'tied', revision: ++this.#revision, key })
  }

  asset(path: string): Promise<{ readonly path: string; readonly mediaType: string } | undefined> {
    return findAsset(this.root, path)
  }

  onSaved(listener: (files: readonly string[]) => void): void {
    this.#saveListeners.push(listener)
  }

  subscribe(watcher: (event: TemplateEvent) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  async close(): Promise<void> {
    await Promise.all([this.#watched.close(), this.#loop.close(), this.#renderer.close()])
  }

  #sourcesOf(template: string): TemplateSources {
    const sources = this.#folder.find(template)
    if (sources === undefined) throw new UnknownTemplate(`There is no template ${template}`)
    return sources
  }

  #publish(event: TemplateEvent): void {
    for (const watcher of [...this.#watchers]) watcher(event)
  }

  #changed(change: FilesChange): void {
    this.#renderer.forget([...change.files])
    const modules = this.#modules.forget(change.files)
    if (change.structure) this.#updateCatalogue()
    const shown = [...change.files].filter((file) => isAssetName(file) && !this.#loop.isNeeded(file))
    this.#loop.changed(change)
    for (const file of shown) this.#publish({ kind: 'asset', revision: ++this.#revision, file })
    if (change.structure || modules.length > 0) void this.#evaluateModules()
    for (const listener of this.#saveListeners) listener([...change.files])
  }

  #updateCatalogue(): void {
    if (!this.#folder.update()) return
    this.#catalogueRevision = ++this.#revision
    this.#publish({ kind: 'catalogue', revision: this.#catalogueRevision })
  }

  /** A template that others read is a partial: the catalogue learns of it by renderings. */
  #read(files: readonly string[]): void {
    const learned = files.some((file) => {
      const sources = this.#folder.at(file)
      return sources?.listed === true && sources.data.size === 0 && this.#loop.isRead(file)
    })
    if (learned) this.#updateCatalogue()
  }

  /** Fixtures may have other names when programs have said theirs. */
  async #evaluateModules(): Promise<void> {
    const { modules } = this.#folder
    if (modules.length === 0) return
    await this.#modules.evaluateAll(modules)
    this.#updateCatalogue()
    this.#loop.reconsider()
  }

  /** A template's fixture is known, or all programs have said what theirs are. */
  async #knowFixture(template: string, fixture: string): Promise<void> {
    if (capturedKey(fixture) !== undefined) return
    if (this.#folder.find(template)?.fixtures.includes(fixture) !== true) await this.#knowModules()
  }

  async #knowModules(): Promise<void> {
    if (this.#folder.modules.every((file) => this.#modules.namesIn(file) !== undefined)) return
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, modulesMs)
    })
    await Promise.race([this.#evaluateModules(), patience])
    clearTimeout(timer)
  }
}
