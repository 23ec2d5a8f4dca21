/** Where in a project of Maizzle something is that failed, or was read without being told. */
import { join, resolve } from 'node:path'
import { TemplateError, type Diagnostic } from '../diagnostic.ts'
import { messageOf } from '../trail.ts'
import { memberOf } from './maizzle-data.ts'

export interface MaizzleTexts {
  /** By file, absolute, in the order in which they were read; the template first. */
  readonly texts: ReadonlyMap<string, string>
  /** Of the project. */
  readonly folder: string
}

type Where = Pick<Diagnostic, 'file' | 'line' | 'column'>

/** Files that a template has put in its place: stylesheets, JSON. Absolute. */
export function linkedFiles(html: string, folder: string): readonly string[] {
  const tags = html.match(/<(?:link|fetch|remote)\b[^>]*>/gi) ?? []
  return tags.flatMap((tag) => {
    const isLink = /^<link/i.test(tag)
    if (isLink && !/\s(?:expand|inline)\b/i.test(tag)) return []
    const [, path] = (isLink ? /\shref="([^"]+)"/i : /\surl="([^"]+)"/i).exec(tag) ?? []
    return path === undefined || /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(path) ? [] : [resolve(folder, path)]
  })
}

/** What Maizzle fails with, at its place where that can be told. */
export function locatedError(error: unknown, found: MaizzleTexts): TemplateError {
  if (error instanceof TemplateError) return error
  const message = wordsOf(error)
  const where = placeOfStyle(error, found) ?? placeOfComponent(message, found) ?? {}
  const [template] = found.texts.keys()
  const through = template === undefined || where.file === undefined || where.file === template ? [] : [template]
  return new TemplateError([{ severity: 'error', message, ...where, ...(through.length > 0 && { through }) }], {
    cause: error,
    missing: missingOf(error, message, found.folder),
  })
}

function wordsOf(error: unknown): string {
  if (memberOf(error, 'name') === 'CssSyntaxError') return String(memberOf(error, 'reason'))
  const message = messageOf(error)
  return message.startsWith('Maximum call stack') ? 'Components include each other without an end' : message
}

/** The line and column that a stack names of a module, by its URL. */
export function placeInStack(error: unknown, url: string): Pick<Diagnostic, 'line' | 'column'> {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const at = stack.indexOf(`${url}:`)
  if (at < 0) return {}
  const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + url.length)) ?? []
  return { ...(line !== undefined && { line: Number(line) }), ...(column !== undefined && { column: Number(column) }) }
}

/** An error of PostCSS counts from the beginning of its style element. */
function placeOfStyle(error: unknown, { texts }: MaizzleTexts): Where | undefined {
  const css = memberOf(error, 'source')
  const line = memberOf(error, 'line')
  const column = memberOf(error, 'column')
  if (typeof css !== 'string' || typeof line !== 'number' || css.trim() === '') return undefined
  for (const [file, text] of texts) {
    const at = text.indexOf(css)
    if (at < 0) continue
    const first = lineAt(text, at)
    return { file, line: first + line - 1, ...(line > 1 && typeof column === 'number' && { column }) }
  }
  return undefined
}

/** Of a component that is not there, its tag is. The innermost file was read last. */
function placeOfComponent(message: string, { texts }: MaizzleTexts): Where | undefined {
  const tag = /^\[components\] (<[^>\s]+)>/.exec(message)?.[1]
  const path = /^\[components\] The component was not found in (\S.*)\.$/.exec(message)?.[1]
  const wanted = tag ?? path?.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  if (wanted === undefined) return undefined
  for (const [file, text] of [...texts].reverse()) {
    const at = text.indexOf(wanted)
    if (at >= 0) return { file, line: lineAt(text, at), column: at - text.lastIndexOf('\n', at) }
  }
  return undefined
}

/** Where the file may come to be. */
function missingOf(error: unknown, message: string, folder: string): readonly string[] {
  const sought = /^\[components\] <[^>\s]+> could not find (\S+) in the defined root paths \(([^)]*)\)/.exec(message)
  if (sought !== null) {
    const [, names = '', folders = ''] = sought
    return folders.split(', ').flatMap((each) => names.split(',').map((name) => join(resolve(folder, each), name)))
  }
  const path = /^\[components\] The component was not found in (\S.*)\.$/.exec(message)?.[1]
  const opened = memberOf(error, 'code') === 'ENOENT' ? memberOf(error, 'path') : undefined
  return [path, opened].flatMap((each) => (typeof each === 'string' ? [resolve(folder, each)] : []))
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}
