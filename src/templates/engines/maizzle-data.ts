import type { TemplateData } from '../engine.ts'

/** Settings of Maizzle, or a part of them. */
export type Members = Readonly<Record<string, unknown>>

/** What stands for a character that begins expressions: one of the area for private use, until all are evaluated. */
const privateArea = 0xe000
/** Not plain, so that Maizzle takes an object of it as it is. */
const opaque: object = Object.freeze({})

/** A member of what may be no object. */
export function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/**
 * The data of a rendering as Maizzle's templates have it: `page.name`, over front matter and configuration, and `name`.
 * None of it gets among the settings, and what looks like an expression in it is text, though Maizzle evaluates some parts
 * of a template twice. TPL-1.
 */
export class MaizzleData {
  readonly #config: Members
  readonly #expressions: unknown
  readonly #delimiters: unknown
  readonly #unescapeDelimiters: unknown
  readonly #guards: readonly (readonly [char: string, guard: string])[]
  readonly #data: Members

  /** @param more Characters that are to be no markup either: for text, where nothing is escaped. */
  constructor(config: Members, data: TemplateData, more: readonly string[] = []) {
    this.#config = config
    this.#expressions = memberOf(config, 'expressions') ?? memberOf(memberOf(config, 'posthtml'), 'expressions')
    this.#delimiters = memberOf(this.#expressions, 'delimiters') ?? ['{{', '}}']
    this.#unescapeDelimiters = memberOf(this.#expressions, 'unescapeDelimiters') ?? ['{{{', '}}}']
    // What is escaped in HTML stays, or it would not be.
    const openings =
      this.#openings()
        .join('')
        .match(/[!#-%(-;=?-~]/g) ?? []
    this.#guards = [...new Set([...openings, ...more])].map((char) => [char, guardOf(char)])
    this.#data = this.#guarded(data) as Members
  }

  /** What expressions find. @param matter As `expanded` gives it. */
  locals(matter: Members): Members {
    const own = memberOf(this.#data, 'page')
    const data = isPlain(own) ? layered(this.#data, own) : this.#data
    const page = layered(layered(this.#config, this.#guarded(matter) as Members), data)
    return {
      ...(memberOf(this.#config, 'locals') as object | undefined),
      ...this.#data,
      page: Object.create(opaque, Object.getOwnPropertyDescriptors(page)) as object,
    }
  }

  /** Front matter, each text as `expand` gives it. */
  async expanded(matter: Members, expand: (text: string) => Promise<string>): Promise<Members> {
    // One after the other: the working folder is one for all.
    const value = async (given: unknown): Promise<unknown> => {
      if (typeof given === 'string') return expand(given)
      if (Array.isArray(given)) return Object.values(await members(Object.fromEntries(given.entries())))
      return isPlain(given) ? members(given) : given
    }
    const members = async (given: Members): Promise<Members> => {
      const entries: [string, unknown][] = []
      for (const [name, member] of Object.entries(given)) entries.push([name, await value(member)])
      return Object.fromEntries(entries)
    }
    return members(matter)
  }

  hasExpressions(text: string): boolean {
    return this.#openings().some((opening) => opening !== '' && text.includes(opening))
  }

  /** Settings with which what is escaped in HTML is not: for text. */
  unescaped(): Members {
    const delimiters = this.#unescapeDelimiters
    const unescapeDelimiters = this.#delimiters
    return { expressions: { ...(this.#expressions as object | undefined), delimiters, unescapeDelimiters } }
  }

  /** What was rendered, with the data as it is. */
  restored(text: string): string {
    let restored = text
    for (const [char, guard] of this.#guards) {
      restored = restored.replaceAll(guard, char).replaceAll(encodeURIComponent(guard), encodeURIComponent(char))
    }
    return restored
  }

  #openings(): readonly string[] {
    return [this.#delimiters, this.#unescapeDelimiters].map((pair) => (Array.isArray(pair) ? String(pair[0]) : ''))
  }

  #guarded(value: unknown): unknown {
    if (typeof value === 'string') {
      let guarded = value
      for (const [char, guard] of this.#guards) guarded = guarded.replaceAll(char, guard)
      return guarded
    }
    if (Array.isArray(value)) return value.map((item) => this.#guarded(item))
    if (!isMembers(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#guarded(member)]))
  }
}

/** Settings as front matter, in which Maizzle finds neither markup nor expressions: they have been evaluated. */
export function frontMatterOf(matter: Members): string {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  const json = JSON.stringify(matter).replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(/[^\w "\\]/g, escaped))
  return `---\n${json}\n---\n`
}

/** A character that is no markup, instead of one that may be. */
export function guardOf(char: string): string {
  return String.fromCharCode(privateArea + char.charCodeAt(0))
}

/** Objects are merged, everything else is replaced. */
function layered(under: Members, over: Members): Members {
  const merged = new Map(Object.entries(under))
  for (const [name, value] of Object.entries(over)) {
    const below = merged.get(name)
    merged.set(name, isPlain(value) && isPlain(below) ? layered(below, value) : value)
  }
  return Object.fromEntries(merged)
}

function isPlain(value: unknown): value is Members {
  if (!isMembers(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}
