/** A command that runs on every save: one run at a time, and one more for whatever was saved meanwhile. */
import { stripVTControlCharacters } from 'node:util'
import { CommandProcess } from '../templates/command-process.ts'
import type { ReplayResult } from './runs.ts'

/** Who is told of runs: the server itself, or one that is asked by REST. */
export interface RunKeeper {
  /** @returns the id of the run. */
  begin(command: string): Promise<string>
  end(id: string, result: ReplayResult): Promise<void>
}

export interface ReplayLoopOptions {
  /** The program and its arguments; never a shell. */
  readonly argv: readonly [string, ...string[]]
  /** Absolute. */
  readonly cwd: string
  readonly keeper: RunKeeper
  /** Of one run, milliseconds. Default 60,000; then it is killed with all that it started. */
  readonly timeoutMs?: number
  /** A run ended. */
  onEnd?(result: ReplayResult): void
  /** A run could not be told of. Must not throw. */
  onFault(error: unknown): void
}

const defaultTimeoutMs = 60_000
/** Of what it prints, UTF-16 units: the end. */
const maxOutput = 16_384
/** Runs one right after another, each with a file saved while it ran: then it is the command that saves. */
const mostInARow = 5

export class ReplayLoop {
  readonly #options: ReplayLoopOptions
  #running: Promise<void> | undefined
  #process: CommandProcess | undefined
  #again = false
  #inARow = 0
  #closed = false

  constructor(options: ReplayLoopOptions) {
    this.#options = options
  }

  /** Something was saved that it depends on. */
  saved(): void {
    if (this.#closed) return
    this.#again = true
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  /** Resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#process?.end('The replay was ended')
    await this.#running
  }

  async #run(): Promise<void> {
    for (this.#inARow = 1; this.#again && !this.#closed; this.#inARow++) {
      this.#again = false
      try {
        await this.#once()
      } catch (error) {
        this.#options.onFault(error)
      }
    }
  }

  async #once(): Promise<void> {
    const { argv, keeper, onEnd } = this.#options
    const id = await keeper.begin(argv.join(' '))
    const ended = await this.#command()
    const saves = this.#again && this.#inARow >= mostInARow && ended.problem === undefined
    if (saves) this.#again = false
    const problem = 'It saves files that it runs for itself: leave them out of what it is run on'
    const result = saves ? { ...ended, problem } : ended
    onEnd?.(result)
    await keeper.end(id, result)
  }

  async #command(): Promise<ReplayResult> {
    const { argv, cwd, timeoutMs = defaultTimeoutMs } = this.#options
    let printed = ''
    const command = new CommandProcess({ argv, cwd, environment: {}, maxOutputOctets: Infinity }, (chunk) => {
      printed = (printed + chunk.toString('utf8')).slice(-maxOutput)
      return 0
    })
    this.#process = command
    command.endInput()
    const limit = setTimeout(() => command.end(`It took more than ${timeoutMs / 1000} s`), timeoutMs)
    const problem = await command.gone
    clearTimeout(limit)
    this.#process = undefined
    const output = [stripVTControlCharacters(printed).trim(), command.complaints].filter((text) => text !== '')
    return { problem, output: output.join('\n') }
  }
}
