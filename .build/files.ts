import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A file to be, its path relative to `dist/`, with `/`. */
export interface Output {
  readonly path: string
  readonly contents: Uint8Array
}

/**
 * Files under a folder of the project (`.` for all of it), as paths from the project's folder with `/`, sorted.
 * Empty where the folder is missing. Dot-folders inside it and `node_modules` are left out.
 */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  await collect(join(root, folder), found)
  return found.map((file) => relative(root, file).split(sep).join('/')).sort()
}

async function collect(folder: string, found: string[]): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isFile()) found.push(path)
    else if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      await collect(path, found)
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Contents of a file of the project. */
export function read(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8')
}

/**
 * Writes outputs into `dist/` and removes what an earlier build left there. Files that are the same already are not
 * touched, so a server that runs from `dist/` is not disturbed. `within` picks the part of `dist/` that the outputs are
 * all there is of.
 */
export async function writeOutputs(outputs: readonly Output[], within: (path: string) => boolean): Promise<void> {
  await Promise.all(outputs.map((output) => write(join(root, 'dist', output.path), output.contents)))
  const wanted = new Set(outputs.map((output) => output.path))
  const present = (await filesUnder('dist')).map((path) => path.slice('dist/'.length))
  const stale = present.filter((path) => within(path) && !wanted.has(path))
  await Promise.all(stale.map((path) => rm(join(root, 'dist', path))))
}

async function write(path: string, contents: Uint8Array): Promise<void> {
  const sameSize = await stat(path).then(
    (found) => found.size === contents.byteLength,
    () => false,
  )
  if (sameSize && (await readFile(path)).equals(contents)) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, contents)
}
