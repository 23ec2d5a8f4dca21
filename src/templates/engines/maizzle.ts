/** Maizzle 5: HTML with components, expressions, Tailwind CSS, and the project's own configuration. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, EngineOutput, LoadedEngine, Project } from '../engine.ts'
import { maizzleFolderOf, maizzleMajor, maizzlePackage, majorOf, type MaizzleFolder } from '../maizzle-project.ts'
import { messageOf } from '../trail.ts'
import { frontMatterOf, guardOf, MaizzleData, memberOf, type Members } from './maizzle-data.ts'
import { linkedFiles, locatedError, placeInStack } from './maizzle-places.ts'

/** What we use of Maizzle. */
interface Maizzle {
  render(html: string, config: object): Promise<{ readonly html: string }>
}

/** What plugins of PostHTML and PostCSS tell each other. */
interface PluginMessage {
  readonly type?: string
  readonly file?: unknown
}

export const maizzleEngine: Engine = {
  name: 'maizzle',
  // Its templates are HTML: the configuration says which, or that the project is one of Maizzle does.
  extensions: [],
  async load(project) {
    refuseOtherVersions(project)
    const maizzle = (await project.import(maizzlePackage)) as Maizzle
    // Tailwind loads most of itself with the first stylesheet.
    await maizzle.render('<style>@tailwind utilities;</style><p class="m-0">', {
      css: { tailwind: { content: [{ raw: 'm-0' }] } },
    })
    return new LoadedMaizzle(maizzle)
  },
}

function refuseOtherVersions(project: Project): void {
  const version = project.version(maizzlePackage)
  if (version === undefined || majorOf(version) === maizzleMajor) return
  const why =
    majorOf(version) > maizzleMajor
      ? `Maizzle ${version} needs Vite, with native code and threads that a rendering may not have`
      : `Maizzle ${version} is too old`
  throw new Error(`${why}. Maizzle 5 is rendered as it is; any other by a command ("commands" of the configuration)`)
}

class LoadedMaizzle implements LoadedEngine {
  readonly #maizzle: Maizzle
  /** By their files. */
  readonly #configs = new Map<string, Promise<Members>>()
  readonly #matters = new WeakMap<EngineInput['matter'], Promise<Members>>()
  /** Modules are kept by their URL for ever: each time has its own. */
  #loads = 0

  constructor(maizzle: Maizzle) {
    this.#maizzle = maizzle
  }

  async render(input: EngineInput): Promise<EngineOutput> {
    const place = maizzleFolderOf(dirname(input.file))
    const config = await this.#configOf(place, input)
    const data = new MaizzleData(config, input.data)
    const matter = await this.#matterOf(input, data)
    const messages: PluginMessage[][] = []
    const settings = {
      ...config,
      ...witnesses(config, messages),
      env: 'local',
      _dev: true,
      locals: data.locals(matter),
    }
    const source = frontMatterOf(matter) + input.source
    let failure: unknown
    let html = ''
    try {
      html = data.restored((await within(place, () => this.#maizzle.render(source, settings))).html)
    } catch (error) {
      failure = error ?? new Error('Maizzle fails')
    }
    const texts = noteFiles(input, messages.flat(), place)
    if (failure !== undefined) throw locatedError(failure, { texts, folder: place.folder })
    return { html }
  }

  async renderText(input: EngineInput): Promise<string> {
    const place = maizzleFolderOf(dirname(input.file))
    const data = new MaizzleData(await this.#configOf(place, input), input.data, ['<'])
    if (!data.hasExpressions(input.source)) return input.source
    const locals = data.locals(await this.#matterOf(input, data))
    const settings = { env: 'local', useTransformers: false, locals, ...data.unescaped() }
    const source = input.source.replaceAll('<', guardOf('<'))
    return data.restored((await within(place, () => this.#maizzle.render(source, settings))).html)
  }

  forget(files: readonly string[]): void {
    const { cache } = createRequire(import.meta.url)
    for (const file of files) {
      this.#configs.delete(file)
      // A configuration that is CommonJS, what it requires, and JSON that templates fetch from files.
      Reflect.deleteProperty(cache, file)
    }
  }

  /** Expressions in front matter know the data, not each other. Once for a rendering: its subject asks again. */
  #matterOf(input: EngineInput, data: MaizzleData): Promise<Members> {
    const known =
      this.#matters.get(input.matter) ??
      data.expanded(input.matter, (source) => this.renderText({ ...input, source, matter: {} }))
    this.#matters.set(input.matter, known)
    return known
  }

  async #configOf({ folder, config }: MaizzleFolder, { reader }: EngineInput): Promise<Members> {
    if (config === undefined) {
      reader.noteMissing(join(folder, 'maizzle.config.js'))
      return {}
    }
    // Noted, and refused where it may not be read.
    reader.read(config)
    const known = this.#configs.get(config) ?? loadConfig(config, ++this.#loads)
    this.#configs.set(config, known)
    known.catch(() => this.#configs.delete(config))
    return known
  }
}

/** As Maizzle does it before it builds, event included. */
async function loadConfig(file: string, version: number): Promise<Members> {
  const url = `${pathToFileURL(file).href}?version=${version}`
  try {
    const { default: exported } = (await import(url)) as { readonly default?: unknown }
    if (typeof exported !== 'object' || exported === null) throw new TypeError('It has no default export of settings')
    const config = { ...exported }
    const beforeCreate = memberOf(config, 'beforeCreate')
    if (typeof beforeCreate === 'function') await (beforeCreate as (event: object) => unknown)({ config })
    return config
  } catch (error) {
    const where = placeInStack(error, url)
    throw new TemplateError([{ severity: 'error', message: messageOf(error), file, ...where }], { cause: error })
  }
}

/** Does something where the project is: Maizzle and Tailwind look for everything from there. */
async function within<Result>({ folder }: MaizzleFolder, action: () => Promise<Result>): Promise<Result> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await action()
  } finally {
    process.chdir(before)
  }
}

/** Plugins beside the project's own, to learn which files were read. @param messages Lists of them are added. */
function witnesses(config: Members, messages: PluginMessage[][]): Members {
  const posthtml = memberOf(config, 'posthtml')
  const postcss = memberOf(config, 'postcss')
  const plugins = memberOf(posthtml, 'plugins')
  const components = (tree: { readonly messages: PluginMessage[] }): unknown => {
    messages.push(tree.messages)
    return tree
  }
  const stylesheets = {
    postcssPlugin: 'files',
    OnceExit: (_root: unknown, { result }: { readonly result: { readonly messages: PluginMessage[] } }) => {
      messages.push(result.messages)
    },
  }
  const before = [components, ...listOf(memberOf(plugins, 'before'))]
  const after = listOf(Array.isArray(plugins) ? plugins : memberOf(plugins, 'after'))
  return {
    posthtml: { ...(posthtml as object | undefined), plugins: { before, after } },
    postcss: { ...(postcss as object | undefined), plugins: [...listOf(memberOf(postcss, 'plugins')), stylesheets] },
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Notes what was read. @returns the texts that HTML was made of, by file, the template first. */
function noteFiles(
  { file, source, reader }: EngineInput,
  messages: readonly PluginMessage[],
  { folder }: MaizzleFolder,
): ReadonlyMap<string, string> {
  const texts = new Map([[file, source]])
  for (const message of messages) {
    if (message.type !== 'dependency' || typeof message.file !== 'string') continue
    const text = reader.read(message.file)
    if (text !== undefined && message.file.endsWith('.html')) texts.set(message.file, text)
  }
  for (const text of texts.values()) for (const linked of linkedFiles(text, folder)) reader.read(linked)
  return texts
}
