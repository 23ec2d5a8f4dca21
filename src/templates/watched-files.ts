/**
 * What the files are, kept up to date.
 *
 * A hint that something happened is answered by looking: a file has changed when its stamp has. A reader must not see a
 * file that is being written, and nobody who saves shall wait for that, so a change is told at once, and looked at again
 * 25 and 90 ms later: whatever was written in the meantime is told as another change. A file that is suddenly empty, or
 * gone, is believed only after those 90 ms, since most ways of saving pass through that state.
 *
 * Files that change together are told together: what comes within 2 ms, and, where that is more than a few, everything
 * until nothing comes for 20 ms (a checkout of another branch).
 */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Timers } from './timers.ts'
import {
  isIgnoredName,
  isIgnoredPath,
  isWithin,
  maxFiles,
  readTree,
  relativePath,
  stampOf,
  statOf,
  type FileStamp,
} from './tree.ts'
import { Watcher } from './watcher.ts'

/** What is different. Paths relative to the root. */
export interface FilesChange {
  /** Changed, appeared or gone. */
  readonly files: ReadonlySet<string>
  /** Files under the root appeared or went. */
  readonly structure: boolean
}

export interface WatchedFilesOptions {
  /** Absolute, real. */
  readonly root: string
  readonly clock: Clock
  /** Called in order. Must not throw. */
  onChange(change: FilesChange): void
  /** Look at every file every half second instead of being told. Default false. */
  readonly polling?: boolean
}

const gatherMs = 2
const burst = { paths: 4, quietMs: 20, mostMs: 300 }
/** From this many on everything is looked at: the system may have told us less than happened. */
const flood = 500
const verifyAfterMs: readonly number[] = [25, 90]
const doubtMs = 90
const doubtAfterMs: readonly number[] = [8, 25, doubtMs + 2]
/** Hints of a folder that is new come when it is watched, which may be later than its first files. */
const newFolderAfterMs: readonly number[] = [25, 90, 500]
const missingRootMs = 200
const pollMs = 500
/** Two saves this close to each other may have one stamp. */
const sameTickMs = 20
const maxFollowed = 5_000

interface Known extends FileStamp {
  /** Saved so shortly before we looked that the next save may look the same. */
  readonly fresh: boolean
}

export class WatchedFiles {
  readonly #options: WatchedFilesOptions
  readonly #watcher: Watcher
  readonly #timers = new Timers()
  readonly #files = new Map<string, Known>()
  /** Files that are not in the tree, and that a rendering read or looked for. */
  readonly #followed = new Map<string, Known | undefined>()
  readonly #folders = new Set<string>()
  readonly #lost = new Set<string>()
  #links: ReadonlyMap<string, string> = new Map()
  /** Since when a file is empty or gone, of those that we do not believe yet. Monotonic milliseconds. */
  readonly #doubts = new Map<string, number>()
  readonly #pending = new Map<string, boolean>()
  #gathering: { readonly since: number; readonly count: number } | undefined
  #line: Promise<void> = Promise.resolve()
  #restarting = false
  #closed = false
  truncated = false
  /** Why it looks every half second instead of being told: the system's word. */
  limitedBy: string | undefined
  #isPolling = false

