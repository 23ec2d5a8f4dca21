import { context, type BuildContext, type BuildOptions, type BuildResult } from 'esbuild'
import { relative, sep } from 'node:path'
import { root } from './files.ts'
import { scriptsBuild } from './ui-scripts.ts'
import { uiFolder, type Output } from './watch-output.ts'
import { scriptProblem, type Problem, type Problems } from './watch-problems.ts'

type Incremental = BuildOptions & { readonly write: false; readonly metafile: true }

/** A build of esbuild that is kept, so that the next one costs little. What cannot be built is a problem, not an error. */
export class IncrementalBuild {
  readonly #what: string
  readonly #problems: Problems
  readonly #options: () => Promise<Incremental>
  #context: BuildContext<Incremental> | undefined
  #inputs: ReadonlySet<string> = new Set()

  constructor(what: string, options: () => Promise<Incremental>, problems: Problems) {
    this.#what = what
    this.#options = options
    this.#problems = problems
  }

  /** @returns undefined where there are problems. */
  async build(): Promise<BuildResult<Incremental> | undefined> {
    try {
      this.#context ??= await context({ ...(await this.#options()), logLevel: 'silent' })
      const result = await this.#context.rebuild()
      this.#inputs = new Set(Object.keys(result.metafile.inputs))
      this.#problems.set(this.#what, [])
      return result
    } catch (error) {
      this.#problems.set(this.#what, problemsOf(this.#what, error))
      return undefined
    }
  }

  /** Whether one of these went into the last good build, or might go into the next. @param changed absolute */
  reads(changed: ReadonlySet<string>): boolean {
    if (this.#problems.has(this.#what)) return true
    return [...changed].some((file) => this.#inputs.has(relative(root, file).split(sep).join('/')))
  }

  async end(): Promise<void> {
    await this.#context?.dispose()
  }
}

function problemsOf(what: string, error: unknown): readonly Problem[] {
  const { errors } = (error ?? {}) as { readonly errors?: unknown }
  if (!Array.isArray(errors)) return [{ what, text: String(error) }]
  return errors.map((each) => scriptProblem(what, each as Parameters<typeof scriptProblem>[1]))
}

/** The UI's modules, and the one that the watch adds; readable, with source maps. */
export class Scripts {
  readonly #output: Output
  readonly #build: IncrementalBuild
  #written: ReadonlySet<string> = new Set()
  #old: ReadonlySet<string> = new Set()

  constructor(output: Output, problems: Problems) {
    this.#output = output
    this.#build = new IncrementalBuild('scripts', () => Promise.resolve(watchedBuild()), problems)
  }

  async build(): Promise<void> {
    const result = await this.#build.build()
    if (result === undefined) return
    const files = result.outputFiles.map((file) => ({ path: servedPath(file.path), contents: file.contents }))
    const paths = new Set(files.map(({ path }) => path))
    // A page that is just being loaded still finds the chunks of the build before.
    const kept = new Set([...paths, ...this.#written])
    for (const path of this.#old) if (!kept.has(path)) await this.#output.remove(path)
    this.#old = this.#written
    this.#written = paths
    await this.#output.write(files)
  }

  reads(changed: ReadonlySet<string>): boolean {
    return this.#build.reads(changed)
  }

  end(): Promise<void> {
    return this.#build.end()
  }
}

function watchedBuild(): Incremental {
  return {
    ...scriptsBuild(),
    entryPoints: { main: 'ui/main.tsx', watch: 'ui/watch/main.ts' },
    outdir: uiFolder,
    entryNames: '[name]',
    minify: false,
    sourcemap: 'linked',
  }
}

function servedPath(file: string): string {
  return `/${relative(uiFolder, file).split(sep).join('/')}`
}
