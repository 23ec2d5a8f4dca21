/**
 * Saves, as they come from gulp.watch, without losing any: an editor may empty a file and fill it later, or put another
 * in its place, and an event may be the last one there is for both. What is put into a folder in the moment the folder
 * is made has no event at times, so everything is looked at once in a while.
 */
import gulp from 'gulp'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { matchesGlob } from '../src/templates/glob.ts'
import { filesUnder, root } from './files.ts'

/** Milliseconds. gulp waits 200 after the last event unless told otherwise, which is most of what a save would take. */
const eventDelayMs = 5
/** When a file is looked at again after it was built. */
const secondLooksMs = [25, 90]
/** How long an empty file is waited for to be filled: 90 in all. Somebody may mean it empty. */
const emptyFileMs = 10
const emptyFileLooks = 9

/** How often everything is looked at, milliseconds. A change is built when it was seen twice without an event. */
const sweepMs = 1000

export interface Saves {
  close(): Promise<void>
}

/**
 * Calls `build` with the absolute paths of what was saved, one call at a time; what is saved meanwhile makes the next.
 * `build` says by itself what goes wrong.
 * @param name what gulp calls it in its log
 */
export async function onSaves(
  name: string,
  globs: readonly string[],
  build: (changed: ReadonlySet<string>) => Promise<void>,
): Promise<Saves> {
  const waiting = new Set<string>()
  const looks = new Set<NodeJS.Timeout>()
  const sweep = new Sweep(globs)
  let work: Promise<void> = Promise.resolve()
  const next = (): Promise<void> => {
    work = work.then(async () => {
      const changed = new Set(waiting)
      waiting.clear()
      if (changed.size === 0) return
      const built = await signatures(changed)
      sweep.built(built)
      await build(changed)
      for (const ms of secondLooksMs) lookAgain(built, ms)
    })
    return work
  }
  const lookAgain = (built: ReadonlyMap<string, string>, ms: number): void => {
    const timer = setTimeout(() => {
      looks.delete(timer)
      void signaturesNow(built.keys()).then((now) => {
        for (const [file, signature] of built) if (now.get(file) !== signature) waiting.add(file)
        return next()
      })
    }, ms)
    looks.add(timer)
  }
  const task = Object.assign(() => next(), { displayName: name })
  const watcher = gulp.watch([...globs], { cwd: root, delay: eventDelayMs }, task)
  for (const event of ['add', 'change', 'unlink']) {
    watcher.on(event, (path: string) => waiting.add(resolve(root, path)))
  }
  await new Promise((ready) => watcher.once('ready', ready))
  await sweep.begin()
  const sweeping = setInterval(() => {
    void sweep.missed().then((files) => {
      for (const file of files) waiting.add(file)
      return next()
    })
  }, sweepMs)
  return {
    async close() {
      clearInterval(sweeping)
      await Promise.resolve(watcher.close())
      for (const timer of looks) clearTimeout(timer)
      await work
    },
  }
}

/** Finds what changed and was told by no event. */
class Sweep {
  readonly #globs: readonly string[]
  /** As they were when they were built last. */
  readonly #known = new Map<string, string>()
  /** Not as they are known; the next look decides. */
  #suspects = new Map<string, string>()
  #looking = false

  constructor(globs: readonly string[]) {
    this.#globs = globs
  }

  async begin(): Promise<void> {
    this.built(await this.#now())
  }

  built(signatures: ReadonlyMap<string, string>): void {
    for (const [file, signature] of signatures) this.#known.set(file, signature)
  }

  /** Files that are the same as at the look before, and not as they were built. */
  async missed(): Promise<readonly string[]> {
    if (this.#looking) return []
    this.#looking = true
    const now = await this.#now()
    this.#looking = false
    const changed = [...now].filter(([file, signature]) => this.#known.get(file) !== signature)
    const missed = changed.filter(([file, signature]) => this.#suspects.get(file) === signature)
    this.#suspects = new Map(changed)
    return missed.map(([file]) => file)
  }

  async #now(): Promise<ReadonlyMap<string, string>> {
    const folders = new Set(this.#globs.map((glob) => glob.split('/', 1)[0] ?? ''))
    const files = (await Promise.all([...folders].map((folder) => filesIn(folder)))).flat()
    const matching = files.filter((file) => this.#globs.some((glob) => matchesGlob(glob, file)))
    return signaturesNow(matching.map((file) => resolve(root, file)))
  }
}

/** What `filesUnder` says, or the file itself where it is one. */
const filesIn = async (path: string): Promise<readonly string[]> => (path.includes('.') ? [path] : filesUnder(path))

/** What files are like before they are read. Those that are empty get a moment to be filled. */
async function signatures(files: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  for (let look = 1; ; look++) {
    const found = await signaturesNow(files)
    const someEmpty = [...found.values()].some((signature) => signature.endsWith(' 0'))
    if (!someEmpty || look > emptyFileLooks) return found
    await delay(emptyFileMs)
  }
}

async function signaturesNow(files: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all([...files].map(async (file) => [file, await signatureOf(file)] as const)))
}

async function signatureOf(file: string): Promise<string> {
  try {
    const { mtimeNs, ino, size } = await stat(file, { bigint: true })
    return `${mtimeNs} ${ino} ${size}`
  } catch {
    return 'gone'
  }
}
