/**
 * What the files of a folder are: templates, their languages and their fixtures. By names only, nothing is read.
 *
 * A file is a template where an engine knows its extension, or a command takes it, unless it is
 * - a partial or a layout: a name in its path begins with `_`, or a folder is called `partials`, `layouts`, `components`,
 *   `includes`, `macros`, `mixins` or `snippets` (or one of them);
 * - a part of a template that is there: `welcome.subject.hbs`, `welcome.text.hbs`;
 * - a fixture of one, or a text about the folder: `README.md`, `CHANGELOG.md`, `LICENSE.md`.
 * What another template read when it was rendered, and has no fixture of its own, is a partial as well: it is not listed,
 * though it can be rendered.
 *
 * Languages: `welcome.de.hbs` is `welcome` in German, and so is `de/welcome.hbs` where `welcome.hbs` or `fr/welcome.hbs`
 * is there too. `locales/de.json` (or .yaml, .yml) gives every template that language; its members are data.
 *
 * Fixtures lie beside the template, whose name they begin with: `welcome.data.json` is the fixture `default`,
 * `welcome.vip.json` is `vip`; in JSON, YAML, or JS and TS, where each named export is one more. With a language in its
 * name, or in a folder of it, it is laid over the one without: `welcome.de.vip.json`, `de/welcome.data.json`, and
 * `welcome.de.json` for the default one. A name that begins with `@` is of a captured message (`captured.ts`), never of a
 * file.
 */
import type { Diagnostic } from './diagnostic.ts'
import { isLocale } from './locale.ts'
import type { TemplateEntry } from './templates.ts'

/** A template, and which files it is made of. Paths relative to the root. */
export interface TemplateSources extends TemplateEntry {
  /** Path without extension and language: what the names of its fixtures begin with. */
  readonly stem: string
  /** By language, '' the one without. */
  readonly variants: ReadonlyMap<string, Variant>
  /** By the fixture's name; `default` is in it only where it has files. */
  readonly data: ReadonlyMap<string, readonly FixtureSource[]>
  /** Files of data by language: `locales/de.json`. */
  readonly localeData: ReadonlyMap<string, string>
  /** False: it is a partial, as others read it. */
  readonly listed: boolean
}

interface Variant {
  readonly file: string
  readonly engine: string
}

/** A file that a fixture's data is of. */
export interface FixtureSource {
  readonly file: string
  /** Of the language's own; '' is under all. */
  readonly locale: string
  /** Which export; undefined for files that are data as a whole. */
  readonly export: string | undefined
}

export interface CatalogueInput {
  readonly files: Iterable<string>
  /** The engine of a file and its extension; undefined where it is no template. */
  engineOf(file: string): { readonly name: string; readonly extension: string } | undefined
  /** Whether a rendering of another file read it. */
  isRead(file: string): boolean
  /** Names of what a module of data exports; undefined as long as it was not run. */
  exportsOf(file: string): readonly string[] | undefined
}

