/** Projects of Maizzle: which folder is one, and which templates are its own. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createProject } from './project.ts'

export const maizzlePackage = '@maizzle/framework'
/** The major version whose templates are HTML that a function renders, without native code. */
export const maizzleMajor = 5

const everyPage = '**/*.html'
const configNames: readonly string[] = ['maizzle.config.js', 'maizzle.config.cjs', 'maizzle.config.local.js']

/** Where Maizzle is used. Paths absolute. */
export interface MaizzleFolder {
  /** Paths of its configuration, and of Tailwind's, are relative to it. */
  readonly folder: string
  readonly config: string | undefined
}

/** Of a template, or of a folder of them: the nearest folder with a configuration of Maizzle, or that of the package. */
export function maizzleFolderOf(start: string): MaizzleFolder {
  for (let folder = start; ; folder = dirname(folder)) {
    const config = configNames.map((name) => join(folder, name)).find((path) => existsSync(path))
    if (config !== undefined || existsSync(join(folder, 'package.json'))) return { folder, config }
    if (dirname(folder) === folder) return { folder: start, config: undefined }
  }
}

/**
 * Engines by glob, with those that nobody has to name: HTML is Maizzle's in a project that has both its configuration and
 * its package. @param place The folders of the templates and of the configuration, absolute.
 */
export function withMaizzle(
  engines: ReadonlyMap<string, string>,
  { root, projectDirectory }: { readonly root: string; readonly projectDirectory: string },
): ReadonlyMap<string, string> {
  if (maizzleFolderOf(root).config === undefined) return engines
  if (majorOf(createProject(root, projectDirectory).version(maizzlePackage)) !== maizzleMajor) return engines
  return new Map([...engines, [everyPage, engines.get(everyPage) ?? 'maizzle']])
}

/** Of a version. NaN where there is none. */
export function majorOf(version: string | undefined): number {
  return Number.parseInt(version ?? '', 10)
}
