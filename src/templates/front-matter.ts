import { TemplateError } from './diagnostic.ts'
import type { JsonValue } from './engine.ts'
import { MalformedData } from './malformed-data.ts'
import { parseYaml } from './yaml.ts'

/** A template's text, and what stands above it between two lines of `---`. */
export interface FrontMatter {
  /** The text; the front matter is empty lines, so that line numbers hold. */
  readonly source: string
  readonly matter: { readonly [name: string]: JsonValue }
  /** The line of each name. */
  readonly lines: ReadonlyMap<string, number>
}

/** What begins an expression of a template; YAML would read it its own way. */
const expressionStarts: readonly string[] = ['{{', '{%', '#{', '!{', '<%']

/** @param file Absolute; for errors. @throws TemplateError with the line of what is no YAML. */
export function splitFrontMatter(text: string, file: string): FrontMatter {
  const lines = text.split(/\r\n|\n/)
  const end = lines[0]?.trimEnd() === '---' ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---') : -1
  if (end < 0) return { source: text, matter: {}, lines: new Map() }
  const head = lines.slice(1, end)
  return {
    source: '\n'.repeat(end + 1) + lines.slice(end + 1).join('\n'),
    matter: parseMatter(head, file),
    lines: new Map(head.flatMap((line, index) => nameOf(line, index + 2))),
  }
}

function parseMatter(head: readonly string[], file: string): FrontMatter['matter'] {
  // The first line stands for the opening `---`, so that positions are those of the file.
  const yaml = `\n${head.map(quoteExpression).join('\n')}`
  try {
    const value = parseYaml(yaml)
    if (value === null) return {}
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new MalformedData('Front matter is a list of names and values: "subject: Welcome"', 2, 1)
    }
    return value as FrontMatter['matter']
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error
    const { message, line, column } = error
    throw new TemplateError([{ severity: 'error', message, file, line, column }], { cause: error })
  }
}

/** `subject: Welcome, {{ name }}` says what it looks like, though to YAML it is a map within a map. */
function quoteExpression(line: string, index: number, lines: readonly string[]): string {
  const name = /^[A-Za-z][\w-]*:(?=[ \t])/.exec(line)?.[0]
  const value = line.slice(name?.length ?? 0).trim()
  if (name === undefined || /^["'|>&*]/.test(value)) return line
  if (!expressionStarts.some((start) => value.includes(start))) return line
  // A value that goes on in the next line is YAML's business.
  return /^[ \t]+\S/.test(lines[index + 1] ?? '') ? line : `${name} ${JSON.stringify(value)}`
}

function nameOf(line: string, number: number): readonly (readonly [string, number])[] {
  const name = /^([A-Za-z][\w-]*):/.exec(line)?.[1]
  return name === undefined ? [] : [[name, number]]
}
