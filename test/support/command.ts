import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { commandLine } from './built.ts'

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The user that runs it; only root can choose one. */
  readonly uid?: number
  /** A program with arguments that runs the rest of its arguments as a command: a tracer, a shell that sets limits. */
  readonly under?: readonly string[]
}

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface Ready {
  readonly ready: true
  readonly version: string
  readonly pid: number
  readonly data: string | null
  readonly listeners: Readonly<Record<string, { readonly host: string; readonly port: number }>>
}

export interface RunningCommand {
  readonly ready: Ready
  readonly child: ChildProcess
  port(listener: string): number
  /** Address of REST, without a slash at the end. */
  readonly url: string
  /** Sends it to the server, whatever that runs under. */
  signal(signal: NodeJS.Signals): void
  /** Sends it, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>
  readonly ended: Promise<Ended>
}

/** Free ports on 127.0.0.1 and nothing kept. */
export const freePorts = ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps', 'http'].flatMap((name) => [
  `--${name}`,
  '127.0.0.1:0',
])

const folders: string[] = []
// Not by `after`: its hooks run in the order in which they were given, and the server that works in a folder is stopped by
// a later one. The removal that met a file of its failed, and no hook ran any more.
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** A folder of its own, gone when the process of the tests ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stuntmail-test-'))
  folders.push(folder)
  return folder
}

/** Runs the command line until it ends. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return spawned(args, options).ended
}

/** Starts the command line, and waits until it is ready. It is killed after the tests where it still runs. */
export async function startCommand(args: readonly string[], options: CommandOptions = {}): Promise<RunningCommand> {
  const { child, ended, firstLine } = spawned(['--json', ...args], options)
  let signal = (name: NodeJS.Signals): void => void child.kill(name)
  after(() => signal('SIGKILL'))
  const line = await Promise.race([firstLine, ended.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  const ready = JSON.parse(line) as Ready
  signal = (name) => {
    // Its number is free for others once it has ended.
    if (child.exitCode === null && child.signalCode === null) process.kill(ready.pid, name)
  }
  const port = (listener: string): number => {
    const bound = ready.listeners[listener]
    if (bound === undefined) throw new Error(`no listener ${listener}`)
    return bound.port
  }
  return {
    ready,
    child,
    ended,
    port,
    get url() {
      return `http://127.0.0.1:${port('http')}`
    },
    signal,
    end(name = 'SIGTERM') {
      signal(name)
      return ended
    },
  }
}

function spawned(args: readonly string[], { env, cwd = temporaryFolder(), uid, under = [] }: CommandOptions) {
  const [program = process.execPath, ...rest] = [...under, ...[process.execPath, ...commandLine], ...args]
  const child = spawn(program, rest, {
    cwd,
    env: { ...cleanEnvironment(), XDG_DATA_HOME: join(cwd, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
  })
  const output = { stdout: '', stderr: '' }
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString()
      const end = output.stdout.indexOf('\n')
      if (end >= 0) resolve(output.stdout.slice(0, end))
    })
  })
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]: (number | null)[]): Ended => ({
    code: code ?? undefined,
    ...output,
  }))
  return { child, ended, firstLine }
}

/** Without what the tests themselves were started with. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const unwanted = (name: string): boolean => name.startsWith('STUNTMAIL_') || name === 'NODE_TEST_CONTEXT'
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted(name)))
}
