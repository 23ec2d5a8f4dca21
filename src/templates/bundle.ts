import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import type {
  BuildContext,
  BuildFailure,
  BuildOptions,
  BuildResult,
  ImportKind,
  Message,
  OnResolveResult,
  Metafile,
  Plugin,
} from 'esbuild'
import { TemplateError, type Diagnostic } from './diagnostic.ts'
import { MissingPackage, type BuiltTemplate, type Project } from './engine.ts'
import type { TemplateBuilder } from './outside.ts'
import { isInside } from './reader.ts'

/** Most contexts that are kept; the one that was used longest ago goes first. */
const maxContexts = 20
/** What an import may leave out of a file's name. */
const omittable: readonly string[] = [
  '',
  '.tsx',
  '.ts',
  '.jsx',
  '.js',
  '/index.tsx',
  '/index.ts',
  '/index.jsx',
  '/index.js',
]
/** Images of a template stand in the preview without a server. */
const loaders = {
  '.gif': 'dataurl',
  '.html': 'text',
  '.jpg': 'dataurl',
  '.png': 'dataurl',
  '.svg': 'dataurl',
  '.txt': 'text',
  '.webp': 'dataurl',
} as const

/** What is used of esbuild, which is the project's own. */
type Esbuild = Pick<typeof import('esbuild'), 'context'>

/** Both absolute, real. */
export interface BundleFolders {
  /** Of the templates. */
  readonly root: string
  /** Where packages are looked for that are not found from the importing file. */
  readonly projectDirectory: string
}

/**
 * Bundles modules by the project's esbuild, in contexts that stay warm. Packages are left out, and required by their
 * place: from `node_modules` of whatever file imports them. What is linked from elsewhere (a workspace) is bundled.
 */
export function createBundler(project: Pick<Project, 'import'>, folders: BundleFolders): TemplateBuilder {
  return new Bundler(project, folders)
}

/** Packages that are CommonJS, from the project or beside us; without the loader of modules that the rendering process has. */
export function requiredFrom({ root, projectDirectory }: BundleFolders): Pick<Project, 'import'> {
  return {
    async import(specifier) {
      for (const folder of [root, projectDirectory, import.meta.dirname]) {
        const require = createRequire(join(folder, 'template.js'))
        try {
          return require(require.resolve(specifier)) as unknown
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error
        }
      }
      throw new MissingPackage(specifier)
    },
  }
}

interface KeptContext {
  readonly context: Promise<Context>
  /** Of the last success. */
  files: readonly string[]
}

type Context = BuildContext<ReturnType<typeof buildOptions>>
type Result = BuildResult<ReturnType<typeof buildOptions>>

class Bundler implements TemplateBuilder {
  readonly #project: Pick<Project, 'import'>
  readonly #folders: BundleFolders
  readonly #root: string
  /** By file, the one used last at the end. */
  readonly #contexts = new Map<string, KeptContext>()
  #esbuild: Promise<Esbuild> | undefined
  /** A context must not be disposed of while it builds, nor build what was asked for before a save. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(project: Pick<Project, 'import'>, folders: BundleFolders) {
    this.#project = project
    this.#folders = folders
    this.#root = folders.root
  }

  build(file: string): Promise<BuiltTemplate> {
    const built = this.#last.then(() => this.#build(file))
    this.#last = built.catch(() => undefined)
    return built
  }

  /** A context that is not disposed of keeps esbuild, and that keeps us. */
  rest(): void {
    this.#last = this.#last.then(() => this.#disposeAll())
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#last
    await this.#disposeAll()
  }

