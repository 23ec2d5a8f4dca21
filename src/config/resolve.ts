import { inspect } from 'node:util'
import { BadValue, ConfigError } from './config-error.ts'
import { nearest } from './nearest.ts'
import { environmentName, optionKeys, optionOf, type Option, type OptionKey, type Settings } from './options.ts'

/** Where values come from, and how people call each of them there. */
export interface Source {
  /** The values as they were given, by key of the option. */
  readonly values: ReadonlyMap<OptionKey, unknown>
  /** What to call the place of a value: `--smtp`, `STUNTMAIL_SMTP`, `listen.smtp in stuntmail.config.json`. */
  nameOf(key: OptionKey): string
  /** Where relative paths begin. */
  readonly folder: string
}

export interface Resolved {
  readonly settings: Settings
  /** What set each option, as `nameOf` of its source says; an option that nobody set is not in it. */
  readonly origins: ReadonlyMap<OptionKey, string>
}

/**
 * One value for each option.
 * @param sources the strongest first.
 * @param side whose initial values hold where no source has one.
 * @throws ConfigError for a value that cannot be used.
 */
export function resolveSettings(sources: readonly Source[], side: 'command' | 'embedded'): Resolved {
  const origins = new Map<OptionKey, string>()
  const ranks = new Map<OptionKey, number>()
  const settings: Record<string, unknown> = {}
  for (const key of optionKeys) {
    const row = optionOf(key)
    const rank = sources.findIndex(({ values }) => values.get(key) !== undefined)
    const source = sources[rank]
    if (source === undefined) {
      settings[key] = side === 'embedded' && 'embedded' in row ? row.embedded : row.initial
      continue
    }
    settings[key] = read(key, source)
    origins.set(key, source.nameOf(key))
    ranks.set(key, rank)
  }
  if (settings['tlsKey'] !== undefined && settings['tlsCert'] === undefined) {
    throw new ConfigError('usage', `${origins.get('tlsKey') ?? ''} needs the certificate too: give --tls-cert FILE.`)
  }
  // Each key was given a value of its row's kind above.
  const resolved = { settings: settings as Settings, origins }
  return side === 'embedded' && !ranks.has('memory') && !ranks.has('data')
    ? withSetting(resolved, 'memory', true)
    : chooseMemoryOrData(resolved, ranks)
}

/** The stronger of the two counts: `--data` on the command line beats `memory` in a file. */
function chooseMemoryOrData(resolved: Resolved, ranks: ReadonlyMap<OptionKey, number>): Resolved {
  const { settings, origins } = resolved
  const [memory, data] = [ranks.get('memory'), ranks.get('data')]
  if (!settings.memory || memory === undefined || data === undefined) return resolved
  if (memory === data) {
    const names = `${origins.get('data') ?? ''} and ${origins.get('memory') ?? ''}`
    throw new ConfigError(
      'usage',
      `${names} exclude each other: messages are kept in a folder or in memory. Leave one out.`,
    )
  }
  return memory < data ? withSetting(resolved, 'data', undefined) : withSetting(resolved, 'memory', false)
}

function withSetting<Key extends OptionKey>(resolved: Resolved, key: Key, value: Settings[Key]): Resolved {
  const origins = new Map(resolved.origins)
  origins.delete(key)
  return { settings: { ...resolved.settings, [key]: value }, origins }
}

function read(key: OptionKey, source: Source): unknown {
  const value = source.values.get(key)
  const { kind } = optionOf(key)
  try {
    return kind.read(value, source.folder)
  } catch (error) {
    if (!(error instanceof BadValue)) throw error
    // A password may be in it.
    const secret = key === 'smtpUsers' || key === 'mailUsers' || key === 'uiUsers'
    const given = secret ? 'this value' : shown(value)
    throw new ConfigError('usage', `${source.nameOf(key)}: ${given} does not do. Give ${error.message}.`, {
      cause: error,
    })
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: Infinity })
  return `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`
}

/** From the environment. @throws ConfigError for a `STUNTMAIL_` name that is no option. */
export function environmentSource(environment: NodeJS.ProcessEnv, folder: string): Source {
  const keys = new Map(
    optionKeys.filter((key) => optionOf(key).from !== 'flag').map((key) => [environmentName(optionOf(key)), key]),
  )
  const values = new Map<OptionKey, unknown>()
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('STUNTMAIL_') || value === undefined || isServiceLink(name, value)) continue
    const key = keys.get(name)
    if (key === undefined) throw unknown(name, [...keys.keys()], 'in the environment')
    // `STUNTMAIL_SMTP=` in a compose file means that it is not set.
    if (value !== '') values.set(key, value)
  }
  return { values, folder, nameOf: (key) => environmentName(optionOf(key)) }
}

/** What Kubernetes and Docker tell a container about a service that is called stuntmail too. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /^(?:tcp|udp):\/\//.test(value) ||
    /_SERVICE_(?:HOST|PORT)(?:_|$)/.test(name) ||
    /_(?:TCP|UDP)(?:_[A-Z]+)?$/.test(name)
  )
}

/**
 * From a value of the shape of `StuntmailOptions`.
 * @param place for people: the name of a file, or `startStuntmail`.
 * @throws ConfigError for a key that is no option.
 */
export function objectSource(given: unknown, place: ObjectPlace): Source {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConfigError('usage', `${place.name}: expected an object of options, such as { listen: { smtp: 2525 } }.`)
  }
  const known = optionKeys.filter((key) => place.takes.includes(optionOf(key).from))
  const values = new Map<OptionKey, unknown>()
  for (const [path, value] of flattened(given)) {
    const key = known.find((each) => each === path)
    if (key === undefined) throw unknown(path, known, `in ${place.name}`)
    if (value !== undefined) values.set(key, value)
  }
  return { values, folder: place.folder, nameOf: (key) => `${key} in ${place.name}` }
}

export interface ObjectPlace {
  readonly name: string
  readonly folder: string
  /** Which options may stand there. */
  readonly takes: readonly Option<unknown>['from'][]
}

/** `listen` is the one key with keys of its own. */
function flattened(given: object): readonly (readonly [path: string, value: unknown])[] {
  return Object.entries(given).flatMap(([key, value]: [string, unknown]) => {
    const nested = key === 'listen' && typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!nested) return [[key, value] as const]
    return Object.entries(value).map(
      ([inner, innerValue]: [string, unknown]) => [`listen.${inner}`, innerValue] as const,
    )
  })
}

/** An option that is not there, with the one that was probably meant. */
function unknown(name: string, known: readonly string[], where: string): ConfigError {
  const near = nearest(name, known)
  const hint = near === undefined ? 'See stuntmail --help for those there are.' : `Did you mean ${near}?`
  return new ConfigError('usage', `There is no option ${name} (${where}). ${hint}`)
}
