import { findSyntaxError, splitFrames } from '../embedded-js.ts'
import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, LoadedEngine } from '../engine.ts'
import { findInclude } from '../includes.ts'
import { messageOf } from '../trail.ts'

/** What we use of Eta. */
interface Eta {
  renderAsync(path: string, data: object): Promise<string>
  resolvePath: (name: string, options?: { readonly filepath?: string }) => string
  readFile: (path: string) => string
}
type EtaClass = new (options: Readonly<Record<string, unknown>>) => Eta

/** Eta 3 and newer. Data is `it`. */
export const etaEngine: Engine = {
  name: 'eta',
  extensions: ['.eta', '.html.eta'],
  async load(project): Promise<LoadedEngine> {
    const { Eta } = (await project.import('eta')) as { readonly Eta: EtaClass }
    return {
      render: async (input) => ({ html: await renderSource(Eta, input, true) }),
      renderText: (input) => renderSource(Eta, input, false),
      forget: () => undefined,
    }
  },
}

async function renderSource(Eta: EtaClass, input: EngineInput, autoEscape: boolean): Promise<string> {
  const sources = new Map([[input.file, input.source]])
  const parents = new Map<string, string>()
  let last = input.file
  const eta = new Eta({ autoEscape, cache: false, debug: true, autoTrim: false, views: input.root })
  eta.resolvePath = (name, options) => {
    const from = options?.filepath
    if (from === undefined) return name
    const found = findInclude(name, { ...input, from, extensions: ['.eta', '.html'] })
    if (found === undefined) throw new Error(`There is no file to include for "${name}"`)
    sources.set(found.file, found.source)
    if (found.file !== input.file) parents.set(found.file, from)
    return found.file
  }
  eta.readFile = (path) => {
    last = path
    return sources.get(path) ?? ''
  }
  try {
    return await eta.renderAsync(input.file, input.data)
  } catch (error) {
    throw located(error, { last, source: sources.get(last) ?? '', parents })
  }
}

interface Reading {
  /** What was read last is what does not compile. */
  readonly last: string
  readonly source: string
  readonly parents: ReadonlyMap<string, string>
}

function located(error: unknown, { last, source, parents }: Reading): TemplateError {
  if (error instanceof TemplateError) return error
  const { frames, rest } = splitFrames(messageOf(error))
  const [first = '', , third = first] = rest.split('\n')
  if (first === 'Bad template syntax') return failure(error, third, { file: last, ...findSyntaxError(source), parents })
  const inner = frames.at(-1)
  if (inner !== undefined) return failure(error, rest, { ...inner, parents })
  return failure(error, first, { file: last, ...findSyntaxError(source), parents })
}

function failure(
  cause: unknown,
  message: string,
  place: { file: string; line?: number; column?: number; parents: ReadonlyMap<string, string> },
): TemplateError {
  const { parents, ...at } = place
  const through = new Set<string>()
  for (let file = parents.get(at.file); file !== undefined && !through.has(file); file = parents.get(file))
    through.add(file)
  const way = through.size > 0 && { through: [...through].reverse() }
  return new TemplateError([{ severity: 'error', message, ...at, ...way }], { cause })
}