  async #disposeAll(): Promise<void> {
    await Promise.all([...this.#contexts.keys()].map((file) => this.#dispose(file)))
  }

  async #build(file: string): Promise<BuiltTemplate> {
    if (this.#closed) throw new Error('Rendering has ended')
    const kept = this.#keptContext(file)
    let result: Result
    try {
      result = await (await kept.context).rebuild()
    } catch (error) {
      if (!isBuildFailure(error)) {
        await this.#dispose(file)
        throw error
      }
      throw failed(error, this.#root, [...kept.files, ...settingsOf(file)])
    }
    kept.files = filesOf(result.metafile, this.#root)
    return {
      code: result.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '',
      files: [...kept.files, ...settingsOf(file)],
      warnings: result.warnings.map((message) => diagnosticOf('warning', message, this.#root)),
    }
  }

  #keptContext(file: string): KeptContext {
    const kept = this.#contexts.get(file) ?? { context: this.#start(file), files: [file] }
    this.#contexts.delete(file)
    this.#contexts.set(file, kept)
    const [oldest] = this.#contexts.keys()
    if (oldest !== undefined && this.#contexts.size > maxContexts) void this.#dispose(oldest)
    return kept
  }

  async #start(file: string): Promise<Context> {
    this.#esbuild ??= this.#project.import('esbuild') as Promise<Esbuild>
    try {
      return await (await this.#esbuild).context(buildOptions(file, this.#folders))
    } catch (error) {
      // It may be installed by the next time.
      this.#esbuild = undefined
      throw error
    }
  }

  async #dispose(file: string): Promise<void> {
    const kept = this.#contexts.get(file)
    this.#contexts.delete(file)
    const context = await kept?.context.catch(() => undefined)
    await context?.dispose()
  }
}

function buildOptions(file: string, { root, projectDirectory }: BundleFolders) {
  return {
    absWorkingDir: root,
    entryPoints: [file],
    outfile: 'template.js',
    write: false,
    bundle: true,
    nodePaths: [join(projectDirectory, 'node_modules')],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    jsx: 'automatic',
    loader: loaders,
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [packagesStayOutside],
  } satisfies BuildOptions
}

/** A package is required by its place, as CommonJS where it can be had: then it is the same one for all. */
const packagesStayOutside: Plugin = {
  name: 'packages-stay-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || pluginData === asked || kind === 'url-token' || kind === 'import-rule')
        return undefined
      const from = { importer, resolveDir, pluginData: asked }
      const required = await build.resolve(path, { ...from, kind: 'require-call' })
      const found =
        required.errors.length === 0 ? required : await build.resolve(path, { ...from, kind: 'import-statement' })
      if (found.errors.length > 0) return notFound(path, kind)
      const isPackage = found.external || found.path.includes(`${sep}node_modules${sep}`)
      return isPackage ? { path: found.path, external: true } : { path: found.path, namespace: found.namespace }
    })
  },
}
/** A package that is required may be optional: that is for the module to say. */
function notFound(path: string, kind: ImportKind): OnResolveResult | undefined {
  if (kind === 'require-call' || kind === 'require-resolve') return { path, external: true }
  // An alias of a path is no package.
  if (!/^(?:@[\w.-]+\/)?[\w.-]/.test(path)) return undefined
  return { errors: [{ text: new MissingPackage(path).message }] }
}

/** Told by its identity: this path was asked for by the plugin itself. */
const asked: Readonly<Record<string, never>> = {}

/** Absolute; without what the plugin made. */
function filesOf({ inputs }: Metafile, root: string): readonly string[] {
  return Object.keys(inputs)
    .filter((path) => !/^[\w-]{2,}:/.test(path))
    .map((path) => resolve(root, path))
}

/** The nearest settings of TypeScript, which say how JSX is compiled. */
function settingsOf(file: string): readonly string[] {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const settings = join(folder, 'tsconfig.json')
    if (existsSync(settings)) return [settings]
    if (dirname(folder) === folder) return []
  }
}

function failed(failure: BuildFailure, root: string, known: readonly string[]): TemplateError {
  const { errors, warnings } = failure
  const places = errors.flatMap(({ location }) => (location === null ? [] : [resolve(root, location.file)]))
  return new TemplateError(
    [
      ...errors.map((message) => diagnosticOf('error', message, root)),
      ...warnings.map((message) => diagnosticOf('warning', message, root)),
    ],
    {
      cause: failure,
      files: [...new Set([...known, ...places])],
      missing: errors.flatMap((message) => missingOf(message, root)),
    },
  )
}

function diagnosticOf(severity: Diagnostic['severity'], { text, location }: Message, root: string): Diagnostic {
  if (location === null) return { severity, message: text }
  // esbuild counts columns from 0, in octets.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString()
  return {
    severity,
    message: text,
    file: resolve(root, location.file),
    line: location.line,
    column: before.length + 1,
  }
}

/** Where the file of an import would be that is not there. */
function missingOf({ text, location }: Message, root: string): readonly string[] {
  const specifier = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1]
  if (specifier === undefined || location === null) return []
  const path = resolve(dirname(resolve(root, location.file)), specifier)
  const written = path.replace(/\.js(x?)$/, '.ts$1')
  return [...new Set([...omittable.map((ending) => path + ending), written])].filter((candidate) =>
    isInside(root, candidate),
  )
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && 'warnings' in error
}