export interface TemplateIndex {
  readonly templates: ReadonlyMap<string, TemplateSources>
  /** Modules of data, whose exports are fixtures. */
  readonly modules: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

const partialFolders: ReadonlySet<string> = new Set(
  ['partial', 'layout', 'component', 'include', 'macro', 'mixin', 'snippet'].flatMap((name) => [name, `${name}s`]),
)
const partNames: ReadonlySet<string> = new Set(['subject', 'text'])
const moduleEndings: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']
const dataEndings: readonly string[] = ['.json', '.yaml', '.yml', ...moduleEndings]
/** What follows a name in modules that are no data. */
const notFixtures: ReadonlySet<string> = new Set(['test', 'spec', 'stories', 'story', 'config', 'd', 'helpers'])

/** Whether a file of data is a program. */
export function isModule(file: string): boolean {
  return moduleEndings.some((ending) => file.endsWith(ending))
}

/** From files to templates. */
export function indexTemplates(input: CatalogueInput): TemplateIndex {
  const files = [...input.files].sort()
  const candidates = findCandidates(files, input)
  const groups = groupByName(candidates)
  const localeData = findLocaleData(files)
  const fixtures = findFixtures(files, groups, input)
  const named = nameGroups(groups)
  const templates = new Map<string, TemplateSources>()
  for (const [name, { group, variants }] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const data = fixtures.data.get(group) ?? new Map<string, FixtureSource[]>()
    templates.set(
      name,
      sourcesOf({ name, stem: group, variants, data, localeData, isRead: (file) => input.isRead(file) }),
    )
  }
  return { templates, modules: fixtures.modules, diagnostics: ambiguities(groups) }
}

interface Candidate extends Variant {
  readonly extension: string
  /** Path without extension and language. */
  readonly stem: string
  readonly locale: string
}

/** Templates of one stem and of one engine's extension are one template in several languages. */
type Groups = ReadonlyMap<string, ReadonlyMap<string, readonly Candidate[]>>

function findCandidates(files: readonly string[], input: CatalogueInput): readonly Candidate[] {
  const found: Omit<Candidate, 'stem' | 'locale'>[] = []
  for (const file of files) {
    if (isPartial(file) || isAbout(file)) continue
    const engine = input.engineOf(file)
    if (engine !== undefined) found.push({ file, engine: engine.name, extension: engine.extension })
  }
  const bases = new Set(found.map(withoutExtension))
  const whole = found.filter((candidate) => !isPart(withoutExtension(candidate), bases))
  const counterparts = countCounterparts(whole.map(withoutExtension))
  return whole.map((candidate) => ({ ...candidate, ...splitLocale(withoutExtension(candidate), counterparts) }))
}

function withoutExtension({ file, extension }: { readonly file: string; readonly extension: string }): string {
  return file.slice(0, file.length - extension.length)
}

function isPartial(file: string): boolean {
  const names = file.split('/')
  return names.some((name, at) => name.startsWith('_') || (at < names.length - 1 && partialFolders.has(name)))
}

function isAbout(file: string): boolean {
  return /(?:^|\/)(?:readme|changelog|license|licence|contributing)\.\w+$/i.test(file)
}

function isPart(base: string, bases: ReadonlySet<string>): boolean {
  const dot = base.lastIndexOf('.')
  return dot > 0 && partNames.has(base.slice(dot + 1)) && bases.has(base.slice(0, dot))
}

/** How many files a path without its language's folder has, by that path. */
function countCounterparts(bases: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const base of bases) {
    const path = folderLocale(base)?.stem ?? base
    counts.set(path, (counts.get(path) ?? 0) + 1)
  }
  return counts
}

/** The last folder that is called like a language. */
function folderLocale(base: string): { readonly stem: string; readonly locale: string } | undefined {
  const names = base.split('/')
  const at = names.slice(0, -1).findLastIndex(isLocale)
  const locale = names[at]
  return locale === undefined ? undefined : { stem: names.toSpliced(at, 1).join('/'), locale }
}

function splitLocale(
  base: string,
  counterparts: ReadonlyMap<string, number>,
): { readonly stem: string; readonly locale: string } {
  const dot = base.lastIndexOf('.')
  const ending = base.slice(dot + 1)
  if (dot > base.lastIndexOf('/') + 1 && isLocale(ending)) return { stem: base.slice(0, dot), locale: ending }
  const folder = folderLocale(base)
  return folder !== undefined && (counterparts.get(folder.stem) ?? 0) > 1 ? folder : { stem: base, locale: '' }
}

function groupByName(candidates: readonly Candidate[]): Groups {
  const groups = new Map<string, Map<string, Candidate[]>>()
  for (const candidate of candidates) {
    const group = groups.get(candidate.stem) ?? new Map<string, Candidate[]>()
    groups.set(candidate.stem, group)
    group.set(candidate.extension, [...(group.get(candidate.extension) ?? []), candidate])
  }
  return groups
}

/** A template's name is its stem; where several have it, the extension stays. */
function nameGroups(
  groups: Groups,
): ReadonlyMap<string, { readonly group: string; readonly variants: readonly Candidate[] }> {
  const named = new Map<string, { group: string; variants: readonly Candidate[] }>()
  for (const [stem, byExtension] of groups) {
    for (const [extension, variants] of byExtension) {
      named.set(byExtension.size === 1 ? stem : stem + extension, { group: stem, variants })
    }
  }
  return named
}

function ambiguities(groups: Groups): readonly Diagnostic[] {
  const templates = [...groups.values()].flatMap((byExtension) => [...byExtension.values()])
  return templates.flatMap((variants) => {
    const first = new Map(variants.toReversed().map(({ file, locale }) => [locale, file]))
    return variants
      .filter(({ file, locale }) => first.get(locale) !== file)
      .map(({ file, locale }) => ({
        severity: 'warning' as const,
        message: `${first.get(locale) ?? ''} is the same template in the same language`,
        file,
      }))
  })
}

