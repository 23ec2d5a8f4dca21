import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Transform } from 'node:stream'
import { systemClock } from '../clock.ts'
import { readJson } from '../json.ts'
import type { TemplateData } from '../templates/engine.ts'
import type { RenderResult, TemplateCommand } from '../templates/renderer.ts'
import type { TemplateBatch } from '../templates/unwatched.ts'
import { templatesWith } from './open-templates.ts'
import { errorOf, PluginError, textOf } from './plugin-error.ts'
import { pluginStream } from './plugin-stream.ts'
import { readContents, replaceContents, type Vinyl } from './vinyl.ts'

export interface RenderOptions {
  /** Goes through JSON. Over the fixture's: objects are merged, everything else is replaced. Default: nothing. */
  readonly data?: object
  /** Which of each template's fixtures; one that a template has not is its `default` one. Default `default`. */
  readonly fixture?: string
  /** BCP 47, for templates that have no language in their name. Default none. */
  readonly locale?: string
  /** Folder of the templates, from where names, fixtures and globs count. Default: where the glob of `src` begins. */
  readonly root?: string
  /** Where engines are installed. Default: where Gulp runs. */
  readonly projectDirectory?: string
  /** Name of an engine by the glob of its templates, relative to the root. Default: by extension. */
  readonly engines?: Readonly<Record<string, string>>
  /** Programs that render, by the glob of their templates; they win over extensions. */
  readonly commands?: readonly TemplateCommand[]
  /** Inline the CSS of HTML templates. Default false. */
  readonly inlineCss?: boolean
  /** Of one rendering, milliseconds. Default 2,000. */
  readonly timeoutMs?: number
  /** Memory of the process that renders, MiB. Default 256. */
  readonly memoryMiB?: number
}

const plugin = 'stuntmail.render'

/**
 * Renders templates: `welcome.mjml` becomes `welcome.html`, by the same engines, front matter and fixtures as in the
 * templates view of Stuntmail. What comes in counts, not what is on the disk; TSX and commands, which read the file
 * itself, refuse what was changed on the way.
 *
 * Partials, layouts and data go no further, since they are in the templates by then; files that are no templates go
 * on as they are. Each rendered file has `file.stuntmail`: subject, from, preheader and text. A template that gives only a
 * text becomes `.txt`, a command's whole message without HTML `.eml`.
 *
 * No engine says which part of its HTML comes from where, so a source map names its sources and maps nothing.
 *
 * @throws PluginError (as an error of the stream) with file and line; at once for options that cannot be used.
 */
export function render(options: RenderOptions = {}): Transform {
  const data = jsonOf(options.data ?? {})
  const folders = new Map<string, Promise<Folder>>()
  const folderOf = (vinyl: Vinyl): Promise<Folder> => {
    const base = resolve(vinyl.cwd, options.root ?? vinyl.base)
    const known = folders.get(base) ?? openFolder(base, vinyl.cwd, options)
    folders.set(base, known)
    return known
  }
  return pluginStream({
    plugin,
    async file(vinyl) {
      if (vinyl.isNull()) return vinyl
      const folder = await folderOf(vinyl)
      const file = pathIn(folder.base, vinyl.path)
      const place = folder.batch.place(file)
      if (place.kind === 'other') return vinyl
      if (place.kind === 'part') return undefined
      const octets = await readContents(vinyl)
      const result = await folder.batch.render({
        file,
        source: (octets ?? Buffer.alloc(0)).toString('utf8').replace(/^\uFEFF/, ''),
        modifiedAt: vinyl.stat?.mtime.getTime(),
        data,
        fixture: options.fixture ?? 'default',
        locale: options.locale ?? '',
      })
      if (result.failed) throw errorOf(plugin, result.diagnostics, { root: folder.root, file: vinyl.path })
      for (const each of result.diagnostics) process.emitWarning(textOf(each), 'StuntmailWarning')
      become(vinyl, result, { template: file.slice(0, -place.extension.length), extension: place.extension })
      return vinyl
    },
    close() {
      for (const folder of folders.values()) folder.then(({ batch }) => batch.end()).catch(() => undefined)
    },
  })
}

interface Folder {
  /** As files say it. */
  readonly base: string
  /** Real. */
  readonly root: string
  readonly batch: TemplateBatch
}

async function openFolder(base: string, cwd: string, options: RenderOptions): Promise<Folder> {
  const { commands, inlineCss, timeoutMs, memoryMiB } = options
  const templates = await templatesWith({
    root: base,
    projectDirectory: resolve(cwd, options.projectDirectory ?? '.'),
    engines: new Map(Object.entries(options.engines ?? {})),
    ...(commands !== undefined && { commands }),
    ...(inlineCss !== undefined && { inlineCss }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(memoryMiB !== undefined && { memoryMiB }),
  })
  return { base, root: templates.root, batch: await templates.begin() }
}

/** With `/`. @throws PluginError for what is outside. */
function pathIn(base: string, path: string): string {
  const way = relative(base, path)
  if (way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return way.split(sep).join('/')
  const message = `It is outside of the folder of templates, ${base}: name another one with root`
  throw new PluginError(plugin, message, { place: { fileName: path } })
}

/** Makes of a template what came of it, as Gulp's own plugins do. */
function become(
  vinyl: Vinyl,
  result: RenderResult,
  { template, extension }: { readonly template: string; readonly extension: string },
): void {
  const { ending, octets } = outputOf(result)
  const { subject, from, preheader, text } = result
  replaceContents(vinyl, octets)
  vinyl.path = vinyl.path.slice(0, -extension.length) + ending
  vinyl.stuntmail = { template, subject, from, preheader, text }
  // What is written is new, also where only a partial was saved: `dest` gives the file this time.
  if (vinyl.stat !== null) vinyl.stat.mtime = new Date(systemClock.now())
  if (vinyl.sourceMap !== undefined)
    vinyl.sourceMap = { ...vinyl.sourceMap, file: vinyl.relative, names: [], mappings: '' }
}

function outputOf({ html, text, message }: RenderResult): { readonly ending: string; readonly octets: Buffer } {
  if (html !== '') return { ending: '.html', octets: Buffer.from(html) }
  if (message !== undefined) return { ending: '.eml', octets: Buffer.from(message, 'latin1') }
  return { ending: text === '' ? '.html' : '.txt', octets: Buffer.from(text) }
}

/** @throws PluginError. */
function jsonOf(data: object): TemplateData {
  try {
    const value = readJson(JSON.stringify(data))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TemplateData
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new PluginError(plugin, `data is nothing that JSON can say: ${reason}`, { cause: error })
  }
  throw new PluginError(plugin, 'data has to be an object with names')
}
