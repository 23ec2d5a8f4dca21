import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { asError } from './as-error.ts'
import { processOptions } from './process-options.ts'
import {
  isFromProcess,
  type DoneMessage,
  type FromProcess,
  type JobResults,
  type Jobs,
  type ProcessSettings,
  type ToProcess,
} from './rendering-protocol.ts'
import { hold, release } from './waiting-child.ts'

/** How long the process may take to start, and an engine to load, in milliseconds. */
const loadingTimeoutMs = 30_000
/** How much of what the process prints past the capture of templates is kept, to tell why it ended. */
const maxPrintedLength = 8192

export interface ChildSettings {
  readonly process: Omit<ProcessSettings, 'maxResidentOctets'>
  readonly timeoutMs: number
  readonly memoryMiB: number
}

/** What came of a job: a result, or in words why there is none: the process is no more, or is not to be used again. */
export type ChildAnswer<Kind extends keyof JobResults> = DoneMessage<Kind> | { readonly ended: string }

/** One rendering process, from its start to its end. One rendering at a time. */
export class RenderingChild {
  readonly #child: ChildProcess
  readonly #settings: ChildSettings
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>
  #printed = ''
  /** In words; undefined while it runs. */
  #ended: string | undefined
  #lastId = 0
  #receive: ((message: FromProcess) => void) | undefined
  #giveUp: ((reason: string) => void) | undefined
  #ready = false

  constructor(settings: ChildSettings) {
    this.#settings = settings
    const { memoryMiB, process: forProcess } = settings
    // Buffers, code and the engines themselves are outside of the heap.
    const argument: ProcessSettings = { ...forProcess, maxResidentOctets: 2 * memoryMiB * 1024 * 1024 }
    const entry = processEntry()
    this.#child = fork(entry, [JSON.stringify(argument)], {
      cwd: forProcess.root,
      env: environment(),
      execArgv: [`--max-old-space-size=${memoryMiB}`, ...processOptions(entry, forProcess)],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    })
    this.gone = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#ended ??= reason
        this.#giveUp?.(this.#ended)
        resolve()
      }
      this.#child.once('close', (code, signal) => end(this.#reason(code, signal)))
      this.#child.on('error', (error) => end(`The rendering process cannot run: ${error.message}`))
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-maxPrintedLength)
      })
    }
    this.#child.on('message', (message: unknown) => {
      if (!isFromProcess(message)) return
      if (message.kind === 'ready') this.#ready = true
      this.#receive?.(message)
    })
    release(this.#child)
  }

  get usable(): boolean {
    return this.#ended === undefined
  }

  /** Does nothing where the process is gone. @throws RangeError for what nests too deep, or is too much, for a message. */
  tell(message: ToProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  /** Does a job; a process that takes too long is killed. Never rejects. */
  async do<Kind extends keyof Jobs>(job: Jobs[Kind]): Promise<ChildAnswer<Kind>> {
    const id = ++this.#lastId
    const { timeoutMs } = this.#settings
    let timer: NodeJS.Timeout | undefined
    const limit = (ms: number, reason: string): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        this.#ended ??= reason
        this.#child.kill('SIGKILL')
      }, ms)
    }
    const seconds = (ms: number): string => `${ms / 1000} s`
    hold(this.#child)
    const answer = await new Promise<ChildAnswer<Kind>>((resolve) => {
      if (this.#ended !== undefined) return resolve({ ended: this.#ended })
      this.#giveUp = (ended) => resolve({ ended })
      const load = `What the template needs could not be loaded within ${seconds(loadingTimeoutMs)}`
      this.#receive = (message) => {
        if (message.kind === 'ready') limit(loadingTimeoutMs, load)
        else if (message.id !== id) return
        else if (message.kind === 'done') resolve(message as DoneMessage<Kind>)
        else limit(timeoutMs, `The rendering took longer than ${seconds(timeoutMs)} (timeoutMs) and was ended`)
      }
      limit(
        loadingTimeoutMs,
        this.#ready ? load : `The rendering process did not start within ${seconds(loadingTimeoutMs)}`,
      )
      try {
        this.tell({ kind: 'job', id, job })
      } catch (error) {
        resolve({ ended: `The job cannot be handed to the rendering process: ${asError(error).message}` })
      }
    })
    clearTimeout(timer)
    this.#receive = undefined
    this.#giveUp = undefined
    // One that was killed is waited for.
    if (this.usable) release(this.#child)
    return answer
  }

  /** Resolves when the process is gone. */
  async end(): Promise<void> {
    this.#ended ??= 'Rendering has ended'
    hold(this.#child)
    this.#child.kill('SIGKILL')
    await this.gone
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const memory = `The rendering used more memory than ${this.#settings.memoryMiB} MiB (memoryMiB) and was ended`
    // V8 says so and aborts; the watchdog of the process, or the system, kills it.
    if (this.#printed.includes('out of memory') || signal === 'SIGKILL') return memory
    return `The template ended the rendering process (${signal ?? `exit code ${code ?? 'unknown'}`})`
  }
}

/** Nothing of the server's own environment: tokens are in there. Dates and numbers look as they do elsewhere. */
function environment(): NodeJS.ProcessEnv {
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions()
  return { TZ: timeZone, LANG: `${locale.replaceAll('-', '_')}.UTF-8` }
}

function processEntry(): string {
  return fileURLToPath(new URL(`./rendering-process.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url))
}