function findLocaleData(files: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const file of files) {
    const [, name] = /^locales\/([^/]+)\.(?:json|ya?ml)$/.exec(file) ?? []
    if (name !== undefined && isLocale(name) && !found.has(name)) found.set(name, file)
  }
  return found
}

interface Fixtures {
  /** By stem and name. */
  readonly data: ReadonlyMap<string, Map<string, FixtureSource[]>>
  readonly modules: readonly string[]
}

function findFixtures(files: readonly string[], groups: Groups, input: CatalogueInput): Fixtures {
  const data = new Map<string, Map<string, FixtureSource[]>>()
  const modules: string[] = []
  const add = (stem: string, name: string, source: FixtureSource): void => {
    const fixtures = data.get(stem) ?? new Map<string, FixtureSource[]>()
    data.set(stem, fixtures)
    const sources = fixtures.get(name) ?? []
    if (!sources.some(({ locale }) => locale === source.locale)) fixtures.set(name, [...sources, source])
  }
  // JSON before YAML before programs, where they have one name.
  for (const ending of dataEndings) {
    for (const file of files) {
      const place = file.endsWith(ending) ? fixtureOf(file, ending, groups) : undefined
      if (place === undefined || input.engineOf(file) !== undefined) continue
      const { stem, name, locale } = place
      if (isModule(file)) modules.push(file)
      for (const exported of isModule(file) ? (input.exportsOf(file) ?? ['default']) : [undefined]) {
        const named = exported === undefined || exported === 'default' ? name : exported
        add(stem, named, { file, locale, export: exported })
      }
    }
  }
  return { data, modules }
}

/** Which template's data a file is, and of which name. */
function fixtureOf(
  file: string,
  ending: string,
  groups: Groups,
): { readonly stem: string; readonly name: string; readonly locale: string } | undefined {
  const base = file.slice(0, -ending.length)
  const dot = base.lastIndexOf('.')
  if (dot <= base.lastIndexOf('/') + 1) return undefined
  const word = base.slice(dot + 1)
  if (moduleEndings.includes(ending) && notFixtures.has(word)) return undefined
  const place = templateAt(base.slice(0, dot), groups)
  if (place === undefined) return undefined
  if (place.locale === '' && isLocale(word)) return { ...place, name: 'default', locale: word }
  return { ...place, name: word === 'data' ? 'default' : word }
}

/** The template that a path without endings belongs to: by itself, or by the language in it. */
function templateAt(base: string, groups: Groups): { readonly stem: string; readonly locale: string } | undefined {
  if (groups.has(base)) return { stem: base, locale: '' }
  const dot = base.lastIndexOf('.')
  const word = base.slice(dot + 1)
  if (dot > 0 && isLocale(word) && groups.has(base.slice(0, dot))) return { stem: base.slice(0, dot), locale: word }
  const folder = folderLocale(base)
  return folder !== undefined && groups.has(folder.stem) ? folder : undefined
}

function sourcesOf({ name, stem, variants, data, localeData, isRead }: SourcesInput): TemplateSources {
  const byLocale = new Map<string, Variant>()
  for (const { file, engine, locale } of variants) if (!byLocale.has(locale)) byLocale.set(locale, { file, engine })
  const main = byLocale.get('') ?? variants[0] ?? { file: '', engine: '' }
  const own = [...data.values()].flat().map(({ locale }) => locale)
  const locales = new Set([...byLocale.keys(), ...own, ...localeData.keys()])
  locales.delete('')
  const fixtures = [...data.keys()].filter((fixture) => fixture !== 'default').sort()
  return {
    name,
    stem,
    file: main.file,
    engine: main.engine,
    fixtures: ['default', ...fixtures],
    locales: [...locales].sort(),
    variants: byLocale,
    data,
    localeData,
    listed: data.size > 0 || ![...byLocale.values()].some(({ file }) => isRead(file)),
  }
}

interface SourcesInput {
  readonly name: string
  readonly stem: string
  readonly variants: readonly Candidate[]
  readonly data: ReadonlyMap<string, readonly FixtureSource[]>
  readonly localeData: ReadonlyMap<string, string>
  isRead(file: string): boolean
}
