import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Running {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string | Buffer
}

/** The client could not be started, or did not succeed. */
class ProgramFailed extends Error {
  readonly isMissing: boolean
  constructor(message: string, isMissing: boolean) {
    super(message)
    this.isMissing = isMissing
  }
}

/** Runs a program to its end. @returns its standard output. @throws with all that it said when it fails. */
export function run(command: string, args: readonly string[], running: Running = {}): Promise<string> {
  const { env, cwd, input = '' } = running
  return new Promise((resolve, reject) => {
    const options = { timeout: 280_000, env: { ...process.env, ...env }, cwd, maxBuffer: 10_000_000 }
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error) reject(new ProgramFailed(`${error.message}\n${stdout}${stderr}`, error.code === 'ENOENT'))
      else resolve(stdout)
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

/** Runs a command line in a terminal of its own. @returns all that it showed, its control sequences too. */
export function runInTerminal(command: string, home: string): Promise<string> {
  return run('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { TERM: 'xterm', HOME: home },
    cwd: home,
  })
}

/** Runs a script of test/interop/clients/. */
export function script(
  command: string,
  name: string,
  args: readonly (string | number)[],
  running?: Running,
): Promise<string> {
  return run(command, [clientFile(name), ...args.map(String)], running)
}

export function clientFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** A command that succeeds where a client can be tried. */
export type Probe = readonly [program: string, ...args: string[]]

const found = new Map<string, Promise<string | undefined>>()

/** @returns why a client cannot be tried here; undefined where it can. */
export function missing(...probes: readonly Probe[]): () => Promise<string | undefined> {
  return async () => {
    for (const probe of probes) {
      const key = probe.join(' ')
      const known = found.get(key) ?? reason(probe)
      found.set(key, known)
      const why = await known
      if (why !== undefined) return why
    }
    return undefined
  }
}

async function reason([program, ...args]: Probe): Promise<string | undefined> {
  try {
    await run(program, args)
    return undefined
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error
    return error.isMissing ? `${program} is not installed` : `${program} lacks what it needs: ${args.join(' ')}`
  }
}

let python: Promise<string> | undefined

/** Debian's own Python where it has the modules of Debian's packages, else the first in the path. */
export function pythonProgram(): Promise<string> {
  const debian = '/usr/bin/python3'
  python ??= missing([debian, '-c', 'import aiosmtplib'])().then((why) => (why === undefined ? debian : 'python3'))
  return python
}
