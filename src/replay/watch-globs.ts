/** Saves of files by globs, wherever they lie. */
import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { Clock } from '../clock.ts'
import { matchesGlob } from '../templates/glob.ts'
import { WatchedFiles } from '../templates/watched-files.ts'

export interface GlobsOptions {
  /** Relative to `folder`, or absolute. */
  readonly globs: readonly string[]
  /** Absolute. */
  readonly folder: string
  readonly clock: Clock
  /** Must not throw. */
  onSave(): void
}

/** A glob begins in a folder that is not there. */
export class NoSuchFolder extends Error {
  override readonly name = 'NoSuchFolder'
}

/**
 * Resolves when they are watched.
 * @throws NoSuchFolder.
 */
export async function watchGlobs({ globs, folder, clock, onSave }: GlobsOptions): Promise<{ close(): Promise<void> }> {
  const roots = new Map<string, string[]>()
  for (const glob of globs) {
    const { root, rest } = await begun(glob, folder)
    roots.set(root, [...(roots.get(root) ?? []), rest])
  }
  const watched = [...roots].map(
    ([root, patterns]) =>
      new WatchedFiles({
        root,
        clock,
        onChange({ files }) {
          if ([...files].some((file) => patterns.some((pattern) => matchesGlob(pattern, file)))) onSave()
        },
      }),
  )
  const close = async (): Promise<void> => void (await Promise.all(watched.map((each) => each.close())))
  await Promise.all(watched.map((each) => each.start())).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { close }
}

/** The folders of a glob before its first wild name, and the rest; of a file's path its folder. */
async function begun(glob: string, folder: string): Promise<{ root: string; rest: string }> {
  const names = glob.split(sep).join('/').split('/')
  const wild = names.findIndex((name) => /[*?{]/.test(name))
  const at = wild < 0 ? names.length - 1 : wild
  const path = resolve(folder, names.slice(0, at).join('/') || (glob.startsWith('/') ? '/' : '.'))
  try {
    return { root: await realpath(path), rest: names.slice(at).join('/') }
  } catch (error) {
    throw new NoSuchFolder(`there is no folder ${path}, where ${glob} begins`, { cause: error })
  }
}
