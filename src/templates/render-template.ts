import { basename, dirname, extname, join } from 'node:path'
import { systemClock, type Clock } from '../clock.ts'
import { htmlToText } from '../mime/html-text.ts'
import { frozenData } from './data.ts'
import { diagnose, presentable, relativePath, type Place } from './diagnose.ts'
import { TemplateError, type Diagnostic } from './diagnostic.ts'
import type { BuiltTemplate, EngineInput, EngineOutput, JsonValue, LoadedEngine } from './engine.ts'
import { engineOf } from './engines.ts'
import { splitFrontMatter, type FrontMatter } from './front-matter.ts'
import { inlineCss } from './inline-css.ts'
import { createReader, type TemplateReader } from './reader.ts'
import type { RenderRequest, RenderResult } from './renderer.ts'
import type { RenderingHead } from './rendering.ts'

/** Most that a template may make, in UTF-16 code units of each part. */
const maxOutputLength = 16 * 1024 * 1024
/** How much of the HTML the derived text is made of, in UTF-16 code units. */
const maxTextSource = 2 * 1024 * 1024

/** What all renderings of a process have in common. Paths are absolute and real. */
export interface RenderSettings {
  readonly root: string
  readonly projectDirectory: string
  readonly inlineCss: boolean
}

/** One rendering from its file to what is shown. Never rejects. */
export async function renderTemplate(
  engine: LoadedEngine,
  request: RenderRequest & { readonly built?: BuiltTemplate | undefined },
  settings: RenderSettings,
): Promise<RenderResult> {
  const reader = createReader([settings.root, settings.projectDirectory])
  return renderWith(request, { ...settings, reader }, async () => {
    for (const built of request.built?.files ?? []) reader.note(built)
    const text = request.source ?? reader.read(request.file)
    if (text === undefined)
      throw new TemplateError([{ severity: 'error', message: 'The template is not there any more' }])
    const matter = splitFrontMatter(text, request.file)
    const input: EngineInput = {
      file: request.file,
      source: matter.source,
      data: frozenData(request.data),
      root: settings.root,
      locale: request.locale,
      reader,
      matter: matter.matter,
      inlineCss: matter.matter['inline'] === undefined ? settings.inlineCss : matter.matter['inline'] === true,
      ...(request.built && { built: request.built }),
    }
    const output = await engine.render(input)
    const html = input.inlineCss && output.html !== undefined && { html: await inlineCss(output.html, input) }
    return { ...output, ...html, ...(await besides(engine, input, { matter, output })) }
  })
}

/**
 * Makes a result of what an engine or a command gives, or of what it throws. Never rejects.
 * @param render Its output, with absolute paths.
 */
export async function renderWith(
  { file }: Pick<RenderRequest, 'file'>,
  settings: Pick<RenderSettings, 'root' | 'projectDirectory'> & {
    readonly reader: TemplateReader
    readonly clock?: Clock
  },
  render: () => Promise<EngineOutput>,
): Promise<RenderResult> {
  const { root, projectDirectory, reader, clock = systemClock } = settings
  const start = clock.monotonic()
  const place: Place = { root, projectDirectory, file }
  let output: EngineOutput = {}
  let diagnostics: readonly Diagnostic[]
  let failed = false
  try {
    output = withinLimits(await render())
    diagnostics = (output.warnings ?? []).map((warning) => presentable(warning, place))
  } catch (error) {
    failed = true
    if (error instanceof TemplateError)
      output = { files: error.files, filesAssumed: error.filesAssumed, missing: error.missing }
    diagnostics = diagnose(error, place)
  }
  const relative = (paths: Iterable<string>): readonly string[] => [
    ...new Set([...paths].map((path) => relativePath(root, path))),
  ]
  return {
    failed,
    ...contentOf(output),
    diagnostics: [...diagnostics].sort((one, other) => one.severity.localeCompare(other.severity)),
    files: relative([file, ...reader.files, ...(output.files ?? [])]),
    ...(output.filesAssumed === true && { filesAssumed: true }),
    missing: relative([...reader.missing, ...(output.missing ?? [])]),
    renderMs: clock.monotonic() - start,
  }
}

function contentOf(
  output: EngineOutput,
): Pick<RenderResult, 'html' | 'text' | 'textDerived' | 'message'> & RenderingHead {
  const { text, message, head = {} } = output
  // Front matter leaves empty lines.
  const html = (output.html ?? '').replace(/^[\r\n]+/, '')
  return {
    html,
    text: text ?? htmlToText(html.slice(0, maxTextSource)),
    textDerived: text === undefined && message === undefined,
    message,
    subject: head.subject ?? '',
    from: head.from ?? '',
    preheader: head.preheader ?? '',
  }
}

function withinLimits(output: EngineOutput): EngineOutput {
  for (const part of [output.html, output.text, output.message]) {
    if (part === undefined || part.length <= maxOutputLength) continue
    throw new TemplateError([{ severity: 'error', message: 'The template makes more than 16 Mi characters' }])
  }
  return output
}

/** Subject, sender, preheader and text: what the template says itself, then its front matter, then files beside it. */
async function besides(
  engine: LoadedEngine,
  input: EngineInput,
  { matter, output }: { readonly matter: FrontMatter; readonly output: EngineOutput },
): Promise<Pick<EngineOutput, 'text' | 'head'>> {
  const value = async (name: keyof RenderingHead | 'text'): Promise<string | undefined> => {
    const stated = asText(matter.matter[name])
    if (stated === undefined) return siblingText(engine, input, name)
    return expand(engine, { ...input, source: '\n'.repeat((matter.lines.get(name) ?? 1) - 1) + stated })
  }
  const { subject, from, preheader } = output.head ?? {}
  const text = output.text ?? (await value('text'))
  return {
    head: {
      subject: oneLine(subject ?? (await value('subject'))),
      from: oneLine(from ?? (await value('from'))),
      preheader: oneLine(preheader ?? (await value('preheader'))),
    },
    ...(text !== undefined && { text }),
  }
}

/** `welcome.subject.hbs`, `welcome.subject.txt`; for the text part also `welcome.txt`. */
async function siblingText(engine: LoadedEngine, input: EngineInput, name: string): Promise<string | undefined> {
  if (name !== 'subject' && name !== 'text') return undefined
  const extension = engineOf(input.file)?.extension ?? extname(input.file)
  const base = join(dirname(input.file), basename(input.file).slice(0, -extension.length))
  const endings = [`.${name}${extname(input.file)}`, `.${name}.txt`, ...(name === 'text' ? ['.txt'] : [])]
  for (const ending of endings) {
    const file = base + ending
    const source = file === input.file ? undefined : input.reader.read(file)
    if (source !== undefined) return expand(engine, { ...input, file, source })
  }
  return undefined
}

async function expand(engine: LoadedEngine, input: EngineInput): Promise<string> {
  return (engine.renderText === undefined ? input.source : await engine.renderText(input)).trim()
}

function asText(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
}

function oneLine(text: string | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').trim()
}
