import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { constants, Script } from 'node:vm'
import { MissingPackage, type Project } from './engine.ts'

/** @param root The folder of the templates. @param projectDirectory That of the configuration. Both absolute. */
export function createProject(root: string, projectDirectory: string): Project {
  const importers = [importerFrom(root), importerFrom(projectDirectory), importBesideUs]
  return {
    root,
    async import(specifier) {
      for (const importer of importers) {
        try {
          return await importer(specifier)
        } catch (error) {
          if (!isMissing(error, specifier)) throw error
        }
      }
      throw new MissingPackage(specifier)
    },
    version: (name) =>
      [root, projectDirectory, import.meta.dirname].map((folder) => installedVersion(folder, name)).find(Boolean),
  }
}

type Importer = (specifier: string) => Promise<unknown>

/** What is installed beside Stuntmail. */
const importBesideUs: Importer = (specifier) => import(specifier)

/** Imports as a module in a folder would. The module need not exist. */
function importerFrom(folder: string): Importer {
  const script = new Script('(specifier) => import(specifier)', {
    filename: join(folder, 'template.js'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  return script.runInThisContext() as Importer
}

/** Whether it is the package itself that is not there, and not one that it imports. */
function isMissing(error: unknown, specifier: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false
  return specifier.startsWith('.') || error.message.includes(`'${new MissingPackage(specifier).packageName}'`)
}

function installedVersion(start: string, name: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as unknown
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
    } catch {
      // Not in this folder: the one above is looked at.
    }
    if (dirname(folder) === folder) return undefined
  }
}
