import type { Engine, EngineInput, LoadedEngine, Project, TemplateData } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf, Trail } from '../trail.ts'

type Template = (context: unknown, options?: unknown) => string

/** What we use of Handlebars. */
interface Handlebars {
  create(): Handlebars
  parse(source: string): object
  compile(program: object, options: { readonly noEscape: boolean }): Template
  partials: Readonly<Record<string, Template>>
}

const extensions: readonly string[] = ['.hbs', '.handlebars', '.html']

/** Handlebars 4. Partials are found by name; a name may be an expression. */
export const handlebarsEngine: Engine = {
  name: 'handlebars',
  extensions: ['.hbs', '.handlebars', '.html.hbs', '.html.handlebars'],
  async load(project: Project): Promise<LoadedEngine> {
    const { default: handlebars } = (await project.import('handlebars')) as { readonly default: Handlebars }
    return {
      render: async (input) => ({ html: renderSource(handlebars.create(), input, false) }),
      renderText: async (input) => renderSource(handlebars.create(), input, true),
      forget: () => undefined,
    }
  },
}

function renderSource(handlebars: Handlebars, input: EngineInput, noEscape: boolean): string {
  const trail = new Trail()
  const compile = (file: string, source: string): Template => {
    const template = trail.within(file, () => handlebars.compile(handlebars.parse(source), { noEscape }))
    return (context, options) => trail.within(file, () => template(context, options))
  }
  handlebars.partials = partials((name) => {
    const found = findInclude(name, { ...input, from: trail.file ?? input.file, extensions })
    return found && compile(found.file, found.source)
  })
  try {
    return compile(input.file, input.source)(input.data satisfies TemplateData)
  } catch (error) {
    throw trail.located(error, positionOf(error))
  }
}

/** Handlebars looks for own properties of this object: dynamic names come by here too. */
function partials(find: (name: string) => Template | undefined): Readonly<Record<string, Template>> {
  const known = new Map<string, Template | undefined>()
  const get = (name: string | symbol): Template | undefined => {
    if (typeof name === 'symbol') return undefined
    if (!known.has(name)) known.set(name, find(name))
    return known.get(name)
  }
  return new Proxy<Record<string, Template>>(Object.create(null) as Record<string, Template>, {
    get: (_target, name) => get(name),
    has: (_target, name) => get(name) !== undefined,
    getOwnPropertyDescriptor: (_target, name) => {
      const value = get(name)
      return value && { value, configurable: true, enumerable: true, writable: true }
    },
  })
}

function positionOf(error: unknown): { readonly message: string; readonly line?: number; readonly column?: number } {
  const { lineNumber, column } = (error ?? {}) as { readonly lineNumber?: unknown; readonly column?: unknown }
  const message = messageOf(error)
  // A syntax error says its line in the message only.
  const said = /^Parse error on line (\d+):/.exec(message)
  const line = typeof lineNumber === 'number' ? lineNumber : said === null ? undefined : Number(said[1])
  return {
    message: message.replace(/ - \d+:\d+$/, ''),
    ...(line !== undefined && { line }),
    ...(typeof column === 'number' && { column: column + 1 }),
  }
}
