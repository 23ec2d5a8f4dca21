import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf } from '../trail.ts'

/** What we use of Pug. */
interface Pug {
  compile(source: string, options: object): (data: object) => string
}

/** Pug 3. */
export const pugEngine: Engine = {
  name: 'pug',
  extensions: ['.pug', '.html.pug', '.jade'],
  async load(project): Promise<LoadedEngine> {
    const { default: pug } = (await project.import('pug')) as { readonly default: Pug }
    return {
      render: async (input) => ({ html: renderSource(pug, input) }),
      renderText: async (input) => renderSource(pug, { ...input, source: asTextBlocks(input.source) }),
      forget: () => undefined,
    }
  },
}

/** A text is piped lines, with their bars or without; its expressions are written as they are, since nothing reads it as HTML. */
function asTextBlocks(source: string): string {
  return source
    .split('\n')
    .map((line) => (line === '' ? '' : `${line.startsWith('|') ? '' : '| '}${line.replace(/(?<!\\)#\{/g, '!{')}`))
    .join('\n')
}

function renderSource(pug: Pug, input: EngineInput): string {
  const sources = new Map<string, string>()
  const files = {
    resolve(name: string, from: string): string {
      const found = findInclude(name, { ...input, from, extensions: ['.pug', '.html'] })
      if (found === undefined) throw new Error(`There is no file to include for "${name}"`)
      sources.set(found.file, found.source)
      return found.file
    },
    read: (file: string): string => sources.get(file) ?? '',
  }
  try {
    const options = { filename: input.file, basedir: input.root, compileDebug: true, cache: false, plugins: [files] }
    return pug.compile(input.source, options)(input.data)
  } catch (error) {
    throw located(error, input.file)
  }
}

interface PugError {
  /** Without the place and the excerpt. */
  readonly msg?: string
  readonly filename?: string
  readonly line?: number
  readonly column?: number
}

function located(error: unknown, template: string): TemplateError {
  if (error instanceof TemplateError) return error
  const { msg, filename = template, line, column } = (error ?? {}) as PugError
  if (msg === undefined || line === undefined) return failure(error, { ...placeInMessage(error, template), template })
  return failure(error, { message: msg, file: filename, line, ...(column !== undefined && { column }), template })
}

/** A runtime error is place, excerpt, empty line, message; an include that fails is message and ` at FILE line 3`. */
function placeInMessage(
  error: unknown,
  template: string,
): { readonly message: string; readonly file: string; readonly line?: number } {
  const [head = '', ...below] = messageOf(error).split('\n')
  const place = /^(.+):(\d+)$/.exec(head)
  if (place !== null) {
    const message = below.slice(below.indexOf('') + 1).join('\n')
    return { message, file: place[1] ?? template, line: Number(place[2]) }
  }
  const include = /^\s+at (.+) line (\d+)$/.exec(below[0] ?? '')
  return include === null
    ? { message: head, file: template }
    : { message: head, file: include[1] ?? template, line: Number(include[2]) }
}

function failure(
  cause: unknown,
  found: { message: string; file: string; line?: number; column?: number; template: string },
): TemplateError {
  const { template, ...place } = found
  const through = place.file === template ? undefined : [template]
  return new TemplateError([{ severity: 'error', ...place, ...(through && { through }) }], { cause })
}
