/** Files through the plugins, as Gulp would send them. */
import gulp from 'gulp'
import { Readable } from 'node:stream'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type Vinyl from 'vinyl'
import { render, type PluginError, type RenderedFile, type RenderOptions } from '../../src/gulp/plugin.ts'
import { put, temporaryFolder } from '../templates/watched-folder.ts'

/** Where the engines are installed. */
const projectDirectory = fileURLToPath(new URL('../..', import.meta.url))
/** For machines that are slow: only tests of the limit itself set it. */
const timeoutMs = 60_000

export interface EmailsFolder {
  /** Of the templates. */
  readonly root: string
  put(files: Readonly<Record<string, string>>): void
  /** Renders what a glob, relative to the folder, finds. */
  render(glob: string | readonly string[], options?: RenderOptions): Promise<readonly Rendered[]>
  /** Files as they are given to plugins. */
  source(glob: string | readonly string[], options?: Parameters<typeof gulp.src>[1]): NodeJS.ReadWriteStream
}

export type Rendered = Vinyl & { readonly stuntmail?: RenderedFile; readonly sourceMap?: object }

export function emailsFolder(t: TestContext, files: Readonly<Record<string, string>>): EmailsFolder {
  const root = join(temporaryFolder(t), 'emails')
  mkdirSync(root)
  put(root, files)
  const source = (glob: string | readonly string[], options: Parameters<typeof gulp.src>[1] = {}) =>
    gulp.src([glob].flat(), { cwd: root, base: root, ...options })
  return {
    root,
    put: (more) => put(root, more),
    source,
    render: (glob, options) => all(source(glob).pipe(rendering(options))),
  }
}

/** With the engines of the repository. */
export function rendering(options: RenderOptions = {}): ReturnType<typeof render> {
  return render({ projectDirectory, timeoutMs, ...options })
}

/** Every file that comes out, by its path. @throws what the stream ends with. */
export async function all(stream: NodeJS.ReadableStream): Promise<readonly Rendered[]> {
  const files: Rendered[] = []
  for await (const file of stream) files.push(file as unknown as Rendered)
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Through a plugin, out of nothing but these. */
export function through(plugin: NodeJS.ReadWriteStream, ...files: readonly Vinyl[]): Promise<readonly Rendered[]> {
  return all(Readable.from(files).pipe(plugin))
}

/** What they are, for people. */
export function texts(files: readonly Rendered[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [file.relative, textOf(file)]))
}

/** Of a file that is no stream. */
export function textOf({ contents }: Rendered): string {
  return Buffer.isBuffer(contents) ? contents.toString('utf8') : String(contents === null ? null : 'a stream')
}

/** What a stream, or a promise, fails with. */
export async function failure(work: Promise<unknown>): Promise<PluginError> {
  try {
    await work
  } catch (error) {
    return error as PluginError
  }
  throw new Error('It did not fail')
}
