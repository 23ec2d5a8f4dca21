/**
 * Saves, as they come from gulp.watch, without losing any: an editor may empty a file and fill it later, or put another
 * in its place, and an event may be the last one there is for both.
 */
import gulp from 'gulp'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from './files.ts'

/** Milliseconds. gulp waits 200 after the last event unless told otherwise, which is most of what a save would take. */
const eventDelayMs = 5
/** When a file is looked at again after it was built. */
const secondLooksMs = [25, 90]
/** How long an empty file is waited for to be filled: 90 in all. Somebody may mean it empty. */
const emptyFileMs = 10
const emptyFileLooks = 9

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
  let work: Promise<void> = Promise.resolve()
  const next = (): Promise<void> => {
    work = work.then(async () => {
      const changed = new Set(waiting)
      waiting.clear()
      if (changed.size === 0) return
      const built = await signatures(changed)
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
  return {
    async close() {
      await Promise.resolve(watcher.close())
      for (const timer of looks) clearTimeout(timer)
      await work
    },
  }
}

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
