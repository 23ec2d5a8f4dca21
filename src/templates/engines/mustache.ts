import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { lineStarts, placeOf } from '../source-place.ts'
import { messageOf } from '../trail.ts'

/** What we use of Mustache. */
interface Mustache {
  parse(source: string): unknown
  render(source: string, data: object, partials: (name: string) => string, options?: object): string
  clearCache(): void
}

/** Mustache 4. */
export const mustacheEngine: Engine = {
  name: 'mustache',
  extensions: ['.mustache', '.mst', '.html.mustache'],
  async load(project): Promise<LoadedEngine> {
    const { default: mustache } = (await project.import('mustache')) as { readonly default: Mustache }
    return {
      render: async (input) => ({ html: renderSource(mustache, input, {}) }),
      renderText: async (input) => renderSource(mustache, input, { escape: String }),
      // It keeps templates by their text.
      forget: () => mustache.clearCache(),
    }
  },
}

function renderSource(mustache: Mustache, input: EngineInput, options: object): string {
  const check = (file: string, source: string): string => {
    try {
      mustache.parse(source)
      return source
    } catch (error) {
      throw located(error, { file, source, template: input.file })
    }
  }
  const partial = (name: string): string => {
    const found = findInclude(name, { ...input, from: input.file, extensions: ['.mustache', '.mst', '.html'] })
    // A partial that is not there is empty: https://mustache.github.io/mustache.5.html
    return found === undefined ? '' : check(found.file, found.source)
  }
  return mustache.render(check(input.file, input.source), input.data, partial, options)
}

/** The place is an offset at the end of the message: `Unclosed section "x" at 9`. */
function located(
  error: unknown,
  { file, source, template }: { readonly file: string; readonly source: string; readonly template: string },
): TemplateError {
  const message = messageOf(error)
  const offset = /(?: at |: )(\d+)$/.exec(message)
  const place = offset === null ? undefined : placeOf(lineStarts(source), Math.min(Number(offset[1]), source.length))
  const through = file === template ? undefined : [template]
  const said = offset === null ? message : message.slice(0, offset.index)
  return new TemplateError([{ severity: 'error', message: said, file, ...place, ...(through && { through }) }], {
    cause: error,
  })
}
