/** The value of the option `templates`: a folder as text, or an object of a configuration file that says more. */
import { resolve } from 'node:path'
import * as v from 'valibot'
import type { Criteria } from '../query/criteria.ts'
import { parseQuery } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import type { TemplateCommand } from '../templates/renderer.ts'
import { pickSources, type TieRule } from '../templates/tie-rule.ts'
import { BadValue } from './config-error.ts'
import type { Kind } from './kinds.ts'

/** Templates, and how they are rendered. */
export interface TemplateSettings {
  /** Folder of the templates; absolute. */
  readonly directory: string
  /** Where their packages are looked for besides the folder: where the value was given. Absolute. */
  readonly projectDirectory: string
  readonly inlineCss: boolean
  /** Of one rendering, milliseconds. Not given: 2,000, of a command 10,000. */
  readonly timeoutMs?: number
  readonly memoryMiB: number
  readonly polling: boolean
  readonly commands: readonly TemplateCommand[]
  /** Name of an engine by the glob of the templates it renders, relative to the folder, in the order they are tried. */
  readonly engines: ReadonlyMap<string, string>
  /** Which captured messages follow which template: the first that fits. Without criteria every message does. */
  readonly rules: readonly (TieRule & { readonly criteria: Criteria | undefined })[]
  /** Commands that send mail again when files are saved. */
  readonly replay: readonly ReplayCommand[]
}

/** A command that sends mail again on every save; what it sends stands in for what it sent before. */
export interface ReplayCommand {
  /** Globs of files, relative to the folder of the templates. */
  readonly on: readonly string[]
  /** The program and its arguments; never a shell. */
  readonly command: readonly [string, ...string[]]
  /** Of one run, milliseconds. */
  readonly timeoutMs: number
}

const headerPick = /^header:[!-9;-~]{1,100}$/
const text = v.pipe(v.string(), v.nonEmpty(), v.check(hasNoNul))
const command = v.strictObject({
  glob: text,
  command: v.pipe(v.tupleWithRest([text], v.pipe(v.string(), v.check(hasNoNul))), v.readonly()),
  watch: v.exactOptional(v.pipe(v.array(text), v.readonly())),
  persistent: v.exactOptional(v.boolean()),
})
const pickSource = v.union(
  [
    v.picklist(pickSources),
    v.custom<`header:${string}`>((value) => typeof value === 'string' && headerPick.test(value)),
  ],
  `none of ${pickSources.join(', ')}, header:NAME`,
)
const pick = v.union([
  pickSource,
  v.strictObject({ from: pickSource, after: v.exactOptional(text), before: v.exactOptional(text) }),
])
const rule = v.strictObject({
  query: v.string(),
  template: text,
  fixture: v.exactOptional(text),
  locale: v.exactOptional(text),
  data: v.exactOptional(v.record(text, pick)),
})
const replay = v.strictObject({
  on: v.exactOptional(v.array(text), ['**']),
  command: v.pipe(v.tupleWithRest([text], v.pipe(v.string(), v.check(hasNoNul))), v.readonly()),
  timeoutMs: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(3_600_000)), 60_000),
})
const settings = v.strictObject({
  directory: text,
  inlineCss: v.exactOptional(v.boolean(), false),
  timeoutMs: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(60_000))),
  memoryMiB: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(4_096)), 256),
  polling: v.exactOptional(v.boolean(), false),
  commands: v.exactOptional(v.array(command), []),
  engines: v.exactOptional(v.record(text, text), {}),
  rules: v.exactOptional(v.array(rule), []),
  replay: v.exactOptional(v.array(replay), []),
})

/** A folder of templates, and how they are rendered. Paths are relative to where this is given. */
export interface TemplatesObject {
  readonly directory: string
  /** Inline the CSS of HTML templates. Default false. */
  readonly inlineCss?: boolean
  /** Of one rendering, milliseconds, 100 to 60,000. Default 2,000, of a command 10,000. */
  readonly timeoutMs?: number
  /** Memory of the process that renders, MiB, 64 to 4,096. Default 256. */
  readonly memoryMiB?: number
  /** Look for changes twice a second, where the system does not tell of them: network shares, some containers. Default false. */
  readonly polling?: boolean
  /** Programs that render, by the glob of their templates; they win over extensions. */
  readonly commands?: readonly TemplateCommand[]
  /** Name of an engine by the glob of its templates, relative to the folder: `{ "mail/*.html": "liquid" }`. Default: by extension. */
  readonly engines?: Readonly<Record<string, string>>
  /** Which captured messages follow which template: the first that fits. */
  readonly rules?: readonly TieRule[]
  /**
   * Commands that send mail again on every save: by default of any file in the folder, within 60 s. They run where this is
   * given.
   */
  readonly replay?: readonly (Pick<ReplayCommand, 'command'> & Partial<ReplayCommand>)[]
}

/** What a configuration file says of templates. */
export type TemplatesValue = string | TemplatesObject

export const templates: Kind<TemplateSettings | undefined> = {
  repeatable: false,
  read(value, folder) {
    const given = typeof value === 'string' ? { directory: value } : value
    const read = v.safeParse(settings, given)
    if (!read.success) throw new BadValue(wanted(read.issues[0], typeof value === 'string'))
    const { directory, engines, rules, ...rest } = read.output
    return {
      ...rest,
      directory: resolve(folder, directory),
      projectDirectory: folder,
      engines: new Map(Object.entries(engines)),
      rules: rules.map((each, index) => ({ ...each, criteria: criteriaOf(each.query, index) })),
    }
  },
  show: (value) => value?.directory ?? 'none',
}

function criteriaOf(query: string, index: number): Criteria | undefined {
  try {
    return parseQuery(query).criteria
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    throw new BadValue(`another rules.${index}.query (${error.message}, at character ${error.position + 1})`)
  }
}

function hasNoNul(text: string): boolean {
  return !text.includes('\0')
}

function wanted(issue: v.BaseIssue<unknown>, asText: boolean): string {
  const path = v.getDotPath(issue)
  if (asText || path === null)
    return 'a folder, or { directory, inlineCss, timeoutMs, memoryMiB, polling, commands, engines, rules, replay }'
  return `another ${path} (${issue.message})`
}
