import { dirname } from 'node:path'
import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf } from '../trail.ts'

interface Engines {
  parse(source: string, file: string): unknown
  render(templates: unknown, data: object): Promise<unknown>
}
/** What we use of LiquidJS. */
interface LiquidJs {
  readonly Liquid: new (options: object) => Engines
}

const extensions: readonly string[] = ['.liquid', '.html']

/** Liquid, by LiquidJS 10. As everywhere else, output is escaped only by the `escape` filter. */
export const liquidEngine: Engine = {
  name: 'liquid',
  extensions: ['.liquid', '.html.liquid'],
  async load(project): Promise<LoadedEngine> {
    const { Liquid } = (await project.import('liquidjs')) as LiquidJs
    const renderText = (input: EngineInput): Promise<string> => renderSource(Liquid, input)
    return { render: async (input) => ({ html: await renderText(input) }), renderText, forget: () => undefined }
  },
}

async function renderSource(Liquid: LiquidJs['Liquid'], input: EngineInput): Promise<string> {
  const liquid = new Liquid({
    fs: fileSystem(input),
    root: [input.root],
    extname: '',
    relativeReference: true,
    strictFilters: true,
    ownPropertyOnly: true,
    cache: false,
  })
  try {
    return String(await liquid.render(liquid.parse(input.source, input.file), input.data))
  } catch (error) {
    throw located(error, input.file)
  }
}

/** LiquidJS looks a name up in folders; here it is found by our own search, and read by the reader. */
function fileSystem(input: EngineInput): object {
  const sources = new Map<string, string>()
  const read = (file: string): string => sources.get(file) ?? ''
  const exists = (file: string): boolean => sources.has(file)
  return {
    sep: '/',
    dirname,
    resolve(_folder: string, name: string): string {
      const found = findInclude(name, { ...input, from: input.file, extensions })
      if (found !== undefined) sources.set(found.file, found.source)
      return found?.file ?? name
    },
    contains: () => Promise.resolve(true),
    containsSync: () => true,
    existsSync: exists,
    exists: (file: string) => Promise.resolve(exists(file)),
    readFileSync: read,
    readFile: (file: string) => Promise.resolve(read(file)),
  }
}

interface LiquidError {
  readonly token?: { readonly file?: string; getPosition?(): readonly number[] }
  readonly originalError?: unknown
}

function located(error: unknown, template: string): TemplateError {
  if (error instanceof TemplateError) return error
  const { token, originalError } = (error ?? {}) as LiquidError
  // What a partial fails with is wrapped once for each file around it.
  if (originalError instanceof TemplateError) return originalError
  const file = token?.file ?? template
  const message = messageOf(error).replace(/(?:, file:.*)?, line:\d+, col:\d+$/, '')
  const through = file === template ? undefined : [template]
  return new TemplateError([{ severity: 'error', message, file, ...placeOf(token), ...(through && { through }) }], {
    cause: error,
  })
}

function placeOf(token: LiquidError['token']): { readonly line?: number; readonly column?: number } {
  const [line, column] = token?.getPosition?.() ?? []
  return { ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
}
