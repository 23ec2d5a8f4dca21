/**
 * Templates of a folder without watching it: for builds, which say themselves when they look. The process that renders
 * stays warm from one build to the next, and ends with the process that started it.
 */
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { diagnose } from './diagnose.ts'
import { TemplateError } from './diagnostic.ts'
import type { TemplateData } from './engine.ts'
import { tsxEngine } from './engines/tsx.ts'
import { layersOf, merged, readLayers } from './fixtures.ts'
import { commandEngine, TemplateFolder } from './folder.ts'
import { unreadData } from './make-rendering.ts'
import { DataModules } from './modules.ts'
import type { Renderer, RendererOptions, RenderResult } from './renderer.ts'
import { startRenderer } from './start-renderer.ts'
import { readTree, statOf } from './tree.ts'

/** Both folders absolute; they need not be real. */
export interface UnwatchedOptions extends RendererOptions {
  /** Name of an engine by the glob of its templates, relative to the root. */
  readonly engines: ReadonlyMap<string, string>
}

export interface UnwatchedTemplates {
  /** Absolute, real: what paths in diagnostics are relative to. */
  readonly root: string
  /** Looks at the folder. Partials, data and new files are then as they are when a template is rendered. */
  begin(): Promise<TemplateBatch>
  /** Resolves when no process is left. */
  close(): Promise<void>
}

/** A file as it is to be rendered. */
export interface BatchRequest {
  /** Relative to the root, with `/`. It need not be there on the disk. */
  readonly file: string
  /** Text of the file. Another than on the disk: that is rendered. */
  readonly source: string
  /** When the file was saved that this is the text of, milliseconds since 1970; undefined where nobody knows. */
  readonly modifiedAt: number | undefined
  /** Over the fixture's: objects are merged, everything else is replaced. */
  readonly data: TemplateData
  /** Where the template has no fixture of that name, its default one is taken. */
  readonly fixture: string
  /** For files that have no language in their name; '' is none. */
  readonly locale: string
}

export interface TemplateBatch {
  /** What a file is to the templates, by its name. `extension` is what its engine is known by: `.mjml.hbs`. */
  place(file: string): FilePlace
  /** Never rejects for what a template does. */
  render(request: BatchRequest): Promise<RenderResult>
  /** The last one is rendered. */
  end(): void
}

export type FilePlace =
  | { readonly kind: 'template'; readonly extension: string }
  /** A partial, a layout, a text beside a template, data: it goes into others. */
  | { readonly kind: 'part' }
  | { readonly kind: 'other' }

/** These are given the file, not its text. */
const readThemselves: ReadonlySet<string> = new Set([commandEngine, tsxEngine.name])

/** The process starts with the first rendering. @throws what the file system says where a folder is not there. */
export async function openUnwatched(given: UnwatchedOptions): Promise<UnwatchedTemplates> {
  const [root, projectDirectory] = await Promise.all([realpath(given.root), realpath(given.projectDirectory)])
  const options = { ...given, root, projectDirectory }
  const renderer = startRenderer(options)
  /** Files of renderings up to now, relative. */
  const read = new Set<string>()
  return {
    root,
    async begin() {
      renderer.forget([...read])
      read.clear()
      const { files, truncated } = await readTree(root)
      const batch = new Batch({ ...options, renderer, files: new Set(files.keys()), truncated, read })
      await batch.knowFixtures()
      return batch
    },
    close: () => renderer.close(),
  }
}

interface BatchOptions extends UnwatchedOptions {
  readonly renderer: Renderer
  readonly files: Set<string>
  readonly truncated: boolean
  readonly read: Set<string>
}

class Batch implements TemplateBatch {
  readonly #options: BatchOptions
  readonly #modules: DataModules
  readonly #folder: TemplateFolder

  constructor(options: BatchOptions) {
    const { root, renderer, commands, engines, files, truncated } = options
    this.#options = options
    this.#modules = new DataModules(renderer, root)
    this.#folder = new TemplateFolder({
      commands,
      engines,
      files: () => files,
      // What is a partial is known by its name only: it must not depend on what was rendered before.
      isRead: () => false,
      exportsOf: (file) => this.#modules.namesIn(file),
      notices: () => ({ truncated, limitedBy: undefined }),
    })
    this.#folder.update()
  }

  /** Programs say by their exports which fixtures they are. */
  async knowFixtures(): Promise<void> {
    const { modules } = this.#folder
    if (modules.length === 0) return
    await this.#modules.evaluateAll(modules)
    this.#folder.update()
  }

  place(file: string): FilePlace {
    if (!this.#options.files.has(file) && this.#folder.engineOf(file) !== undefined) {
      this.#options.files.add(file)
      this.#folder.update()
    }
    const engine = this.#folder.engineOf(file)
    if (engine !== undefined && this.#folder.at(file) !== undefined) {
      return { kind: 'template', extension: engine.extension }
    }
    return { kind: this.#folder.isPart(file) ? 'part' : 'other' }
  }

  end(): void {
    this.#options.renderer.rest()
  }

  async render(request: BatchRequest): Promise<RenderResult> {
    const { root, projectDirectory, renderer, read } = this.#options
    const { file, source } = request
    const path = join(root, file)
    const sources = this.#folder.at(file)
    const [own, variant] = [...(sources?.variants ?? [])].find(([, each]) => each.file === file) ?? []
    if (sources === undefined || variant === undefined) throw new TypeError(`${file} is no template`)
    const locale = own === undefined || own === '' ? request.locale : own
    const fixture = sources.fixtures.includes(request.fixture) ? request.fixture : 'default'
    const place = { root, projectDirectory }
    const data = await readLayers(layersOf(sources, fixture, locale), {
      place,
      evaluate: (module) => this.#modules.evaluate(module),
    })
    const { engine } = variant
    const changed = readThemselves.has(engine) ? await problemOfChange(path, request) : undefined
    const failed = unreadData([...data.diagnostics, ...diagnosed(changed, { ...place, file: path })])
    const result =
      failed ?? (await renderer.render({ file: path, engine, data: merged(data.data, request.data), locale, source }))
    for (const each of [...result.files, ...data.files]) read.add(each)
    return {
      ...result,
      diagnostics: [...data.diagnostics, ...diagnosed(changed, { ...place, file: path }), ...result.diagnostics],
    }
  }
}

function diagnosed(error: TemplateError | undefined, place: Parameters<typeof diagnose>[1]) {
  return error === undefined ? [] : diagnose(error, place)
}

/** What is wrong where the text is another than the file's, and was not saved since it was read. */
async function problemOfChange(path: string, { source, modifiedAt }: BatchRequest): Promise<TemplateError | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text?.replace(/^\uFEFF/, '') === source) return undefined
  const saved = await statOf(path)
  if (saved !== undefined && modifiedAt !== undefined && saved.mtime.getTime() > modifiedAt) return undefined
  const message =
    'A plugin before this one changed its contents, which cannot count here: TSX, JSX and commands read the file itself'
  return new TemplateError([{ severity: 'error', message, file: path }])
}
