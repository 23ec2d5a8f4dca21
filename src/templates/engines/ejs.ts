import { TemplateError } from '../diagnostic.ts'
import { findSyntaxError, splitFrames } from '../embedded-js.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf, Trail } from '../trail.ts'

type Escape = (value: unknown) => string
type Template = (data: object) => string

/** What we use of EJS. */
interface Ejs {
  compile(source: string, options: Readonly<Record<string, unknown>>): Template
  escapeXML: Escape
}

/** EJS. Its options are ours alone: data has no way to them. TPL-1. */
export const ejsEngine: Engine = {
  name: 'ejs',
  extensions: ['.ejs', '.html.ejs'],
  async load(project): Promise<LoadedEngine> {
    const { default: ejs } = (await project.import('ejs')) as { readonly default: Ejs }
    return {
      render: async (input) => ({ html: renderSource(ejs, input, ejs.escapeXML) }),
      renderText: async (input) => renderSource(ejs, input, plain),
      forget: () => undefined,
    }
  },
}

function plain(value: unknown): string {
  return value === undefined || value === null ? '' : (value as { toString(): string }).toString()
}

function renderSource(ejs: Ejs, input: EngineInput, escape: Escape): string {
  const trail = new Trail()
  const templates = new Map<string, Template>()

  // `include` as one of the locals hides that of EJS, which says neither which file includes nor what is missing.
  const render = (file: string, source: string, data: object): string =>
    trail.within(file, () => {
      const include = (path: string, more?: object): string => {
        const found = findInclude(path, { ...input, from: file, extensions: ['.ejs', '.html'] })
        if (found === undefined) throw new Error(`There is no file to include for "${path}"`)
        return render(found.file, found.source, Object.assign(Object.create(null) as object, data, more))
      }
      const locals: object = Object.assign(Object.create(null) as object, data, { include })
      const template = templates.get(file) ?? compile(ejs, { file, source, escape })
      templates.set(file, template)
      return template(locals)
    })

  try {
    return render(input.file, input.source, input.data)
  } catch (error) {
    const { frames, rest } = splitFrames(messageOf(error))
    const line = frames.at(-1)?.line
    throw trail.located(error, { message: rest, ...(line !== undefined && { line }) })
  }
}

function compile(
  ejs: Ejs,
  { file, source, escape }: { readonly file: string; readonly source: string; readonly escape: Escape },
): Template {
  try {
    return ejs.compile(source, { filename: file, escape, compileDebug: true, cache: false, strict: false })
  } catch (error) {
    const [message = ''] = messageOf(error).split('\n')
    const said = message.replace(/ in .* while compiling ejs$/, '')
    throw new TemplateError([{ severity: 'error', message: said, file, ...findSyntaxError(source) }], { cause: error })
  }
}
