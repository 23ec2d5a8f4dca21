import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../.build/files.ts'

/** `npx gulp` on a copy of the sources, so that tests may save what they like. */
export interface RunningWatch {
  /** The copy. */
  readonly folder: string
  /** Address of the UI, without a slash at the end. */
  readonly url: string
  readonly smtp: number
  readonly liveReload: number
  /** What it said so far. */
  output(): string
  /** Resolves when it says this after now, or after `from` characters of its output. */
  says(text: string, from?: number): Promise<void>
  read(path: string): string
  /** Saves a file of the copy in one write. */
  save(path: string, contents: string | Uint8Array): void
  /** Saves a file with one text replaced by another. @throws when it is not there exactly once. */
  edit(path: string, before: string, after: string): void
  /** Ends it. Resolves when nothing of it runs, and the copy is gone. */
  end(): Promise<void>
}

const copied = ['src', 'ui', '.build', 'gulpfile.ts', '.gulp.mjs', 'package.json', 'tsconfig.json']
const started = ['"ready":true', 'LiveReload for other pages', 'Watching.']

const patienceMs = 180_000

/** Starts it on free ports, with a store on disk. @param env more of the environment */
export async function startWatch(env: Readonly<Record<string, string>> = {}): Promise<RunningWatch> {
  const folder = mkdtempSync(join(tmpdir(), 'stuntmail-watch-'))
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const child = spawn(process.execPath, ['node_modules/gulp/bin/gulp.js'], {
    cwd: folder,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const listener of listeners) listener()
    })
  }
  // Its server writes to the same pipes, so they close when that is gone too.
  const closed = once(child, 'close')
  const says = (text: string, from = output.length): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!output.includes(text, from)) return
        listeners.delete(look)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => reject(new Error(`The watch never said "${text}":\n${output}`)), patienceMs)
      listeners.add(look)
      void closed
        .then(() => clearTimeout(timer))
        .then(() => reject(new Error(`The watch ended before it said "${text}":\n${output}`)))
      look()
    })
  try {
    for (const text of started) await says(text, 0)
  } catch (error) {
    child.kill('SIGTERM')
    await closed
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const { listeners: ports } = JSON.parse(/^\{"ready":true.*$/m.exec(output)?.[0] ?? '') as Ready
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const save = (path: string, contents: string | Uint8Array): void => writeFileSync(join(folder, path), contents)
  return {
    folder,
    url: `http://127.0.0.1:${ports.http.port}`,
    smtp: ports.smtp.port,
    liveReload: Number(/LiveReload for other pages: \S+:(\d+)/.exec(output)?.[1]),
    output: () => output,
    says,
    read,
    save,
    edit(path, before, after) {
      const parts = read(path).split(before)
      if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times ${before}`)
      save(path, parts.join(after))
    },
    async end() {
      child.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Ready {
  readonly listeners: Readonly<Record<'smtp' | 'http', { readonly port: number }>>
}

function environment(): NodeJS.ProcessEnv {
  const unwanted = (name: string): boolean => name.startsWith('STUNTMAIL_') || name === 'NODE_TEST_CONTEXT'
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted(name))),
    STUNTMAIL_SMTP: '127.0.0.1:0',
    STUNTMAIL_SUBMISSION: 'off',
    STUNTMAIL_SMTPS: 'off',
    STUNTMAIL_POP3: 'off',
    STUNTMAIL_POP3S: 'off',
    STUNTMAIL_IMAP: 'off',
    STUNTMAIL_IMAPS: 'off',
    STUNTMAIL_HTTP: '127.0.0.1:0',
    STUNTMAIL_LIVERELOAD: '127.0.0.1:0',
    STUNTMAIL_JSON: '1',
  }
}
