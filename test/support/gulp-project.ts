/** A project of a user, with Gulp and the package `stuntmail` as it is published. */
import { build } from 'esbuild'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { root } from '../../.build/files.ts'
import { serverBuild } from '../../.build/server-bundle.ts'

export interface GulpProject {
  /** Real. */
  readonly folder: string
  /** Writes files, their folders included. */
  put(files: Readonly<Record<string, string>>): void
  read(path: string): string
  /** Saves a file with one text replaced by another. @throws when it is not there exactly once. */
  edit(path: string, before: string, after: string): void
  /** Starts `npx gulp <task>`. */
  gulp(task: string, env?: Readonly<Record<string, string>>): RunningGulp
  /** Ends what still runs, and removes the folder. */
  remove(): Promise<void>
}

export interface RunningGulp {
  readonly child: ChildProcess
  output(): string
  /** Resolves when its output, from a place in it, has a text. */
  says(text: string, from?: number): Promise<void>
  /** With the exit code. */
  readonly ended: Promise<number | null>
}

const patienceMs = 60_000

/** @param example a folder to begin with, relative to the repository. @param ui put the built UI into the package. */
export async function gulpProject({ example, ui }: { example?: string; ui?: string } = {}): Promise<GulpProject> {
  // In the repository, so that packages are found where npm would put them. What is in there is never committed.
  const place = join(root, '.watch')
  mkdirSync(place, { recursive: true })
  const folder = realpathSync(mkdtempSync(join(place, 'gulp-')))
  if (example !== undefined) cpSync(join(root, example), folder, { recursive: true })
  await install(folder, ui)
  const running = new Set<RunningGulp>()
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const put = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      // Whole or not at all: Gulp reads at once, and a second event so soon would be lost.
      writeFileSync(join(folder, '.saving'), text)
      renameSync(join(folder, '.saving'), join(folder, path))
    }
  }
  return {
    folder,
    put,
    read,
    edit(path, before, after) {
      const parts = read(path).split(before)
      if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times ${before}`)
      put({ [path]: parts.join(after) })
    },
    gulp(task, env = {}) {
      const started = runGulp(folder, task, env)
      running.add(started)
      return started
    },
    async remove() {
      for (const { child } of running) child.kill('SIGTERM')
      await Promise.all([...running].map(({ ended }) => ended))
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

let bundled: ReturnType<typeof bundle> | undefined

async function bundle() {
  return (await build(await serverBuild())).outputFiles
}

/** What npm would put there. */
async function install(folder: string, ui: string | undefined): Promise<void> {
  const own = join(folder, 'node_modules/stuntmail')
  mkdirSync(join(own, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(own, 'package.json'))
  for (const { path, contents } of await (bundled ??= bundle())) {
    writeFileSync(join(own, 'dist', basename(path)), contents)
  }
  if (ui !== undefined) cpSync(ui, join(own, 'dist/ui'), { recursive: true })
}

function runGulp(folder: string, task: string, env: Readonly<Record<string, string>>): RunningGulp {
  const child = spawn(process.execPath, [join(root, 'node_modules/gulp/bin/gulp.js'), task], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of [...listeners]) listener()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const says = (text: string, from = 0): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (problem?: string): void => {
        listeners.delete(look)
        clearTimeout(timer)
        if (problem === undefined) resolve()
        else reject(new Error(`Gulp ${problem} before it said "${text}":\n${output}`))
      }
      const look = (): void => {
        if (output.includes(text, from)) settle()
      }
      const timer = setTimeout(() => settle('was given up'), patienceMs)
      listeners.add(look)
      void ended.then(() => settle('ended'))
      look()
    })
  return { child, output: () => output, says, ended }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const unwanted = (name: string): boolean => name.startsWith('STUNTMAIL_') || name.startsWith('NODE_TEST')
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted(name)))
}
