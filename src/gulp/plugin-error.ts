import { resolve } from 'node:path'
import type { Diagnostic } from '../templates/diagnostic.ts'

/** Where the problem is, as far as anybody knows. */
export interface ErrorPlace {
  /** Absolute. */
  readonly fileName?: string
  /** From 1. */
  readonly lineNumber?: number
  /** From 1. */
  readonly columnNumber?: number
}

/** An error as Gulp shows those of plugins: the message and the place, without a stack. Has the members of `plugin-error`. */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  readonly plugin: string
  readonly fileName: string | undefined
  readonly lineNumber: number | undefined
  readonly columnNumber: number | undefined
  /** Gulp shows `toString()` where this is there. */
  readonly showStack = false
  readonly showProperties = true

  constructor(plugin: string, message: string, { place = {}, cause }: { place?: ErrorPlace; cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.plugin = plugin
    this.fileName = place.fileName
    this.lineNumber = place.lineNumber
    this.columnNumber = place.columnNumber
  }

  override toString(): string {
    const { fileName, lineNumber, columnNumber } = this
    const place = [fileName, lineNumber, columnNumber].filter((part) => part !== undefined).join(':')
    const lines = [`Error in plugin "${this.plugin}"`, 'Message:', indented(this.message)]
    return [...lines, ...(place === '' ? [] : ['Details:', indented(place)])].join('\n')
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}

/** What is wrong with a template, as an error. @param root that its paths are relative to. @param fallback absolute. */
export function errorOf(
  plugin: string,
  diagnostics: readonly Diagnostic[],
  { root, file }: TemplatePlace,
): PluginError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const [first, ...others] = errors
  const through = first?.through?.length ? `\nIt came through ${first.through.join(', ')}` : ''
  const more = others.map((each) => `\n${textOf(each)}`).join('')
  return new PluginError(plugin, (first?.message ?? 'The template cannot be rendered') + through + more, {
    place: {
      fileName: first?.file === undefined ? file : resolve(root, first.file),
      ...(first?.line !== undefined && { lineNumber: first.line }),
      ...(first?.column !== undefined && { columnNumber: first.column }),
    },
  })
}

export interface TemplatePlace {
  /** What paths of diagnostics are relative to. */
  readonly root: string
  /** The template. Absolute. */
  readonly file: string
}

/** On one line: `welcome.mjml:3:5: …`. */
export function textOf({ file, line, column, message }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return place === '' ? message : `${place}: ${message}`
}

/** Whatever was thrown, as an error of a plugin. */
export function asPluginError(plugin: string, error: unknown, fileName?: string): PluginError {
  if (error instanceof PluginError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new PluginError(plugin, message, { cause: error, ...(fileName !== undefined && { place: { fileName } }) })
}
