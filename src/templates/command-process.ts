import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { env } from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { hold, release } from './waiting-child.ts'

/** How much is kept of what a program says on its standard error, in UTF-16 code units: the end of it. */
const maxComplaints = 8192
/** How long what a program printed may still be on its way when it has ended, in milliseconds. */
const drainMs = 500

/** What a program is started with. */
export interface CommandStart {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** On top of our own environment, which a program of the user needs: paths, languages, virtual environments. */
  readonly environment: Readonly<Record<string, string>>
  /** Most that it may print, octets; `takes` may set it back. */
  readonly maxOutputOctets: number
}

/**
 * A program of the user, with all that it starts: a process group of its own, which is killed as a whole when the
 * program ends. What leaves the group (a daemon) is not followed.
 */
export class CommandProcess {
  /** Resolves when it is gone: in words why that is no success, or undefined. Never rejects. */
  readonly gone: Promise<string | undefined>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #name: string
  #complaints = ''
  #reason: string | undefined
  #isGone = false

  /** @param takes Gets what is printed, and says how much of it counts as waiting. */
  constructor({ argv, cwd, environment, maxOutputOctets }: CommandStart, takes: (chunk: Buffer) => number) {
    const [program, ...rest] = argv
    this.#name = program
    this.#child = spawn(program, rest, {
      cwd,
      env: { ...env, ...environment },
      stdio: 'pipe',
      shell: false,
      windowsHide: true,
      // Its own group, so that what it starts ends with it.
      detached: process.platform !== 'win32',
    })
    this.#child.stdout.on('data', (chunk: Buffer) => {
      if (takes(chunk) > maxOutputOctets) this.end(`${program} prints more than ${maxOutputOctets / 1024 / 1024} MiB`)
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-maxComplaints)
    })
    // It may end without having read all: what it says then is the news.
    this.#child.stdin.on('error', () => undefined)
    this.gone = this.#watch()
    release(this.#child)
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** What it said on its standard error, as text. */
  get complaints(): string {
    return stripVTControlCharacters(this.#complaints)
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .trim()
  }

  write(text: string): void {
    this.#child.stdin.write(text)
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  /** Kills it with all that it started. */
  end(reason: string): void {
    if (this.#isGone) return
    this.#reason ??= reason
    hold(this.#child)
    this.#killGroup()
  }

  #watch(): Promise<string | undefined> {
    const child = this.#child
    return new Promise((resolve) => {
      let drained: NodeJS.Timeout | undefined
      const finish = (reason: string | undefined): void => {
        clearTimeout(drained)
        this.#isGone = true
        resolve(this.#reason ?? reason)
      }
      child.once('error', (error: NodeJS.ErrnoException) => {
        finish(error.code === 'ENOENT' ? `${this.#name} is not there` : `${this.#name} cannot be run: ${error.message}`)
      })
      child.once('exit', () => {
        // Children that it left behind hold its output open.
        this.#killGroup()
        drained = setTimeout(() => {
          for (const stream of [child.stdout, child.stderr]) stream.destroy()
        }, drainMs)
      })
      child.once('close', (code, signal) => finish(code === 0 ? undefined : this.#ended(code, signal)))
    })
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): string {
    return `${this.#name} ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`
  }

  #killGroup(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL')
      else process.kill(-pid, 'SIGKILL')
    } catch (error) {
      // Nobody of the group is left.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')))
        throw error
    }
  }
}
