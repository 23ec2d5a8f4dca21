import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endedWithUs } from './servers.ts'

/** Messages from another process: Postfix's `smtp-source` where it is installed, else `generator.ts`. */
export interface Load {
  readonly port: number
  readonly messages: number
  readonly sessions: number
  /** Of each message's body. */
  readonly octets: number
  /** A new connection for each message. */
  readonly fresh?: boolean
}

export const hasSmtpSource = (): boolean => spawnSync('which', ['smtp-source']).status === 0

/** @returns messages a second, from start to end of the sending process. */
export async function rate(load: Load): Promise<number> {
  const start = performance.now()
  await run(hasSmtpSource() ? smtpSource(load) : generator(load))
  return load.messages / ((performance.now() - start) / 1000)
}

const smtpSource = ({ port, messages, sessions, octets, fresh }: Load): string[] => [
  'smtp-source',
  '-4',
  ...(fresh ? [] : ['-d']),
  '-s',
  String(sessions),
  '-l',
  String(octets),
  '-m',
  String(messages),
  '-f',
  'a@example.com',
  '-t',
  'b@example.com',
  `127.0.0.1:${port}`,
]

/** Also for loads that smtp-source cannot make: realistic text, a fixed rate, times of each reply. */
export const generator = (load: Load & { rate?: number; text?: boolean }): string[] => [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL('generator.ts', import.meta.url)),
  JSON.stringify(load),
]

export async function run([command = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 })
  endedWithUs(child)
  let out = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return out
}
