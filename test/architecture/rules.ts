import { posix } from 'node:path'
import { emptyNames, fileCaps, functionCap, fileSystemOwners, layers, leaves, owners, type Layer } from './layers.ts'
import type { Import, Source } from './source.ts'

/** A rule that is broken, for people: `src/a/b.ts: …`. */
export type Violation = string

const fileSystem = new Set(['node:fs', 'node:fs/promises', 'fs', 'fs/promises'])

/** Imports between units follow the table; each unit has a row, each row a unit. */
export function layering(
  sources: readonly Source[],
  table: Readonly<Record<string, Layer>> = layers,
): readonly Violation[] {
  const units = new Set(sources.map(({ path }) => unitOf(path)))
  const missing = [...units]
    .filter((unit) => !Object.hasOwn(table, unit))
    .map((unit) => `${unit}: has no row in layers.ts`)
  const idle = Object.keys(table)
    .filter((unit) => !units.has(unit))
    .map((unit) => `${unit}: has a row in layers.ts, and nothing in it`)
  return [...missing, ...idle, ...each(sources, (path, found) => layerOf(path, found, table))]
}

function layerOf(
  path: string,
  { target, typeOnly }: Import,
  table: Readonly<Record<string, Layer>>,
): Violation | undefined {
  const from = unitOf(path)
  const layer = Object.hasOwn(table, from) ? table[from] : undefined
  if (target === undefined || layer === undefined || unitOf(target) === from) return undefined
  const file = target.replace(/^src\//, '')
  if (!target.startsWith('src/')) {
    return target.endsWith('package.json') ? undefined : `${path}: imports ${target} from outside of src/`
  }
  const names = [file, unitOf(target)]
  if (from !== 'ui' && leaves.includes(file)) return undefined
  if (names.some((name) => layer.imports.includes(name))) return undefined
  if (!names.some((name) => layer.types?.includes(name))) return `${path}: may not import ${file}`
  return typeOnly ? undefined : `${path}: may import only types of ${file}`
}

/** A package enters at its owner only. */
export function packageOwners(sources: readonly Source[]): readonly Violation[] {
  return each(sources, (path, { specifier, target }) => {
    const name = packageOf(specifier)
    if (target !== undefined || (name.startsWith('node:') && !Object.hasOwn(owners, name))) return undefined
    const allowed = Object.hasOwn(owners, name) ? (owners[name] ?? []) : []
    return isWithin(path, allowed) ? undefined : `${path}: may not import the package ${name}`
  })
}

/** The file system is touched where it is somebody's business. */
export function fileSystemUse(sources: readonly Source[]): readonly Violation[] {
  return each(sources, (path, { specifier }) =>
    fileSystem.has(specifier) && !isWithin(path, fileSystemOwners)
      ? `${path}: may not touch the file system`
      : undefined,
  )
}

/** Commands do not know each other. */
export function commandIndependence(sources: readonly Source[]): readonly Violation[] {
  return each(sources, (path, { target }) =>
    target !== undefined && path.includes('/commands/') && posix.dirname(path) === posix.dirname(target)
      ? `${path}: a command imports the command ${target}`
      : undefined,
  )
}

/** No file reaches itself over its imports, those of types included. One violation for each file on a cycle's start. */
export function cycles(sources: readonly Source[]): readonly Violation[] {
  const graph = new Map(sources.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]))
  const done = new Set<string>()
  const found: Violation[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push(`a cycle: ${[...trail.slice(at), path].join(' > ')}`)
    if (at >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}

/** Names say what is inside. */
export function tellingNames(paths: readonly string[]): readonly Violation[] {
  return paths.flatMap((path) => {
    const empty = path.split('/').find((part) => emptyNames.includes(part.split('.', 1).join('')))
    return empty === undefined ? [] : [`${path}: ${empty} says nothing of what is inside`]
  })
}

/** Files and functions stay small enough to be read at once. */
export function sizes(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap(({ path, lines, functions }) => {
    const [, cap = Infinity] = fileCaps.find(([start]) => path.startsWith(start)) ?? []
    const file = lines > cap && !path.endsWith('.data.ts') ? [`${path}: ${lines} lines, ${cap} are allowed`] : []
    const long = path.startsWith('test/') ? [] : functions.filter((each) => each.lines > functionCap)
    return [...file, ...long.map((each) => `${path}: ${each.name} has ${each.lines} lines, ${functionCap} are allowed`)]
  })
}

/** Every standard that a source cites is in the index of standards. */
export function citedStandards(tree: ReadonlyMap<string, string>, index: string): readonly Violation[] {
  const listed = new Set(numbers(index))
  return [...tree].flatMap(([path, text]) =>
    [...new Set(numbers(text))]
      .filter((rfc) => !listed.has(rfc))
      .map((rfc) => `${path}: RFC ${rfc} is not in src/RFC.md`),
  )
}

/** Every folder of `src/` is on the map. */
export function mappedFolders(paths: readonly string[], map: string): readonly Violation[] {
  const folders = new Set(paths.map((path) => posix.dirname(path)).filter((folder) => folder.startsWith('src/')))
  return [...folders]
    .map((folder) => `${folder.slice('src/'.length)}/`)
    .filter((folder) => !map.includes(`\`${folder}\``))
    .map((folder) => `${folder}: is not in src/README.md`)
}

function numbers(text: string): readonly string[] {
  return [...text.matchAll(/\bRFC (\d{3,5})\b/g)].flatMap(([, rfc]) => rfc ?? [])
}

function each(
  sources: readonly Source[],
  rule: (path: string, found: Import) => Violation | undefined,
): readonly Violation[] {
  return sources.flatMap(({ path, imports }) => imports.flatMap((found) => rule(path, found) ?? []))
}

function unitOf(path: string): string {
  const [top = '', unit = ''] = path.split('/')
  return top === 'src' ? unit : top
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}
