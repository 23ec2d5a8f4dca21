import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { TemplateError, type Diagnostic } from '../diagnostic.ts'
import type { TemplateReader } from '../reader.ts'
import { readMjmlTags, type MjmlTag } from './mjml-tags.ts'

/** What MJML says of something that it renders all the same. */
export interface MjmlSoftError {
  readonly line: number
  readonly message: string
  readonly tagName: string
  /** Has the file as well. */
  readonly formattedMessage: string
}

/**
 * Reads a template and all that it includes before MJML does: MJML 4 would read any file, 5 leaves out without a word
 * what it may not read, and both render what is not well formed.
 */
export class MjmlScan {
  readonly errors: Diagnostic[] = []
  readonly warnings: Diagnostic[] = []
  /** Where the files lie that are included; real. */
  readonly folders = new Set<string>()
  readonly #tags = new Map<string, readonly MjmlTag[]>()
  readonly #reader: TemplateReader
  readonly #decodesPaths: boolean

  /** @param decodesPaths As MJML 5 does, which takes percent signs in the path of an include for escapes. */
  constructor(reader: TemplateReader, decodesPaths: boolean) {
    this.#reader = reader
    this.#decodesPaths = decodesPaths
  }

  /** @param through The files that include it, outermost first. All paths are absolute. */
  read(file: string, source: string, through: readonly string[] = []): void {
    if (this.#tags.has(file)) return
    const { tags, problems } = readMjmlTags(source)
    this.#tags.set(file, tags)
    for (const problem of problems) {
      const list = problem.severity === 'error' ? this.errors : this.warnings
      list.push({ ...problem, file, through })
    }
    for (const tag of tags) if (tag.name === 'mj-include') this.#include(tag, [...through, file])
  }

  /** A soft error of MJML, with its place. */
  placed({ line, message, tagName, formattedMessage }: MjmlSoftError): Diagnostic {
    const [file, tags] = [...this.#tags].find(([path]) => isOf(formattedMessage, line, path)) ?? []
    const column = tags?.find((tag) => tag.name === tagName && tag.line === line)?.column
    return {
      severity: 'warning',
      message: `<${tagName}>: ${message}`,
      ...(file !== undefined && { file, line }),
      ...(column !== undefined && { column }),
    }
  }

  /** @param chain The files it comes through; the last one has the tag. */
  #include(tag: MjmlTag, chain: readonly string[]): void {
    const given = tag.attributes.get('path') ?? ''
    const named = this.#decodesPaths ? decoded(given) : given
    const path = resolve(dirname(chain.at(-1) ?? ''), named)
    const source = this.#sourceOf({ named, path }, tag, chain)
    if (source === undefined) return
    this.folders.add(dirname(realpathSync.native(path)))
    const type = tag.attributes.get('type')
    if (type !== 'css' && type !== 'html') this.read(path, source, chain)
  }

  #sourceOf(
    { named, path }: { readonly named: string; readonly path: string },
    tag: MjmlTag,
    chain: readonly string[],
  ): string | undefined {
    if (named === '') return this.#fail('<mj-include> has no path', tag, chain)
    if (isAbsolute(named)) return this.#fail(`The path of <mj-include> has to be relative: ${named}`, tag, chain)
    if (chain.includes(path)) return this.#fail(`The template includes itself: ${named}`, tag, chain)
    try {
      return this.#reader.read(path) ?? this.#fail(`There is no file ${named} to include`, tag, chain)
    } catch (error) {
      if (error instanceof TemplateError) return this.#fail(error.message, tag, chain)
      throw error
    }
  }

  #fail(message: string, { line, column }: MjmlTag, chain: readonly string[]): undefined {
    const file = chain.at(-1)
    this.errors.push({
      severity: 'error',
      message,
      line,
      column,
      through: chain.slice(0, -1),
      ...(file !== undefined && { file }),
    })
    return undefined
  }
}

/** MJML has the file in the text only: `Line 7 of /emails/a.mjml, included at … (mj-text) — …`. */
function isOf(formatted: string, line: number, file: string): boolean {
  const start = `Line ${line} of ${file}`
  return formatted.startsWith(`${start} (`) || formatted.startsWith(`${start}, included at `)
}

/** As often as MJML 5 does it. */
function decoded(path: string): string {
  let result = path
  for (let round = 0; round < 10; round++) {
    try {
      const next = decodeURIComponent(result)
      if (next === result) break
      result = next
    } catch {
      break
    }
  }
  return result
}
