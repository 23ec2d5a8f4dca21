import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './files.ts'

export interface Run {
  /** Null after a signal. */
  readonly code: number | null
  /** What it wrote to both streams, in order. */
  readonly output: string
  readonly timedOut: boolean
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which the program and all it started are killed. Default 10 minutes. */
  readonly timeoutMs?: number
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void
  /** Where it runs. Default the project's folder. */
  readonly cwd?: string
}

/** Runs a program to its end, without standard input. Rejects only when it cannot be started. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { env = {}, timeoutMs = 600_000, onOutput, cwd = root } = options
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it started can be ended with it.
      detached: true,
    })
    const release = endWithUs(child)
    const output: string[] = []
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      killGroup(child)
    }, timeoutMs)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output.push(text)
        onOutput?.(text)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      release()
      killGroup(child)
      resolve({ code, output: output.join(''), timedOut })
    })
  })
}

/** Runs a script of Node to its end. @throws with its output when it fails. */
export async function node(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await run(process.execPath, args, options)
  if (code !== 0) throw new Error(output.trim() === '' ? `${args.join(' ')} ended with ${String(code)}` : output.trim())
  return output
}

// The group does not get the terminal's Ctrl-C, so we pass the end on.
function endWithUs(child: ChildProcess): () => void {
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = () => {
      killGroup(child)
      process.exit(128 + constants.signals[signal])
    }
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const remove of listeners) remove()
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}
