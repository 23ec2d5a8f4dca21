/** The configuration file: found, loaded and handed on as it is. */
import { createRequire } from 'node:module'
import { basename, dirname, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lilconfig, type Loader } from 'lilconfig'
import { ConfigError } from './config-error.ts'

export interface LoadedFile {
  /** Absolute. */
  readonly path: string
  /** What it says; not looked at yet. */
  readonly content: unknown
}

const searchPlaces = ['json', 'js', 'mjs', 'ts'].map((extension) => `stuntmail.config.${extension}`)

/**
 * @param folder where `stuntmail.config.*` is looked for; folders above it are not.
 * @param path absolute; this file, and no search.
 * @returns undefined where there is none.
 * @throws ConfigError when the file is missing, of another kind, or fails.
 */
export async function loadConfigFile(folder: string, path?: string): Promise<LoadedFile | undefined> {
  const loaders = { '.json': loadJson, '.js': loadModule, '.mjs': loadModule, '.ts': loadTypeScript }
  if (path !== undefined && !Object.hasOwn(loaders, extname(path))) {
    throw new ConfigError('usage', `${path}: a configuration file ends in ${Object.keys(loaders).join(', ')}.`)
  }
  const explorer = lilconfig('stuntmail', { searchPlaces, stopDir: folder, cache: false, loaders })
  try {
    const found = path === undefined ? await explorer.search(folder) : await explorer.load(path)
    if (found === null) return undefined
    return { path: found.filepath, content: found.config as unknown }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const where = path ?? 'stuntmail.config'
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const text = missing ? 'there is no such file' : `it cannot be loaded: ${reason(error)}`
    throw new ConfigError('usage', `${where}: ${text}.`, { cause: error })
  }
}

const loadJson: Loader = (path, text) => attempt(path, () => JSON.parse(text.replace(/^\uFEFF/, '')) as unknown)

const loadModule: Loader = (path) => attempt(path, () => importDefault(path))

const loadTypeScript: Loader = (path) =>
  attempt(path, async () => {
    try {
      // Node 22.18 and newer take the types out themselves; so does a loader that Node was started with.
      return await importDefault(path)
    } catch (error) {
      const unread = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
      if (!unread) throw error
    }
    const load = (await withTsx(path)) ?? (await withJiti(path))
    if (load !== undefined) return load()
    throw new ConfigError(
      'usage',
      `${path}: Node ${process.version} does not read TypeScript. Install tsx beside the file (npm install --save-dev tsx), ` +
        'use Node 22.18 or newer, or name it stuntmail.config.mjs.',
    )
  })

/** Errors of the file name the file. */
async function attempt(path: string, load: () => unknown): Promise<unknown> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError('usage', `${path}: it cannot be loaded: ${reason(error)}`, { cause: error })
  }
}

async function importDefault(path: string): Promise<unknown> {
  return defaultOf(await import(pathToFileURL(path).href), path)
}

function defaultOf(module: unknown, path: string): unknown {
  if (!has(module, 'default')) {
    throw new ConfigError('usage', `${basename(path)}: it has no default export. Write: export default { … }`)
  }
  // A module that a compiler made to CommonJS stands under `default` as a whole.
  const { default: exported } = module
  return has(exported, '__esModule') && has(exported, 'default') ? exported.default : exported
}

type Load = () => Promise<unknown>

async function withTsx(path: string): Promise<Load | undefined> {
  // Its other entry, tsx/esm/api, is not to be had by way of require.resolve().
  const api = await importFrom(path, 'tsx/cjs/api')
  if (!has(api, 'require')) return undefined
  const tsxRequire = api.require as (file: string, parent: string) => unknown
  return () => Promise.resolve(defaultOf(tsxRequire(path, path), path))
}

async function withJiti(path: string): Promise<Load | undefined> {
  const api = await importFrom(path, 'jiti')
  if (!has(api, 'createJiti')) return undefined
  const createJiti = api.createJiti as (parent: string) => { import(file: string): Promise<unknown> }
  return async () => defaultOf(await createJiti(dirname(path)).import(path), path)
}

/** A package as the owner of the file has it. @returns undefined where it is not installed. */
async function importFrom(path: string, name: string): Promise<unknown> {
  try {
    const found = createRequire(path).resolve(name)
    return (await import(pathToFileURL(found).href)) as unknown
  } catch {
    return undefined
  }
}

function has<Name extends string>(module: unknown, name: Name): module is Record<Name, unknown> {
  return typeof module === 'object' && module !== null && name in module
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
