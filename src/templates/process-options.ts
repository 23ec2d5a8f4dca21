import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isInside } from './reader.ts'

export interface ProcessReach {
  readonly root: string
  readonly projectDirectory: string
}

/**
 * Options of Node for the rendering process. Where Node has permissions (22.13 and newer), the process reads the
 * project, the packages and itself, writes nothing and starts nothing. TPL-5.
 * @param entry Its module: from source it may need the loader that this process was started with.
 */
export function processOptions(entry: string, reach: ProcessReach): readonly string[] {
  const quiet = '--disable-warning=ExperimentalWarning'
  const fromSource = entry.endsWith('.ts')
  if (fromSource && !stripsTypes()) return [quiet, '--import', import.meta.resolve('tsx')]
  if (!process.allowedNodeEnvironmentFlags.has('--permission')) return [quiet]
  const own = fromSource ? dirname(import.meta.dirname) : import.meta.dirname
  const folders = new Set([reach.root, reach.projectDirectory, own])
  for (const folder of [...folders]) for (const modules of packageFolders(folder)) folders.add(modules)
  return [
    quiet,
    '--disable-warning=SecurityWarning',
    '--permission',
    // The watchdog's.
    '--allow-worker',
    ...outermost([...folders]).map((folder) => `--allow-fs-read=${join(folder, '*')}`),
  ]
}

/** Node loses the way to a folder where one within it is named as well. */
function outermost(folders: readonly string[]): readonly string[] {
  return folders.filter((folder) => !folders.some((other) => other !== folder && isInside(other, folder)))
}

/** Node 22.18 and newer read our TypeScript as it is. */
const stripsTypes = (): boolean => Boolean((process.features as { typescript?: false | string }).typescript)

/** Where packages are found from a folder: `node_modules` in it, and in each folder above. */
function packageFolders(start: string): readonly string[] {
  const found: string[] = []
  for (let folder = start; ; folder = dirname(folder)) {
    for (const name of ['node_modules', 'package.json'])
      if (existsSync(join(folder, name))) found.push(join(folder, name))
    if (dirname(folder) === folder) return found
  }
}
