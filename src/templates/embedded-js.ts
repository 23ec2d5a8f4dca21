import { Script } from 'node:vm'
import type { SourcePlace } from './source-place.ts'

/**
 * Where the JavaScript between `<%` and `%>` is wrong: the engines that compile it (EJS, Eta) say what is wrong, not where.
 * Undefined where it is right, or nobody can tell. The code is compiled, not run.
 */
export function findSyntaxError(source: string): SourcePlace | undefined {
  const unclosed = source.lastIndexOf('<%')
  if (unclosed > source.lastIndexOf('%>')) return placeAt(source, unclosed)
  try {
    new Script(`(function () {${codeOf(source)}\n})`, { filename: 'template' })
    return undefined
  } catch (error) {
    // The stack of a syntax error begins with the place: `template:3`, the line, and a caret under the column.
    const [place = '', , caret = ''] = error instanceof Error ? (error.stack ?? '').split('\n') : []
    const line = Number(/^template:(\d+)$/.exec(place)?.[1])
    const lines = source.split('\n')
    if (!Number.isInteger(line)) return undefined
    // Past the end: something was opened and never closed.
    return line > lines.length ? { line: lines.length, column: 1 } : { line, column: columnOf(line, caret) }
  }
}

function columnOf(line: number, caret: string): number {
  return Math.max(1, caret.indexOf('^') + 1 - (line === 1 ? '(function () {'.length : 0))
}

/** The same text with all that is no code made blank, so that places hold. */
function codeOf(source: string): string {
  let code = ''
  let at = 0
  for (let open = source.indexOf('<%'); open >= 0; open = source.indexOf('<%', at)) {
    code += blank(source.slice(at, open))
    const close = source.indexOf('%>', open)
    const end = close < 0 ? source.length : close
    code += codeOfTag(source.slice(open + 2, end))
    at = end + 2
  }
  return code + blank(source.slice(at))
}

/** Two characters of its opening, its code, two of its closing. */
function codeOfTag(tag: string): string {
  const mark = tag.charAt(0)
  if (mark === '#' || mark === '%') return blank(`<%${tag}%>`)
  const trimmed = /[-_]$/.test(tag) ? `${tag.slice(0, -1)} ` : tag
  if (mark === '=' || mark === '-' || mark === '~') return ` ;(${trimmed.slice(1)});`
  return `  ${mark === '_' ? ` ${trimmed.slice(1)}` : trimmed} ;`
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function placeAt(source: string, offset: number): SourcePlace {
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** A file that an error came through. */
export interface ErrorFrame {
  readonly file: string
  readonly line: number
}

/**
 * The places in an error of EJS or Eta, outermost first: each file that it passes puts `/a.ejs:3`, an excerpt and an empty
 * line before its message.
 */
export function splitFrames(message: string): { readonly frames: readonly ErrorFrame[]; readonly rest: string } {
  const lines = message.split('\n')
  const frames: ErrorFrame[] = []
  let at = 0
  for (;;) {
    const place = /:(\d+)$/.exec(lines[at] ?? '')
    let end = at + 1
    while (/^(?: {4}| >> )\d+\|/.test(lines[end] ?? '')) end += 1
    if (place === null || end === at + 1 || lines[end] !== '') break
    frames.push({ file: (lines[at] ?? '').slice(0, place.index), line: Number(place[1]) })
    at = end + 1
  }
  return { frames, rest: lines.slice(at).join('\n') }
}
