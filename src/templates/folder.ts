/** The templates of a folder as its files are: the catalogue, and what each rendering is to be made of. */
import type { RendererOptions } from './renderer.ts'
import type { RenderingId } from './rendering.ts'
import { capturedKey } from './captured.ts'
import { indexTemplates, type FixtureSource, type TemplateIndex, type TemplateSources } from './catalogue.ts'
import type { Diagnostic } from './diagnostic.ts'
import { engineOf } from './engines.ts'
import { layersOf } from './fixtures.ts'
import { matchesGlob } from './glob.ts'
import type { TemplateEntry } from './templates.ts'
import { maxFiles } from './tree.ts'

/** What a rendering is made of. Paths relative to the root. */
export interface Recipe {
  readonly file: string
  readonly engine: string
  readonly locale: string
  readonly layers: readonly FixtureSource[]
}

export interface FolderOptions {
  readonly commands: RendererOptions['commands']
  /** Name of an engine by the glob of its templates, relative to the root; the first that fits is taken. */
  readonly engines: ReadonlyMap<string, string>
  files(): Iterable<string>
  isRead(file: string): boolean
  exportsOf(file: string): readonly string[] | undefined
  /** What is to be said of the folder as a whole. */
  notices(): { readonly truncated: boolean; readonly limitedBy: string | undefined }
}

/** Of a command: the engine's name that nothing else has. */
export const commandEngine = 'command'
const dataFile = /\.(?:json|ya?ml)$/

export class TemplateFolder {
  readonly #options: FolderOptions
  #index: TemplateIndex
  #entries: readonly TemplateEntry[] = []
  #diagnostics: readonly Diagnostic[] = []
  #byFile: ReadonlyMap<string, TemplateSources> = new Map()
  /** Files of data. */
  #data: ReadonlySet<string> = new Set()

  constructor(options: FolderOptions) {
    this.#options = options
    this.#index = { templates: new Map(), modules: [], diagnostics: [] }
  }

  /** Those that are listed, by name. */
  get entries(): readonly TemplateEntry[] {
    return this.#entries
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics
  }

  /** Modules of data, relative to the root. */
  get modules(): readonly string[] {
    return this.#index.modules
  }

  /** Listed or not. */
  find(name: string): TemplateSources | undefined {
    return this.#index.templates.get(name)
  }

  /** The template that a file is of. */
  at(file: string): TemplateSources | undefined {
    return this.#byFile.get(file)
  }

  /** Whether a file goes into templates without being one: a partial, a text beside one, data. */
  isPart(file: string): boolean {
    if (this.at(file) !== undefined) return false
    return this.#data.has(file) || this.engineOf(file) !== undefined
  }

  /** Makes the catalogue anew. @returns Whether it is another one. */
  update(): boolean {
    this.#index = indexTemplates({
      files: this.#options.files(),
      engineOf: (file) => this.engineOf(file),
      isRead: (file) => this.#options.isRead(file),
      exportsOf: (file) => this.#options.exportsOf(file),
    })
    const sources = [...this.#index.templates.values()]
    this.#byFile = new Map(sources.flatMap((each) => [...each.variants.values()].map(({ file }) => [file, each])))
    this.#data = new Set(sources.flatMap(dataFilesOf))
    const entries = sources.filter(({ listed }) => listed).map(entryOf)
    const diagnostics = [...this.#notices(), ...this.#index.diagnostics]
    const same = JSON.stringify([entries, diagnostics]) === JSON.stringify([this.#entries, this.#diagnostics])
    this.#entries = entries
    this.#diagnostics = diagnostics
    return !same
  }

  /** Undefined for a template, fixture or language that is not there. '' is the language the template is without one. */
  recipe({ template, fixture, locale }: RenderingId): Recipe | undefined {
    const sources = this.find(template)
    if (sources === undefined) return undefined
    if (capturedKey(fixture) === undefined && !sources.fixtures.includes(fixture)) return undefined
    if (locale !== '' && !sources.locales.includes(locale)) return undefined
    const [first = ''] = sources.variants.has('') ? [''] : sources.variants.keys()
    const variant = sources.variants.has(locale) ? locale : first
    const { file, engine } = sources.variants.get(variant) ?? sources
    return {
      file,
      engine,
      locale: locale === '' ? variant : locale,
      layers: layersOf(sources, fixture, locale || variant),
    }
  }

  /** Whether a rendering by a command may be another one now. */
  commandDependsOn(template: string, files: Iterable<string>): boolean {
    const command = this.#commandOf(template)
    if (command === undefined) return false
    const { watch } = command
    return [...files].some((file) => watch === undefined || watch.some((glob) => matchesGlob(glob, file)))
  }

  #commandOf(file: string): NonNullable<RendererOptions['commands']>[number] | undefined {
    return this.#options.commands?.find(({ glob }) => matchesGlob(glob, file))
  }

  /** A command, then what the configuration says, then the extension; undefined where nothing renders it. */
  engineOf(file: string): { readonly name: string; readonly extension: string } | undefined {
    if (dataFile.test(file)) return undefined
    const known = engineOf(file)
    const name = this.#commandOf(file) === undefined ? this.#engineByGlob(file) : commandEngine
    if (name === undefined) return known && { name: known.engine.name, extension: known.extension }
    const [ending = ''] = /(?:\.html?)?\.[^./]+$/.exec(file) ?? []
    return { name, extension: known?.extension ?? ending }
  }

  #engineByGlob(file: string): string | undefined {
    for (const [glob, name] of this.#options.engines) if (matchesGlob(glob, file)) return name
    return undefined
  }

  #notices(): readonly Diagnostic[] {
    const { truncated, limitedBy } = this.#options.notices()
    const notices: Diagnostic[] = []
    if (truncated) {
      const message = `There are more than ${maxFiles} files in the folder of templates: the others are left out`
      notices.push({ severity: 'warning', message })
    }
    if (limitedBy !== undefined) {
      const message = `The system gives no more file watches (${limitedBy}): files are looked at twice a second instead`
      notices.push({ severity: 'warning', message })
    }
    return notices
  }
}

function entryOf({ name, file, engine, fixtures, locales }: TemplateSources): TemplateEntry {
  return { name, file, engine, fixtures, locales }
}

function dataFilesOf({ data, localeData }: TemplateSources): readonly string[] {
  return [...localeData.values(), ...[...data.values()].flat().map(({ file }) => file)]
}