  constructor(options: WatchedFilesOptions) {
    this.#options = options
    this.#watcher = new Watcher({
      root: options.root,
      onHint: (path, seen) => this.#hint(path, seen),
      onLost: (folder) => {
        this.#lost.add(relativePath(options.root, folder))
        this.#timers.after(25, () => void this.look([relativePath(options.root, folder)]))
      },
      onLimit: (code) => {
        this.limitedBy = code
        this.#poll()
        this.#timers.after(0, () => this.#options.onChange({ files: new Set(), structure: true }))
      },
    })
  }

  /** Files under the root. */
  get files(): ReadonlyMap<string, FileStamp> {
    return this.#files
  }

  /** Resolves when all files are known and watched. Nothing is told of what was there. */
  async start(): Promise<void> {
    if (this.#options.polling !== true) await this.#watcher.start()
    await this.#inLine(() => this.#readAll())
    if (this.#options.polling === true) this.#poll()
  }

  /** Looks at everything, again and again. Many files are looked at less often: it takes a tenth of the time at most. */
  #poll(lastTookMs = 0): void {
    this.#isPolling = true
    this.#timers.after(Math.max(pollMs, 9 * lastTookMs), () => {
      const start = this.#options.clock.monotonic()
      void this.look(['', ...this.#followed.keys()]).finally(() => {
        if (!this.#closed) this.#poll(this.#options.clock.monotonic() - start)
      })
    })
  }

  /**
   * Looks whether these are what they were. When it resolves, changes have been told.
   * @param paths Relative to the root; '' is the root with everything in it.
   */
  look(paths: Iterable<string>): Promise<void> {
    const asked = new Map([...paths].map((path) => [path, false] as const))
    return this.#inLine(() => this.#examine(asked))
  }

  /** Whether one of them is suddenly empty or gone, and this is not believed yet. A change of it will be told. */
  doubts(paths: readonly string[]): boolean {
    return this.#doubts.size > 0 && paths.some((path) => this.#doubts.has(path))
  }

  /**
   * Watches files that are not in the tree, too.
   * @param paths Relative to the root. @param since Whatever was saved since then is a change. Milliseconds since 1970.
   */
  follow(paths: readonly string[], since: number): void {
    const strange = paths.filter((path) => !this.#followed.has(path) && this.#isStrange(path))
    const room = maxFollowed - this.#followed.size
    if (strange.length > 0) void this.#inLine(() => this.#follow(strange.slice(0, room), since))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timers.clear()
    await this.#line
    await this.#watcher.close()
  }

  #isStrange(path: string): boolean {
    if (this.#files.has(path) || path.split('/').includes('node_modules')) return false
    return path.startsWith('../') || isIgnoredPath(path)
  }

  async #follow(paths: readonly string[], since: number): Promise<void> {
    const changed = new Set<string>()
    for (const path of paths) {
      const stamp = await this.#stamp(path)
      this.#followed.set(path, stamp)
      this.#watcher.followFile(join(this.#options.root, path))
      if (stamp !== undefined && stamp.modifiedAt >= since) changed.add(path)
    }
    this.#tell({ files: changed, structure: false })
  }

  /** One look at a time, so that an older one never has the last word. */
  #inLine(work: () => Promise<void>): Promise<void> {
    const done = this.#line.then(() => (this.#closed ? undefined : work()))
    this.#line = done.catch(() => undefined)
    return done
  }

  #hint(path: string, seen: boolean): void {
    for (const name of this.#namesOf(path)) this.#await(name, seen)
  }

  /** Looks at it together with what comes now. */
  #await(path: string, seen: boolean): void {
    this.#pending.set(path, seen || this.#pending.get(path) === true)
    if (this.#gathering !== undefined) return
    this.#gathering = { since: this.#options.clock.monotonic(), count: 0 }
    this.#timers.after(gatherMs, () => this.#gathered())
  }

  #gathered(): void {
    const { since, count } = this.#gathering ?? { since: 0, count: 0 }
    const size = this.#pending.size
    const waited = this.#options.clock.monotonic() - since
    if (size > burst.paths && size > count && waited < burst.mostMs) {
      this.#gathering = { since, count: size }
      this.#timers.after(burst.quietMs, () => this.#gathered())
      return
    }
    this.#gathering = undefined
    const paths = new Map(this.#pending)
    this.#pending.clear()
    if (paths.size > flood) {
      paths.set('', false)
      this.#timers.after(doubtMs, () => void this.look(['']))
    }
    void this.#inLine(() => this.#examine(paths))
  }

  /** A file's names: a link leads to it as well. */
  #namesOf(path: string): string[] {
    const names = [relativePath(this.#options.root, path)]
    for (const [link, real] of this.#links) {
      if (isWithin(real, path)) names.push(link + path.slice(real.length).replaceAll('\\', '/'))
    }
    return names.filter((name) => this.#followed.has(name) || !(name.startsWith('../') || name === '..'))
  }

  /** @param paths By path: whether the system saw something happen, or somebody just asks. */
  async #examine(paths: ReadonlyMap<string, boolean>): Promise<void> {
    const found = new Found()
    const names = [...paths.keys()]
    const stats = await Promise.all(names.map((path) => statOf(join(this.#options.root, path))))
    for (const [index, path] of names.entries()) {
      const stat = stats[index]
      if (stat === undefined) this.#gone(path, found)
      else if (stat.isDirectory()) await this.#folder(path, found)
      else if (stat.isFile()) this.#file(path, this.#known(stampOf(stat)), { found, seen: paths.get(path) === true })
      else this.#gone(path, found)
    }
    this.#tell(found)
  }

  #tell(change: FilesChange): void {
    if (this.#closed || (change.files.size === 0 && !change.structure)) return
    this.#options.onChange(change)
    for (const ms of verifyAfterMs) this.#timers.after(ms, () => void this.look(change.files))
  }

  #file(path: string, stamp: Known, { found, seen }: { found: Found; seen: boolean }): void {
    const known = this.#files.get(path) ?? this.#followed.get(path)
    const followed = this.#followed.has(path)
    if (known === undefined && !followed && !this.#mayEnter(path)) return
    if (isEmptied(known, stamp) && !this.#isBelieved(path)) return
    this.#doubts.delete(path)
    if (known !== undefined && isSame(known, stamp, seen)) return
    found.files.add(path)
    if (followed) this.#followed.set(path, stamp)
    else this.#files.set(path, stamp)
    if (known === undefined && !followed) found.structure = true
  }

  #mayEnter(path: string): boolean {
    if (path.startsWith('../') || isIgnoredPath(path)) return false
    const room = this.#files.size < maxFiles
    if (!room) this.truncated = true
    return room
  }

  #gone(path: string, found: Found): void {
    if (this.#folders.has(path)) {
      for (const file of this.#filesIn(path)) this.#gone(file, found)
      this.#folders.delete(path)
      this.#lost.add(path)
      if (path === '') this.#awaitRoot()
    }
    const known = this.#files.get(path) ?? this.#followed.get(path)
    if (known === undefined) return
    if (!this.#isBelieved(path)) return
    this.#doubts.delete(path)
    if (this.#files.delete(path)) found.structure = true
    else this.#followed.set(path, undefined)
    found.files.add(path)
  }

  /** Whether a file has been empty or gone for long enough; if not, it is looked at again. */
  #isBelieved(path: string): boolean {
    const now = this.#options.clock.monotonic()
    const since = this.#doubts.get(path)
    if (since === undefined) {
      this.#doubts.set(path, now)
      for (const ms of doubtAfterMs) this.#timers.after(ms, () => this.#await(path, false))
      return false
    }
    return now - since >= doubtMs
  }

  async #folder(path: string, found: Found): Promise<void> {
    const known = path === '' || this.#folders.has(path)
    if (!known && (path.startsWith('../') || path.split('/').some((name) => isIgnoredName(name, true)))) return
    const tree = await this.#read(path)
    if (!known && tree.folders.has(path)) {
      for (const ms of newFolderAfterMs) this.#timers.after(ms, () => void this.look([path]))
    }
    for (const [file, stamp] of tree.files) this.#file(file, this.#known(stamp), { found, seen: false })
    for (const file of this.#filesIn(path)) if (!tree.files.has(file)) this.#gone(file, found)
    const strange = [...tree.folders].some((folder) => this.#lost.delete(folder))
    if (strange) this.#restart()
  }

  async #readAll(): Promise<void> {
    const tree = await this.#read('')
    this.truncated = tree.truncated
    for (const [file, stamp] of tree.files) this.#files.set(file, this.#known(stamp))
  }

  async #read(path: string): ReturnType<typeof readTree> {
    const tree = await readTree(this.#options.root, path)
    for (const folder of tree.folders) this.#folders.add(folder)
    this.#links = path === '' ? tree.links : new Map([...this.#links, ...tree.links])
    for (const [link, real] of tree.links) {
      if (tree.folders.has(link)) this.#watcher.followFolder(real)
      else this.#watcher.followFile(real)
    }
    return tree
  }

  *#filesIn(folder: string): Iterable<string> {
    const start = folder === '' ? '' : `${folder}/`
    for (const file of [...this.#files.keys()]) if (file.startsWith(start)) yield file
  }

  /** A folder that was replaced is not watched: all over again. */
  #restart(): void {
    if (this.#restarting || this.#isPolling) return
    this.#restarting = true
    this.#timers.after(10, () => {
      void this.#inLine(async () => {
        this.#restarting = false
        await this.#watcher.start()
        await this.#examine(new Map([['', false]]))
      })
    })
  }

  #awaitRoot(): void {
    this.#timers.after(missingRootMs, () => {
      void this.look(['']).then(() => {
        if (this.#lost.has('')) this.#awaitRoot()
      })
    })
  }

  async #stamp(path: string): Promise<Known | undefined> {
    const real = await realpath(join(this.#options.root, path)).catch(() => undefined)
    const stat = real === undefined ? undefined : await statOf(real)
    return stat?.isFile() === true ? this.#known(stampOf(stat)) : undefined
  }

  #known(stamp: FileStamp): Known {
    return { ...stamp, fresh: this.#options.clock.now() - stamp.modifiedAt < sameTickMs }
  }
}

function isEmptied(known: Known | undefined, stamp: Known): boolean {
  return stamp.octets === 0 && known !== undefined && known.octets > 0
}

function isSame(known: Known, stamp: Known, seen: boolean): boolean {
  return known.id === stamp.id && !(seen && known.fresh)
}

class Found implements FilesChange {
  readonly files = new Set<string>()
  structure = false
}
