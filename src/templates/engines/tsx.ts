/** React Email, React, and modules that make their HTML themselves, from the bundle that was built of a TSX or JSX file. */
import { SourceMap } from 'node:module'
import { resolve } from 'node:path'
import { TemplateError, type Diagnostic } from '../diagnostic.ts'
import {
  MissingPackage,
  type BuiltTemplate,
  type Engine,
  type EngineInput,
  type EngineOutput,
  type JsonValue,
  type Project,
} from '../engine.ts'
import type { RenderingHead } from '../rendering.ts'
import { runBuilt } from '../run-built.ts'

export const tsxEngine: Engine = {
  name: 'tsx',
  extensions: ['.tsx', '.jsx'],
  async load(project) {
    // React is loaded with the first template that needs it.
    let react: Promise<RenderElement> | undefined
    const renderReact: RenderElement = async (component, props) => {
      react ??= loadReact(project)
      react.catch(() => (react = undefined))
      return (await react)(component, props)
    }
    return {
      render: (input) => render(renderReact, input),
      forget: () => undefined,
    }
  },
}

type Props = { readonly [name: string]: JsonValue }
type Component = (props: Props) => unknown
type RenderElement = (component: Component, props: Props) => Promise<string>

async function render(renderReact: RenderElement, input: EngineInput): Promise<EngineOutput> {
  const { built } = input
  if (built === undefined) throw new TypeError('The template was not built')
  try {
    const template = runBuilt(built, input.file)
    const component = template['default']
    if (typeof component !== 'function') throw new TypeError('The template has no default export that is a component')
    const props = propsOf(template, component, input)
    const html = await (usesReact(built) ? renderReact : renderPlain)(component as Component, props)
    const text = stated(template['text'], props)
    return { html, head: headOf(template, props), ...(text !== undefined && { text }), warnings: built.warnings ?? [] }
  } catch (error) {
    throw placed(error, built, input)
  }
}

/** Preview props, as React Email has them, are what the data leaves open. */
function propsOf(template: Readonly<Record<string, unknown>>, component: object, { data, locale }: EngineInput): Props {
  const own = 'PreviewProps' in component ? component.PreviewProps : template['PreviewProps']
  return { ...(typeof own === 'object' ? (own as Props | null) : {}), ...(locale !== '' && { locale }), ...data }
}

/** A string, or a function of the props that gives one. */
function stated(value: unknown, props: Props): string | undefined {
  const result: unknown = typeof value === 'function' ? (value as Component)(props) : value
  return typeof result === 'string' ? result : undefined
}

function headOf(template: Readonly<Record<string, unknown>>, props: Props): Partial<RenderingHead> {
  const names: readonly (keyof RenderingHead)[] = ['subject', 'from', 'preheader']
  const entries = names.map((name) => [name, stated(template[name], props)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function usesReact({ code }: BuiltTemplate): boolean {
  return /\brequire\("(?:[^"]*[\\/]node_modules[\\/])?react["\\/]/.test(code)
}

/** Preact, Solid, tagged strings: whatever it is, the module renders it. */
async function renderPlain(component: Component, props: Props): Promise<string> {
  const html = await component(props)
  if (typeof html === 'string') return html
  throw new TypeError(
    'The template does not use React: its default export has to be a function that gives HTML as a string',
  )
}

/** By React Email where it is installed; otherwise by React. */
async function loadReact(project: Project): Promise<RenderElement> {
  const { createElement } = (await project.import('react')) as {
    createElement: (type: Component, props: Props) => unknown
  }
  const email = await optional<{ render: (element: unknown) => Promise<string> }>(project, '@react-email/render')
  if (email !== undefined) return (component, props) => email.render(createElement(component, props))
  const server = (await project.import('react-dom/server')) as { renderToStaticMarkup: (element: unknown) => string }
  return async (component, props) => `<!DOCTYPE html>${server.renderToStaticMarkup(createElement(component, props))}`
}

async function optional<Module>(project: Project, specifier: string): Promise<Module | undefined> {
  try {
    return (await project.import(specifier)) as Module
  } catch (error) {
    if (error instanceof MissingPackage) return undefined
    throw error
  }
}

/** An error with the place in the source that its stack tells by way of the bundle. */
function placed(error: unknown, built: BuiltTemplate, { file, root }: EngineInput): unknown {
  if (!(error instanceof Error) || error instanceof MissingPackage) return error
  const frames = originalFrames(error.stack ?? '', built, { file, root })
  const [innermost] = frames
  const message = messageOf(error)
  if (innermost === undefined) return new TemplateError([{ severity: 'error', message }], { cause: error })
  const through = [...new Set(frames.map((frame) => frame.file))].filter((path) => path !== innermost.file).reverse()
  return new TemplateError([{ severity: 'error', message, ...innermost, through }], { cause: error })
}

function messageOf(error: Error): string {
  // Node lists who required it: paths of this machine.
  const message =
    'code' in error && error.code === 'MODULE_NOT_FOUND' ? error.message.split('\n', 1).join('') : error.message
  return error.name === 'Error' || error.name === 'TypeError' ? message : `${error.name}: ${message}`
}

type Frame = Required<Pick<Diagnostic, 'file' | 'line' | 'column'>>

/** Innermost first; only what lies in the bundle, and no package. */
function originalFrames(
  stack: string,
  built: BuiltTemplate,
  place: Pick<EngineInput, 'file' | 'root'>,
): readonly Frame[] {
  const map = sourceMapOf(built)
  if (map === undefined) return []
  const frames: Frame[] = []
  for (const line of stack.split('\n')) {
    const at = line.lastIndexOf(`${place.file}:`)
    const [row, column] =
      at < 0
        ? []
        : line
            .slice(at + place.file.length + 1)
            .split(/[:)]/, 2)
            .map(Number)
    if (row === undefined || column === undefined || Number.isNaN(row) || Number.isNaN(column)) continue
    const entry = map.findEntry(row - 1, column - 1)
    if (!('originalSource' in entry)) continue
    const file = resolve(place.root, entry.originalSource)
    frames.push({ file, line: entry.originalLine + 1, column: entry.originalColumn + 1 })
  }
  return frames
}

function sourceMapOf({ code }: BuiltTemplate): SourceMap | undefined {
  const marker = '//# sourceMappingURL=data:application/json;base64,'
  const at = code.lastIndexOf(marker)
  if (at < 0) return undefined
  const json = Buffer.from(code.slice(at + marker.length).trim(), 'base64').toString()
  return new SourceMap(JSON.parse(json) as ConstructorParameters<typeof SourceMap>[0])
}
