import { asError } from './as-error.ts'
import { CommandProcess, type CommandStart } from './command-process.ts'

/** A program that failed: what it said on its standard error is in `complaints`. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly complaints: string

  constructor(message: string, complaints = '') {
    super(message)
    this.complaints = complaints
  }
}

/** One request to a program. */
export interface CommandJob {
  /** @throws CommandFailure */
  readonly done: Promise<CommandResult>
  /** Ends it, with all that it started: `done` rejects. What a program that stays is doing right now, it finishes. */
  end(reason: string): void
}

export interface CommandResult {
  readonly printed: Buffer
  /** What it said on its standard error although it did well. */
  readonly complaints: string
}

/** Runs a program once: a request on its input, the answer is all that it prints. */
export function runOnce(start: CommandStart, request: string, timeoutMs: number): CommandJob {
  const chunks: Buffer[] = []
  let octets = 0
  const process = new CommandProcess(start, (chunk) => {
    // What is past the limit is not kept either.
    if (octets <= start.maxOutputOctets) chunks.push(chunk)
    return (octets += chunk.length)
  })
  process.write(request)
  process.endInput()
  const timer = setTimeout(() => process.end(tookTooLong(start, timeoutMs)), timeoutMs)
  const done = process.gone.then((failure) => {
    clearTimeout(timer)
    const printed = Buffer.concat(chunks)
    const { complaints } = process
    // Some programs say on their standard output what is wrong.
    if (failure !== undefined) throw new CommandFailure(failure, complaints || printed.toString('utf8', 0, 2000))
    return { printed, complaints }
  })
  return { done, end: (reason) => process.end(reason) }
}

/** A program that stays: one line in, one line out. It is started with the first request, and again when it has died. */
export class PersistentCommand {
  readonly #start: CommandStart
  readonly #timeoutMs: number
  #process: CommandProcess | undefined
  #waiting: Buffer[] = []
  #waitingOctets = 0
  #answer: ((line: Buffer) => void) | undefined
  /** Resolves when the request before has its answer. Never rejects. */
  #last: Promise<unknown> = Promise.resolve()
  #ended: string | undefined

  constructor(start: CommandStart, timeoutMs: number) {
    this.#start = start
    this.#timeoutMs = timeoutMs
  }

  /** @param request One line, without its end. One after the other. */
  ask(request: string): CommandJob {
    let reason: string | undefined
    const done = this.#last.then(async () => {
      const given = reason ?? this.#ended
      if (given !== undefined) throw new CommandFailure(given)
      return this.#ask(this.#running(), request)
    })
    this.#last = done.catch(() => undefined)
    return { done, end: (why) => (reason ??= why) }
  }

  /** Resolves when it is gone. */
  async close(): Promise<void> {
    this.#ended = 'Rendering has ended'
    this.#process?.end(this.#ended)
    await this.#process?.gone
    await this.#last
  }

  async #ask(process: CommandProcess, request: string): Promise<CommandResult> {
    const timer = setTimeout(() => process.end(tookTooLong(this.#start, this.#timeoutMs)), this.#timeoutMs)
    try {
      const answer = new Promise<Buffer>((resolve) => (this.#answer = resolve))
      process.write(`${request}\n`)
      const printed = await Promise.race([answer, process.gone])
      if (Buffer.isBuffer(printed)) return { printed, complaints: '' }
      const failure = printed ?? `${this.#start.argv[0]} ended before it answered`
      throw new CommandFailure(failure, process.complaints)
    } finally {
      clearTimeout(timer)
      this.#answer = undefined
    }
  }

  #running(): CommandProcess {
    if (this.#process === undefined || this.#process.isGone) {
      this.#waiting = []
      this.#waitingOctets = 0
      this.#process = new CommandProcess(this.#start, (chunk) => this.#take(chunk))
    }
    return this.#process
  }

  /** Lines that nobody asked for are dropped. */
  #take(chunk: Buffer): number {
    let rest = chunk
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      const line = Buffer.concat([...this.#waiting, rest.subarray(0, end)])
      this.#waiting = []
      this.#waitingOctets = 0
      rest = rest.subarray(end + 1)
      const answer = this.#answer
      this.#answer = undefined
      answer?.(line)
    }
    this.#waiting.push(rest)
    return (this.#waitingOctets += rest.length)
  }
}

/** The same for both kinds. */
function tookTooLong({ argv }: CommandStart, timeoutMs: number): string {
  return `${argv[0]} took longer than ${timeoutMs / 1000} s and was ended`
}

/** Whatever was thrown, as a failure. */
export function asFailure(error: unknown): CommandFailure {
  return error instanceof CommandFailure ? error : new CommandFailure(asError(error).message)
}
