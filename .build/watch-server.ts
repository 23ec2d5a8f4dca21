/** Stuntmail as a child of the watch: started again with its store and its ports whenever its own code was saved. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions, OutputFile } from 'esbuild'
import { root } from './files.ts'
import { serverBuild } from './server-bundle.ts'
import { uiFolder, watchFolder, type Change } from './watch-output.ts'
import { serverProblem, type Problem, type Problems } from './watch-problems.ts'
import { IncrementalBuild } from './watch-scripts.ts'

/** What the watch tells its server. */
export type ToServer =
  | { readonly kind: 'changed'; readonly id: number; readonly change: Change }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }

/** What the server tells the watch. */
export type FromServer =
  | { readonly kind: 'ready'; readonly ports: Readonly<Record<string, number>> }
  /** The change is served, and the pages know. */
  | { readonly kind: 'told'; readonly id: number }

/** How the server is started; JSON, in `STUNTMAIL_WATCH` of its environment. */
export interface ServerStart {
  readonly uiFolder: string
  readonly build: string
  readonly problems: readonly Problem[]
  /** Ports by listener, for those that were asked for as any that is free. */
  readonly ports: Readonly<Record<string, number>>
}

const bundleFolder = join(watchFolder, 'server')
const dataFolder = join(watchFolder, 'data')
/** A server that does not end by then is killed; milliseconds. */
const endTimeoutMs = 8_000
/** Octets of what a server said that are kept for the case that it does not start. */
const keptOutput = 4_000

export class WatchedServer {
  readonly #problems: Problems
  readonly #build: IncrementalBuild
  readonly #currentBuild: () => string
  #child: ChildProcess | undefined
  #ports: Readonly<Record<string, number>> = {}
  /** Of the last server that started. */
  #good: readonly OutputFile[] = []
  #bundle: readonly OutputFile[] = []
  #lastId = 0
  readonly #told = new Map<number, () => void>()

  /** @param currentBuild the build of the UI that is served. */
  constructor(problems: Problems, currentBuild: () => string) {
    this.#problems = problems
    this.#currentBuild = currentBuild
    this.#build = new IncrementalBuild('server', watchedServerBuild, problems)
  }

  /** Bundles the server. @returns whether there is one to start: another than the one that runs. */
  async build(): Promise<boolean> {
    const result = await this.#build.build()
    if (result === undefined) return false
    const before = new Map(this.#bundle.map(({ path, hash }) => [path, hash]))
    const after = result.outputFiles
    this.#bundle = after
    if (this.#child === undefined) return true
    return before.size !== after.length || after.some(({ path, hash }) => before.get(path) !== hash)
  }

  reads(changed: ReadonlySet<string>): boolean {
    return this.#build.reads(changed)
  }

  /** Starts the bundle in the place of the server that runs. Where it does not start, the last good one comes back. */
  async restart(): Promise<void> {
    await this.#end()
    const failure = await this.#start(this.#bundle)
    this.#problems.set('server start', failure === undefined ? [] : [failure])
    if (failure === undefined) this.#good = this.#bundle
    else if (this.#good.length > 0) await this.#start(this.#good)
  }

  /** Has the pages told. Resolves when the files are served; at once where no server runs. */
  async changed(change: Change): Promise<void> {
    const id = ++this.#lastId
    const told = new Promise<void>((resolve) => this.#told.set(id, resolve))
    if (this.#send({ kind: 'changed', id, change })) await told
    this.#told.delete(id)
  }

  showProblems(problems: readonly Problem[]): void {
    this.#send({ kind: 'problems', problems })
  }

  async end(): Promise<void> {
    await this.#build.end()
    await this.#end()
  }

  #send(message: ToServer): boolean {
    if (this.#child?.connected !== true) return false
    this.#child.send(message, () => undefined)
    return true
  }

  /** @returns what was wrong. */
  async #start(bundle: readonly OutputFile[]): Promise<Problem | undefined> {
    await rm(bundleFolder, { recursive: true, force: true })
    await mkdir(bundleFolder, { recursive: true })
    await Promise.all(bundle.map(({ path, contents }) => writeFile(join(bundleFolder, basename(path)), contents)))
    const child = fork(join(bundleFolder, 'watch-server-process.js'), {
      cwd: root,
      env: this.#environment(),
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    // What it says before it is ready stands in the problem, where there is one.
    let said = ''
    let running = false
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptOutput)
      if (running) process.stderr.write(text)
    })
    const ended = once(child, 'close').then(([code]) =>
      serverProblem(`The server ended with ${String(code)}.`, running ? '' : said),
    )
    const ready = new Promise<undefined>((resolve) => {
      child.on('message', (message: FromServer) => {
        if (message.kind === 'told') this.#told.get(message.id)?.()
        else {
          this.#ports = { ...this.#ports, ...message.ports }
          running = true
          process.stderr.write(said)
          resolve(undefined)
        }
      })
    })
    void ended.then((problem) => this.#gone(child, problem))
    this.#child = child
    return Promise.race([ready, ended])
  }

  /** A server that ended without being told to: what waits for it waits no longer. */
  #gone(child: ChildProcess, problem: Problem): void {
    if (this.#child !== child) return
    this.#child = undefined
    for (const resolve of this.#told.values()) resolve()
    this.#problems.set('server start', [problem])
  }

  async #end(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    for (const resolve of this.#told.values()) resolve()
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs)
    await closed
    clearTimeout(timer)
  }

  #environment(): NodeJS.ProcessEnv {
    const start: ServerStart = {
      uiFolder,
      build: this.#currentBuild(),
      problems: this.#problems.all,
      ports: this.#ports,
    }
    // A folder of its own, so that the watch and a Stuntmail at work do not meet.
    const { STUNTMAIL_LIVERELOAD: _ours, ...environment } = process.env
    const { STUNTMAIL_DATA, STUNTMAIL_MEMORY } = environment
    const place = STUNTMAIL_DATA === undefined && STUNTMAIL_MEMORY === undefined ? { STUNTMAIL_DATA: dataFolder } : {}
    return { ...environment, ...place, STUNTMAIL_WATCH: JSON.stringify(start) }
  }
}

/** The bundle of the product with another main program, readable. */
async function watchedServerBuild(): Promise<BuildOptions & { readonly write: false; readonly metafile: true }> {
  const options = await serverBuild()
  const { cli: _cli, index: _index, ...others } = options.entryPoints as Readonly<Record<string, string>>
  return {
    ...options,
    entryPoints: { ...others, 'watch-server-process': '.build/watch-server-process.ts' },
    outdir: bundleFolder,
    minify: false,
    sourcemap: 'inline',
  }
}
