import { existsSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { readJson } from '../json.ts'
import { TemplateError, type Diagnostic } from './diagnostic.ts'
import type { EngineOutput } from './engine.ts'

/** Absolute. */
export interface CommandPlace {
  readonly root: string
  /** What relative paths of a command are relative to. */
  readonly projectDirectory: string
}

/** One line of a command that stays: `{"html": …}`, or `{"error": {"message": …, "file": …, "line": …, "column": …}}`. */
export function readCommandAnswer(line: Buffer, { root, projectDirectory }: CommandPlace): EngineOutput {
  const answer = asObject(parse(line.toString('utf8')))
  if (answer === undefined) throw failure('The command answers with a line that is no JSON object')
  const text = (name: string): string | undefined => asText(answer[name])
  if (answer['error'] !== undefined) throw new TemplateError([errorOf(answer['error'], root)])
  const members = { html: text('html'), text: text('text'), message: text('message') }
  if (Object.values(members).every((member) => member === undefined)) {
    throw failure('The command answers with neither html nor text nor message')
  }
  const files = Array.isArray(answer['files']) ? answer['files'].filter((file) => typeof file === 'string') : []
  return {
    ...present(members),
    head: present({ subject: text('subject'), from: text('from'), preheader: text('preheader') }),
    ...(files.length > 0 && { files: files.map((file) => resolve(projectDirectory, file)) }),
  }
}

function errorOf(error: unknown, root: string): Diagnostic {
  const { message, file, line, column } = asObject(error) ?? { message: error }
  return {
    severity: 'error',
    message: asText(message) ?? 'The command says that it failed',
    ...(typeof file === 'string' && { file: resolve(root, file) }),
    ...(typeof line === 'number' && { line }),
    ...(typeof column === 'number' && { column }),
  }
}

/**
 * The place that a program names when it complains, as most languages write it: `File "emails/a.html", line 3`,
 * `/emails/a.html:3:7`, `/emails/a.html on line 3`. Only files under the root; the template's own place wins over
 * others, and of several the last one, where Python has the innermost.
 */
export function placeInComplaints(
  complaints: string,
  { root, projectDirectory, file }: CommandPlace & { readonly file: string },
): Pick<Diagnostic, 'file' | 'line' | 'column'> {
  let found: Pick<Diagnostic, 'file' | 'line' | 'column'> = {}
  for (const { index, 1: line, 2: column } of complaints.matchAll(/(?:"?, line |:| on line )(\d+)(?::(\d+))?/g)) {
    const path = resolve(projectDirectory, wordBefore(complaints, index))
    if (!path.startsWith(root + sep) || (found.file === file && path !== file) || !existsSync(path)) continue
    found = { file: path, line: Number(line), ...(column !== undefined && { column: Number(column) }) }
  }
  return found
}

function wordBefore(text: string, end: number): string {
  let start = end
  while (start > 0 && !/[\s"'():,]/.test(text.charAt(start - 1))) start--
  return text.slice(start, end)
}

function failure(message: string): TemplateError {
  return new TemplateError([{ severity: 'error', message }])
}

function parse(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Only what is there. */
function present<Name extends string>(
  members: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, string>
  >
}
