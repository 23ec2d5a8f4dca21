import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { asFailure, PersistentCommand, runOnce, type CommandJob, type CommandResult } from './command-job.ts'
import { readCommandOutput, readDependencyFile } from './command-output.ts'
import { placeInComplaints, readCommandAnswer, type CommandPlace } from './command-answer.ts'
import type { CommandStart } from './command-process.ts'
import { TemplateError, type Diagnostic } from './diagnostic.ts'
import type { EngineOutput } from './engine.ts'
import { matchesGlob } from './glob.ts'
import type { CommandRunner } from './outside.ts'
import type { RenderRequest, TemplateCommand } from './renderer.ts'
import { readTree } from './tree.ts'

/** Starting a language may take a second or two: more than the rendering in a warm process. */
const defaultTimeoutMs = 10_000
const maxOutputOctets = 10 * 1024 * 1024

export interface CommandOptions {
  /** Of the templates; absolute, real. */
  readonly root: string
  /** Where commands are run. Absolute. */
  readonly projectDirectory: string
  /** The first whose glob fits is taken. */
  readonly commands: readonly TemplateCommand[]
  /** Of one rendering, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/**
 * Renders by programs. They are code of the user's project, run as the user would: with the environment, the network and
 * all files. Only their time and what they print has a limit. TPL-4.
 */
export function createCommandRunner(options: CommandOptions): CommandRunner {
  return new Commands(options)
}

interface RunningJob {
  readonly job: CommandJob
  readonly output: Promise<EngineOutput>
  /** What took its place, and answers for it. */
  newer?: RunningJob
}

async function answerOf(running: RunningJob): Promise<EngineOutput> {
  try {
    return await running.output
  } catch (error) {
    if (running.newer === undefined) throw error
    return answerOf(running.newer)
  }
}

class Commands implements CommandRunner {
  readonly #options: CommandOptions
  readonly #timeoutMs: number
  /** By what is asked: of two that ask the same, the newer one answers for both. */
  readonly #jobs = new Map<string, RunningJob>()
  readonly #persistent = new Map<TemplateCommand, PersistentCommand>()
  #scratch: Promise<string> | undefined
  #lastRun = 0
  #closed = false

  constructor(options: CommandOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  }

  renders(file: string): boolean {
    return this.#commandOf(file) !== undefined
  }

  async render(request: RenderRequest): Promise<EngineOutput> {
    const command = this.#commandOf(request.file)
    if (command === undefined || this.#closed) throw new TypeError('No command renders this template')
    const name = this.#nameOf(request.file)
    const asked = JSON.stringify({ template: name, file: request.file, data: request.data, locale: request.locale })
    const dependencyFile = join(await this.#scratchFolder(), `${++this.#lastRun}.d`)
    const job =
      command.persistent === true
        ? this.#ask(command, asked)
        : this.#run(command, request.file, { asked, dependencyFile })
    const output = this.#finish(job, command, { file: request.file, dependencyFile })
    const running: RunningJob = { job, output }
    const older = this.#jobs.get(asked)
    this.#jobs.set(asked, running)
    if (older !== undefined) older.newer = running
    older?.job.end('A newer rendering took its place')
    try {
      return await answerOf(running)
    } finally {
      if (this.#jobs.get(asked) === running) this.#jobs.delete(asked)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const jobs = [...this.#jobs.values()]
    for (const { job } of jobs) job.end('Rendering has ended')
    await Promise.all([...this.#persistent.values()].map((command) => command.close()))
    await Promise.allSettled(jobs.map(({ output }) => output))
    const scratch = await this.#scratch
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true })
  }

  #commandOf(file: string): TemplateCommand | undefined {
    const name = this.#nameOf(file)
    return this.#options.commands.find(({ glob }) => matchesGlob(glob, name))
  }

  #nameOf(file: string): string {
    return relative(this.#options.root, file).split(sep).join('/')
  }

  #scratchFolder(): Promise<string> {
    this.#scratch ??= mkdtemp(join(tmpdir(), 'stuntmail-commands-'))
    return this.#scratch
  }

  #run(
    { command }: TemplateCommand,
    file: string,
    { asked, dependencyFile }: { asked: string; dependencyFile: string },
  ): CommandJob {
    const [program, ...rest] = command
    const argv = [program, ...rest.map((argument) => argument.replaceAll('{file}', () => file))] as const
    return runOnce(this.#start(argv, { STUNTMAIL_DEPS_FILE: dependencyFile }), asked, this.#timeoutMs)
  }

  #ask(command: TemplateCommand, asked: string): CommandJob {
    const running =
      this.#persistent.get(command) ?? new PersistentCommand(this.#start(command.command, {}), this.#timeoutMs)
    this.#persistent.set(command, running)
    return running.ask(asked)
  }

  #start(argv: readonly [string, ...string[]], environment: Readonly<Record<string, string>>): CommandStart {
    return { argv, cwd: this.#options.projectDirectory, environment, maxOutputOctets }
  }

  /** What came of it, with all that it depends on. @throws TemplateError */
  async #finish(
    { done }: CommandJob,
    command: TemplateCommand,
    { file, dependencyFile }: { readonly file: string; readonly dependencyFile: string },
  ): Promise<EngineOutput> {
    const { root, projectDirectory } = this.#options
    const [result, stated] = await Promise.all([
      done.catch(asFailure),
      // The file is complete when the program has ended.
      done.then(noFiles, noFiles).then(() => this.#statedFiles(dependencyFile)),
    ])
    try {
      if (result instanceof Error)
        throw failureAsTemplateError(result.message, result.complaints, { root, projectDirectory, file })
      const output =
        command.persistent === true
          ? readCommandAnswer(result.printed, { root, projectDirectory })
          : readCommandOutput(result.printed, projectDirectory)
      if (result.printed.length === 0)
        throw failureAsTemplateError('The command prints nothing', result.complaints, { root, projectDirectory, file })
      const files = [...stated, ...(output.files ?? [])]
      return {
        ...output,
        files: files.length > 0 ? files : await this.#watchedFiles(command),
        filesAssumed: files.length === 0,
        warnings: complaintsOf(result),
      }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      throw new TemplateError(error.diagnostics, {
        cause: error,
        files: [...stated, ...(await this.#watchedFiles(command))],
        filesAssumed: true,
      })
    }
  }

  async #statedFiles(dependencyFile: string): Promise<readonly string[]> {
    try {
      const text = await readFile(dependencyFile, 'utf8')
      await rm(dependencyFile)
      return readDependencyFile(text, this.#options.projectDirectory)
    } catch {
      // Most programs know nothing of it.
      return []
    }
  }

  async #watchedFiles({ watch }: TemplateCommand): Promise<readonly string[]> {
    const { root } = this.#options
    const { files } = await readTree(root)
    const names = [...files.keys()]
    const watched = watch === undefined ? names : names.filter((name) => watch.some((glob) => matchesGlob(glob, name)))
    return watched.map((name) => join(root, name))
  }
}

function noFiles(): void {
  return undefined
}

function failureAsTemplateError(
  message: string,
  complaints: string,
  place: CommandPlace & { readonly file: string },
): TemplateError {
  const text = complaints === '' ? message : `${message}:\n${complaints.slice(-1500)}`
  return new TemplateError([{ severity: 'error', message: text, ...placeInComplaints(complaints, place) }])
}

function complaintsOf({ complaints }: CommandResult): readonly Diagnostic[] {
  return complaints === '' ? [] : [{ severity: 'warning', message: complaints.slice(-1500) }]
}
