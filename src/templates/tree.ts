/**
 * The files of a folder, as they stand: regular files only, links followed once, never more than a number of them.
 * TPL-8.
 *
 * Left out: names that begin with a dot, `node_modules`, `dist`, `build`, and what editors leave lying about.
 * `.gitignore` is not read: what is kept out of a repository may well be a template.
 */
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** What tells one content of a file from another. */
export interface FileStamp {
  /** Equal: the same content, but for a save within the same tick of the file system's clock. */
  readonly id: string
  readonly octets: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
}

/** Most files under a root. TPL-8. */
export const maxFiles = 10_000

export interface Tree {
  /** By path relative to the root, with `/`. */
  readonly files: ReadonlyMap<string, FileStamp>
  /** Folders, relative likewise; the root itself is ``. */
  readonly folders: ReadonlySet<string>
  /** Links, relative, and the real paths they lead to: files anywhere, folders outside of the root. */
  readonly links: ReadonlyMap<string, string>
  /** There were more than `maxFiles`. */
  readonly truncated: boolean
}

const ignoredFolders: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build'])

/** Whether a name under the root is none of ours. */
export function isIgnoredName(name: string, isFolder: boolean): boolean {
  if (name.startsWith('.')) return true
  if (isFolder) return ignoredFolders.has(name)
  return name.endsWith('~') || /\.(?:sw[a-z]|tmp|bak|orig)$|^#.*#$/.test(name)
}

/** Whether a path (relative, with `/`) leads through what is left out, or outside. */
export function isIgnoredPath(path: string): boolean {
  const names = path.split('/')
  return names.some((name, index) => isIgnoredName(name, index < names.length - 1))
}

export function stampOf({ mtimeMs, ctimeMs, size, ino }: Stats): FileStamp {
  return { id: `${mtimeMs} ${ctimeMs} ${size} ${ino}`, octets: size, modifiedAt: mtimeMs }
}

/** Stands for a path that is not there, or of which nothing can be known. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch {
    return undefined
  }
}

/** Relative to the root, with `/`; with `../` where it is outside. */
export function relativePath(root: string, path: string): string {
  const way = relative(root, path)
  return sep === '/' ? way : way.split(sep).join('/')
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  )
}

/** Whether a path is a folder, or in it. Both absolute. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * Reads a folder and everything under it. What cannot be read is as good as empty.
 * @param root Absolute, real. @param from Where to begin, relative. @param limit Most files.
 */
export async function readTree(root: string, from = '', limit: number = maxFiles): Promise<Tree> {
  const walk = new Walk(root, limit)
  await walk.read(from)
  return walk
}

class Walk implements Tree {
  readonly files = new Map<string, FileStamp>()
  readonly folders = new Set<string>()
  readonly links = new Map<string, string>()
  truncated = false
  readonly #root: string
  readonly #limit: number
  /** Folders by device and number, so that a link to where we came from ends. */
  readonly #seen = new Set<string>()

  constructor(root: string, limit: number) {
    this.#root = root
    this.#limit = limit
  }

  /** Level by level, so that of too many files the deepest are left out. */
  async read(from: string): Promise<void> {
    const linked = from !== '' && (await isLink(join(this.#root, from)))
    let level = linked && (await this.#follow(from)) !== 'folder' ? [] : [from]
    while (level.length > 0) {
      const next: string[] = []
      for (const folder of level) {
        if (await this.#enter(folder)) next.push(...(await this.#list(folder)))
      }
      level = next
    }
  }

  async #enter(folder: string): Promise<boolean> {
    const stats = await statOf(join(this.#root, folder))
    if (stats === undefined || !stats.isDirectory()) return false
    const id = `${stats.dev} ${stats.ino}`
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    this.folders.add(folder)
    return true
  }

  /** @returns Folders in it. */
  async #list(folder: string): Promise<string[]> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(() => [])
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    const folders: string[] = []
    const pathOf = (name: string): string => (folder === '' ? name : `${folder}/${name}`)
    const files: string[] = []
    for (const entry of entries) {
      const path = pathOf(entry.name)
      const kind = entry.isSymbolicLink() ? await this.#follow(path) : undefined
      if (kind !== undefined) (kind === 'folder' ? folders : files).push(path)
      else if (entry.isDirectory() && !isIgnoredName(entry.name, true)) folders.push(path)
      else if (entry.isFile() && !isIgnoredName(entry.name, false)) files.push(path)
    }
    await this.#add(files)
    return folders
  }

  async #add(paths: readonly string[]): Promise<void> {
    const room = this.#limit - this.files.size
    if (paths.length > room) this.truncated = true
    const taken = paths.slice(0, room)
    const stats = await Promise.all(taken.map((path) => statOf(join(this.#root, path))))
    for (const [index, path] of taken.entries()) {
      const found = stats[index]
      if (found?.isFile() === true) this.files.set(path, stampOf(found))
    }
  }

  /** @returns What it leads to; undefined where that is nothing, ignored, or a folder that is read anyway. */
  async #follow(path: string): Promise<'file' | 'folder' | undefined> {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const real = await realpath(join(this.#root, path)).catch(() => undefined)
    const stats = real === undefined ? undefined : await statOf(real)
    if (real === undefined || stats === undefined || isIgnoredName(name, stats.isDirectory())) return undefined
    // What holds the root, or is held by it, would be read twice.
    const related = isWithin(this.#root, real) || isWithin(real, this.#root)
    if (stats.isDirectory() && related) return undefined
    this.links.set(path, real)
    return stats.isDirectory() ? 'folder' : 'file'
  }
}
