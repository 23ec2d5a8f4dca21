import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A server to measure, as `peers.json` lists them. Commands are started by us and stopped by their own id. */
export interface Peer {
  readonly name: string
  readonly cmd: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Run before each start, for example to remove its database. */
  readonly before?: string
  readonly smtp: number
  readonly http?: number
  /** Path of a word search, `%Q` for the word. */
  readonly search?: string
  /** Messages over reused and over new connections, where the defaults are too many for it. */
  readonly n?: number
  readonly new?: number
}

export interface Running {
  readonly name: string
  readonly pid: number
  readonly smtp: number
  readonly http: number | undefined
  /** From spawn to the SMTP greeting, and to both ports; ms. */
  readonly greetedMs: number
  readonly readyMs: number
  stop(): Promise<void>
}

/** @throws when it does not answer; nothing of it runs then */
export async function startPeer(peer: Peer): Promise<Running> {
  if (peer.before) spawnSync('bash', ['-c', peer.before])
  if (await greets(peer.smtp)) throw new Error(`${peer.name}: something listens on ${peer.smtp} already`)
  const [command = '', ...args] = peer.cmd
  const start = performance.now()
  const child = endedWithUs(
    spawn(command, args, { cwd: peer.cwd, env: { ...process.env, ...peer.env }, stdio: 'ignore' }),
  )
  try {
    await until(() => greets(peer.smtp), peer.name)
    const greetedMs = performance.now() - start
    const { http } = peer
    if (http) await until(() => connects(http), peer.name)
    const readyMs = performance.now() - start
    return { name: peer.name, pid: child.pid ?? 0, smtp: peer.smtp, http, greetedMs, readyMs, stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

/** Our own command line, built, with a data directory of its own that goes when it stops; free ports. */
export async function startOurs(
  flags: readonly string[] = [],
  data = mkdtempSync(join(tmpdir(), 'stuntmail-bench-')),
): Promise<Running & { data: string }> {
  const args = [
    'dist/cli.js',
    '--json',
    '--data',
    data,
    '--smtp',
    '127.0.0.1:0',
    '--submission',
    'off',
    '--smtps',
    'off',
    '--pop3',
    'off',
    '--pop3s',
    'off',
    '--imap',
    'off',
    '--imaps',
    'off',
    '--http',
    '127.0.0.1:0',
    ...flags,
  ]
  const start = performance.now()
  const child = endedWithUs(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
  const line = await firstLine(child)
  const readyMs = performance.now() - start
  const { listeners } = JSON.parse(line) as { listeners: Record<string, { port: number }> }
  return {
    name: 'stuntmail',
    pid: child.pid ?? 0,
    smtp: listeners['smtp']?.port ?? 0,
    http: listeners['http']?.port,
    greetedMs: readyMs,
    readyMs,
    data,
    async stop() {
      await stop(child)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Resident memory of a process and its children, MB. */
export function residentMB(pid: number): number {
  const all = [pid]
  for (const each of all) {
    all.push(...textOf(`/proc/${each}/task/${each}/children`).split(' ').map(Number).filter(Boolean))
  }
  const kB = (each: number): number => Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${each}/status`))?.[1] ?? 0)
  return all.reduce((sum, each) => sum + kB(each), 0) / 1024
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    const end = text.indexOf('\n')
    if (end >= 0) return text.slice(0, end)
  }
  throw new Error('stuntmail ended before it was ready')
}

/** Whatever a section forgets when it fails is gone when we are. */
export function endedWithUs(child: ChildProcess): ChildProcess {
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const forget = (): void => void process.off('exit', kill)
  // A program that is not there has no exit: whoever waits for its port says so.
  return child.once('exit', forget).once('error', forget)
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await Promise.race([gone, delay(8000, undefined, { ref: false })])
  if (isRunning(child)) child.kill('SIGKILL')
  await gone
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

async function until(ready: () => Promise<boolean>, name: string): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await ready())) {
    if (performance.now() > end) throw new Error(`${name} did not start`)
    await delay(3)
  }
}

const connects = (port: number): Promise<boolean> => touch(port, 'connect')
const greets = (port: number): Promise<boolean> => touch(port, 'data')

function touch(port: number, event: 'connect' | 'data'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .once(event, () => end(true))
      .once('error', () => end(false))
      .setTimeout(2000, () => end(false))
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return '' // the process went away meanwhile
  }
}
