import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import type { TemplateReader } from './reader.ts'

/** Folders, under the root or beside the template, in which partials and layouts are looked for by name. */
const folders: readonly string[] = ['', 'partials', '_partials', 'includes', 'layouts', '_layouts', 'components']

export interface IncludeSearch {
  readonly reader: TemplateReader
  /** The folder of the templates. */
  readonly root: string
  /** The template that is rendered; absolute. */
  readonly file: string
  /** The file that includes; absolute. */
  readonly from: string
  /** Added to a name that has none, with the dot. */
  readonly extensions: readonly string[]
}

/**
 * Finds what a template includes by name: beside the file that includes it, beside the template, under the root, in each also in the
 * folders that partials are kept in, and with the `_` that marks a partial. @throws TemplateError where it may not be
 * read. @returns undefined where there is none; every place that was looked at is noted.
 */
export function findInclude(
  name: string,
  search: IncludeSearch,
): { readonly file: string; readonly source: string } | undefined {
  for (const file of candidates(name, search)) {
    const source = search.reader.read(file)
    if (source !== undefined) return { file, source }
  }
  return undefined
}

/** One at a time: most are found beside the file, and an include in a loop asks often. */
function* candidates(name: string, { root, file, from, extensions }: IncludeSearch): Generator<string> {
  const names = extname(name) === '' ? extensions.map((extension) => name + extension) : [name]
  // What looks like an extension may be a part of the name: `order.item`.
  if (extname(name) !== '' && !extensions.includes(extname(name))) names.push(...extensions.map((end) => name + end))
  if (isAbsolute(name)) return yield* names.flatMap((path) => [path, resolve(root, `.${path}`)])
  if (/^\.\.?[\\/]/.test(name)) return yield* names.map((path) => resolve(dirname(from), path))
  for (const base of new Set([dirname(from), dirname(file), root])) {
    for (const folder of folders) {
      for (const path of names) {
        yield join(base, folder, path)
        yield join(base, folder, dirname(path), `_${basename(path)}`)
      }
    }
  }
}
