import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf } from '../trail.ts'

interface Source {
  readonly src: string
  readonly path: string
  readonly noCache: boolean
}
interface Environment {
  render(name: string, data: object, done: (error: unknown, html: string | null) => void): void
}
/** What we use of Nunjucks. */
interface Nunjucks {
  readonly Environment: new (loader: object, options: object) => Environment
}

/** Nunjucks 3. Templates are named by their paths, so that errors are as well. */
export const nunjucksEngine: Engine = {
  name: 'nunjucks',
  extensions: ['.njk', '.nunjucks', '.html.njk', '.nunj'],
  async load(project): Promise<LoadedEngine> {
    const { default: nunjucks } = (await project.import('nunjucks')) as { readonly default: Nunjucks }
    return {
      render: async (input) => ({ html: await renderSource(nunjucks, input, true) }),
      renderText: (input) => renderSource(nunjucks, input, false),
      forget: () => undefined,
    }
  },
}

async function renderSource(nunjucks: Nunjucks, input: EngineInput, autoescape: boolean): Promise<string> {
  const sources = new Map([[input.file, input.source]])
  const loader = {
    // Every name goes through resolve(), which knows who asks.
    isRelative: () => true,
    resolve(from: string, name: string): string {
      const found = findInclude(name, { ...input, from, extensions: ['.njk', '.nunjucks', '.html'] })
      if (found === undefined) return name
      sources.set(found.file, found.source)
      return found.file
    },
    getSource(name: string): Source | null {
      const src = sources.get(name)
      return src === undefined ? null : { src, path: name, noCache: true }
    },
  }
  const environment = new nunjucks.Environment(loader, { autoescape, throwOnUndefined: false, dev: false })
  try {
    return await new Promise<string>((resolve, reject) => {
      environment.render(input.file, input.data, (error, html) => {
        if (error === null || error === undefined) resolve(html ?? '')
        else reject(error instanceof Error ? error : new Error(messageOf(error)))
      })
    })
  } catch (error) {
    throw located(error)
  }
}

/** `(/a.njk)` for each file on the way, `[Line 3, Column 4]` for the last one, then what is wrong. */
function located(error: unknown): TemplateError {
  const files: string[] = []
  let place: { line: number; column: number } | undefined
  const said: string[] = []
  for (const text of messageOf(error).split('\n')) {
    const line = text.trim().replace(/^(?:Template render error|Error): /, '')
    const frame = /^\(([^)]+)\)(?: \[Line (\d+)(?:, Column (\d+))?\])?$/.exec(line)
    if (frame === null) said.push(line)
    else {
      files.push(frame[1] ?? '')
      if (frame[2] !== undefined) place = { line: Number(frame[2]), column: Number(frame[3] ?? 1) }
    }
  }
  const message = said.join('\n')
  const way = [...new Set(files)]
  const file = way.at(-1)
  const through = way.slice(0, -1)
  const where = { ...(file !== undefined && { file }), ...place, ...(through.length > 0 && { through }) }
  return new TemplateError([{ severity: 'error', message, ...where }], { cause: error })
}
