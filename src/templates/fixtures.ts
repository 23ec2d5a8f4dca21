/** Data for templates out of files: JSON, YAML, and programs, which only the rendering process runs. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isModule, type FixtureSource, type TemplateSources } from './catalogue.ts'
import { diagnose } from './diagnose.ts'
import { TemplateError, type Diagnostic } from './diagnostic.ts'
import type { JsonValue, TemplateData } from './engine.ts'
import { parseJson } from './json-data.ts'
import { MalformedData } from './malformed-data.ts'
import type { Evaluation, RendererOptions } from './renderer.ts'
import { parseYaml } from './yaml.ts'

/** Largest file of data, in octets. */
const maxDataOctets = 8 * 1024 * 1024

export interface FixtureReader {
  readonly place: Pick<RendererOptions, 'root' | 'projectDirectory'>
  /** Runs a module of data, or knows what came of it. @param file Relative. */
  evaluate(file: string): Promise<Evaluation>
}

/** Data, and what it is of. Paths relative to the root. */
export interface FixtureData {
  readonly data: TemplateData
  /** With an error among them the data is not what its author means. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
}

/** The files that make up a fixture in a language, what is laid over others last. */
export function layersOf(template: TemplateSources, fixture: string, locale: string): readonly FixtureSource[] {
  const sources = template.data.get(fixture) ?? []
  const localeFile = template.localeData.get(locale)
  const common = localeFile === undefined ? [] : [{ file: localeFile, locale, export: undefined }]
  const own = locale === '' ? [] : sources.filter((source) => source.locale === locale)
  return [...common, ...sources.filter((source) => source.locale === ''), ...own]
}

/** Reads them one over the other: objects are merged, everything else is replaced. */
export async function readLayers(layers: readonly FixtureSource[], reader: FixtureReader): Promise<FixtureData> {
  let data: TemplateData = {}
  const diagnostics: Diagnostic[] = []
  const files: string[] = []
  for (const layer of layers) {
    const read = await readLayer(layer, reader)
    data = merged(data, read.data)
    diagnostics.push(...read.diagnostics)
    files.push(...read.files)
  }
  return { data, diagnostics, files: [...new Set(files)] }
}

async function readLayer(layer: FixtureSource, reader: FixtureReader): Promise<FixtureData> {
  const { file } = layer
  const { place } = reader
  if (isModule(file)) return readModule(layer, reader)
  const path = join(place.root, file)
  try {
    const text = await readText(path)
    const value = file.endsWith('.json') ? parseJson(text) : (parseYaml(text) ?? {})
    if (!isObject(value)) throw new TypeError('Data of a template is an object with names')
    return { data: value, diagnostics: [], files: [file] }
  } catch (error) {
    return { data: {}, diagnostics: diagnose(placed(error, path), { ...place, file: path }), files: [file] }
  }
}

async function readModule(
  { file, export: name = 'default' }: FixtureSource,
  reader: FixtureReader,
): Promise<FixtureData> {
  const { exports, diagnostics, files } = await reader.evaluate(file)
  const value = exports.get(name)
  const failed = diagnostics.some(({ severity }) => severity === 'error')
  if (failed || (value !== undefined && isObject(value))) {
    return { data: value !== undefined && isObject(value) ? value : {}, diagnostics, files }
  }
  const message = `The export ${name} is no object of JSON values`
  return { data: {}, diagnostics: [...diagnostics, { severity: 'error', message, file }], files }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > maxDataOctets) throw new RangeError('Data of a template may have at most 8 MiB')
  return readFile(path, 'utf8')
}

function placed(error: unknown, file: string): unknown {
  if (!(error instanceof MalformedData)) return error
  const { message, line, column } = error
  return new TemplateError([{ severity: 'error', message, file, line, column }], { cause: error })
}

/** Whether it is an object with names, and no list. */
export /** Of JSON; no array. */
function isObject(value: JsonValue): value is TemplateData {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Objects are merged, everything else is replaced. No prototype: `__proto__` in data is a name like others. TPL-1. */
export function merged(under: TemplateData, over: TemplateData): TemplateData {
  const result = Object.create(null) as { [name: string]: JsonValue }
  for (const [name, value] of Object.entries(under)) result[name] = value
  for (const [name, value] of Object.entries(over)) {
    const below = result[name]
    result[name] = below !== undefined && isObject(below) && isObject(value) ? merged(below, value) : value
  }
  return result
}
