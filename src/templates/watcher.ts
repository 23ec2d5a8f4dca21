/**
 * Hears of changes in folders. The only place that knows chokidar.
 *
 * What it says are hints: which of them mean a change is for `watched-files.ts` to find out, which compares. Folders are
 * watched, not the files in them: files that are replaced by renaming stay in sight, 10,000 files cost no more than their
 * folders, and chokidar's own pauses of 50 ms after each event, in which it drops others, are not in the way. Where the
 * system tells of folders only what comes and goes (BSD), files are watched each.
 */
import { watch, type FSWatcher } from 'chokidar'
import type { Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isIgnoredName, isWithin } from './tree.ts'

export interface WatcherOptions {
  /** Absolute, real. Folders in it are watched as well, but for those that are left out (`tree.ts`). */
  readonly root: string
  /** Something happened to a file or folder (absolute), or may have. `seen`: by the system itself, at this moment. */
  onHint(path: string, seen: boolean): void
  /** A folder was removed or moved away; another may stand in its place, which is not watched. */
  onLost(folder: string): void
  /** The system gives no more watches: nothing is heard any more. */
  onLimit(code: string): void
}

/** Systems whose word on a folder tells of changes in its files too. */
const tellOfFiles: ReadonlySet<string> = new Set(['linux', 'darwin', 'win32'])
/** Folders outside of the root, most. */
const maxFolders = 500

export class Watcher {
  readonly #options: WatcherOptions
  /** Watched with all that is in them. */
  readonly #roots: Set<string>
  /** Watched for files of theirs that a rendering read. */
  readonly #folders = new Set<string>()
  readonly #files = new Set<string>()
  #inner: FSWatcher | undefined
  #closed = false

  constructor(options: WatcherOptions) {
    this.#options = options
    this.#roots = new Set([options.root])
  }

  /** Watches, from the beginning where it did. Resolves when everything is watched. */
  async start(): Promise<void> {
    await this.#inner?.close()
    if (this.#closed) return
    const inner = watch([...this.#roots, ...this.#folders], {
      ignored: (path, stats) => this.#isIgnored(path, stats),
      ignoreInitial: true,
      followSymlinks: false,
      atomic: false,
      usePolling: false,
    })
    this.#inner = inner
    const ready = new Promise<void>((resolve) => {
      inner.once('ready', resolve)
      inner.on('error', (error) => void this.#failed(error, inner).then(resolve))
    })
    inner.on('all', (_event, path) => this.#options.onHint(path, false))
    inner.on('raw', (event, name, details) => this.#heard(event, name, details))
    await ready
  }

  /** Watches a folder outside of the root with all that is in it. */
  followFolder(folder: string): void {
    if (this.#roots.has(folder)) return
    this.#roots.add(folder)
    this.#inner?.add(folder)
  }

  /** Watches a file that is outside of the root, or left out. It need not be there, but its folder must. */
  followFile(file: string): void {
    this.#files.add(file)
    const folder = dirname(file)
    if (this.#folders.has(folder) || this.#folders.size >= maxFolders) return
    this.#folders.add(folder)
    if (!this.#isWatched(folder)) this.#inner?.add(folder)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#inner?.close()
  }

  #heard(event: string, name: unknown, details: unknown): void {
    const folder = watchedPath(details)
    if (folder === undefined) return
    if (typeof name !== 'string') return this.#options.onHint(folder, true)
    this.#options.onHint(join(folder, name), true)
    // What a folder that goes says of itself; a file in it may have its name too, and then nothing is lost by asking.
    if (event === 'rename' && name === basename(folder)) this.#options.onLost(folder)
  }

  async #failed(error: unknown, inner: FSWatcher): Promise<void> {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (this.#closed || inner !== this.#inner || (code !== 'ENOSPC' && code !== 'EMFILE')) return
    await this.close()
    this.#options.onLimit(code)
  }

  #isWatched(folder: string): boolean {
    return [...this.#roots].some((root) => isWithin(root, folder) && !this.#isLeftOut(root, folder))
  }

  #isLeftOut(root: string, folder: string): boolean {
    const names = folder
      .slice(root.length)
      .split(/[\\/]/)
      .filter((name) => name !== '')
    return names.some((name) => isIgnoredName(name, true))
  }

  /** Asked before it is known what a path is, and again when it is. */
  #isIgnored(path: string, stats: Stats | undefined): boolean {
    if (this.#roots.has(path) || this.#folders.has(path)) return false
    const everyFile = !tellOfFiles.has(process.platform)
    if (this.#files.has(path)) return !everyFile
    if (![...this.#roots].some((root) => isWithin(root, path))) return true
    if (stats === undefined) return false
    if (stats.isDirectory()) return isIgnoredName(basename(path), true)
    return !stats.isFile() || !everyFile || isIgnoredName(basename(path), false)
  }
}

function watchedPath(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined
}
