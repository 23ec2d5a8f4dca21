/** MJML 4 and 5, whichever the project has. */
import { join } from 'node:path'
import { htmlToText } from '../../mime/html-text.ts'
import { TemplateError } from '../diagnostic.ts'
import type { Engine, EngineInput, EngineOutput } from '../engine.ts'
import type { RenderingHead } from '../rendering.ts'
import { MjmlScan, type MjmlSoftError } from './mjml-scan.ts'

export const mjmlEngine: Engine = {
  name: 'mjml',
  extensions: ['.mjml'],
  async load(project) {
    const mjml = mjmlFunction(await project.import('mjml'))
    const settings = {
      decodesPaths: Number.parseInt(project.version('mjml') ?? '', 10) >= 5,
      configFolder: project.root,
    }
    return { render: (input) => render(mjml, settings, input), forget: () => undefined }
  },
}

/** What MJML's function returns, in 5 as a promise. */
interface MjmlResult {
  readonly html: string
  readonly json: MjmlNode
  readonly errors: readonly MjmlSoftError[]
}

interface MjmlNode {
  readonly tagName?: string
  readonly absoluteFilePath?: string
  readonly content?: string
  readonly children?: readonly MjmlNode[]
}

type MjmlFunction = (source: string, options: object) => MjmlResult | Promise<MjmlResult>

interface Settings {
  /** MJML 5 takes percent signs in the paths of includes for escapes. */
  readonly decodesPaths: boolean
  readonly configFolder: string
}

async function render(
  mjml: MjmlFunction,
  { decodesPaths, configFolder }: Settings,
  input: EngineInput,
): Promise<EngineOutput> {
  const scan = new MjmlScan(input.reader, decodesPaths)
  scan.read(input.file, input.source)
  if (scan.errors.length > 0) throw new TemplateError([...scan.errors, ...scan.warnings])
  const config = join(configFolder, '.mjmlconfig')
  const { html, json, errors } = await mjml(input.source, {
    filePath: input.file,
    actualPath: input.file,
    ignoreIncludes: false,
    includePath: [...scan.folders],
    ...(input.reader.read(config) !== undefined && { mjmlConfigPath: config, useMjmlConfigOptions: true }),
  })
  return {
    html,
    head: headOf(json),
    files: [...new Set(filesOf(json))],
    warnings: [...scan.warnings, ...errors.map((error) => scan.placed(error))],
  }
}

/** MJML is CommonJS compiled from modules: its function may lie behind one `default` or two. */
function mjmlFunction(module: unknown): MjmlFunction {
  let found = module
  for (let depth = 0; depth < 2 && typeof found !== 'function'; depth++) {
    found = typeof found === 'object' && found !== null && 'default' in found ? found.default : undefined
  }
  if (typeof found !== 'function') throw new Error('The installed package mjml has no function to render by')
  return found as MjmlFunction
}

/** The last one counts, as for MJML. What is written as HTML there is text here. */
function headOf({ children = [] }: MjmlNode): Partial<RenderingHead> {
  const head = children.find(({ tagName }) => tagName === 'mj-head')
  const content = (name: string) => head?.children?.findLast(({ tagName }) => tagName === name)?.content
  const title = content('mj-title')
  const preview = content('mj-preview')
  return {
    ...(title !== undefined && { subject: htmlToText(title) }),
    ...(preview !== undefined && { preheader: htmlToText(preview) }),
  }
}

/** Where the nodes of the tree come from: the files that were read as MJML. */
function* filesOf(node: MjmlNode): Generator<string, void, undefined> {
  if (node.absoluteFilePath !== undefined) yield node.absoluteFilePath
  for (const child of node.children ?? []) yield* filesOf(child)
}
