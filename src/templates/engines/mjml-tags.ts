/**
 * The tags of an MJML source. MJML itself renders whatever its lenient parser makes of unbalanced tags, and says
 * nothing; here they are found, with their places. One pass, linear.
 */
import { lineStarts, placeOf, type SourcePlace } from '../source-place.ts'

/** An opening tag of MJML. */
export interface MjmlTag extends SourcePlace {
  /** In lower case, as MJML reads it. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

/** What MJML would not say. */
export interface MjmlProblem extends SourcePlace {
  readonly severity: 'error' | 'warning'
  readonly message: string
}

export interface MjmlTags {
  readonly tags: readonly MjmlTag[]
  readonly problems: readonly MjmlProblem[]
}

/** Elements whose content MJML takes as it is: no tag inside of them is MJML. The same in MJML 4 and 5. */
const rawElements: ReadonlySet<string> = new Set([
  'mj-accordion-text',
  'mj-accordion-title',
  'mj-breakpoint',
  'mj-button',
  'mj-carousel-image',
  'mj-navbar-link',
  'mj-preview',
  'mj-raw',
  'mj-social-element',
  'mj-style',
  'mj-table',
  'mj-text',
  'mj-title',
])
/** Elements that drop the text that stands in them. */
const containers: ReadonlySet<string> = new Set([
  'mjml',
  'mj-head',
  'mj-body',
  'mj-wrapper',
  'mj-section',
  'mj-column',
  'mj-group',
  'mj-hero',
])

/** Reads the tags of a source. What stands in comments and in the HTML of `mj-text` and its like is not MJML's. */
export function readMjmlTags(source: string): MjmlTags {
  return new TagReader(source).read()
}

interface OpenElement {
  readonly name: string
  readonly at: number
}

class TagReader {
  readonly #source: string
  readonly #lines: readonly number[]
  readonly #tags: MjmlTag[] = []
  readonly #problems: MjmlProblem[] = []
  readonly #open: OpenElement[] = []

  constructor(source: string) {
    this.#source = source
    this.#lines = lineStarts(source)
  }

  read(): MjmlTags {
    let at = 0
    while (at < this.#source.length) {
      const tag = this.#source.indexOf('<', at)
      this.#text(at, tag < 0 ? this.#source.length : tag)
      if (tag < 0) break
      at = this.#markup(tag)
    }
    this.#closeDownTo(0)
    return { tags: this.#tags, problems: firstOfEachPlace(this.#problems) }
  }

  /** @returns where reading goes on. */
  #markup(at: number): number {
    if (this.#source.startsWith('<!--', at)) return this.#skip(at, '-->', 'This comment is not closed')
    if (this.#source.startsWith('<![CDATA[', at)) return this.#skip(at, ']]>', 'This CDATA section is not closed')
    const tag = readTag(this.#source, at)
    if (tag === undefined) return at + 1
    if (tag.problem !== undefined) this.#problem(tag.problem.at, tag.problem.message)
    if (!isMjml(tag.name)) return tag.end
    if (tag.closing) this.#close(tag.name, at)
    else this.#opened(tag, at)
    return tag.end
  }

  #skip(at: number, end: string, message: string): number {
    const found = this.#source.indexOf(end, at)
    if (found >= 0) return found + end.length
    this.#problem(at, message)
    return this.#source.length
  }

  #opened(tag: ReadTag, at: number): void {
    if (this.#insideRaw() && !rawElements.has(tag.name)) return
    this.#tags.push({ name: tag.name, attributes: tag.attributes, ...placeOf(this.#lines, at) })
    if (!tag.selfClosing) this.#open.push({ name: tag.name, at })
  }

  #close(name: string, at: number): void {
    const index = this.#open.findLastIndex((open) => open.name === name)
    if (index < 0) {
      if (!this.#insideRaw()) this.#problem(at, `</${name}> closes nothing`)
      return
    }
    this.#closeDownTo(index + 1)
    this.#open.pop()
  }

  /** Those that are still open although what is around them ends. */
  #closeDownTo(depth: number): void {
    for (const { name, at } of this.#open.splice(depth)) this.#problem(at, `<${name}> is not closed`)
  }

  #text(start: number, end: number): void {
    const inside = this.#open.at(-1)?.name
    if (inside === undefined || !containers.has(inside)) return
    const offset = this.#source.slice(start, end).search(/\S/)
    if (offset < 0) return
    const message = `Text directly in <${inside}> is not shown; it belongs into <mj-text> or <mj-raw>`
    this.#problems.push({ severity: 'warning', message, ...placeOf(this.#lines, start + offset) })
  }

  #insideRaw(): boolean {
    const inside = this.#open.at(-1)?.name
    return inside !== undefined && rawElements.has(inside)
  }

  #problem(at: number, message: string): void {
    this.#problems.push({ severity: 'error', message, ...placeOf(this.#lines, at) })
  }
}

interface ReadTag {
  readonly name: string
  readonly closing: boolean
  readonly selfClosing: boolean
  readonly attributes: ReadonlyMap<string, string>
  /** Where reading goes on. */
  readonly end: number
  readonly problem?: { readonly at: number; readonly message: string }
}

function readTag(source: string, start: number): ReadTag | undefined {
  const closing = source[start + 1] === '/'
  const nameAt = start + (closing ? 2 : 1)
  const name = matchAt(/[a-z][^\s/>]*/iy, source, nameAt)?.toLowerCase()
  if (name === undefined) return undefined
  const { attributes, end, quoteOf } = readAttributes(source, nameAt + name.length)
  const tag = { name, closing, attributes, end, selfClosing: source[end - 1] === '>' && source[end - 2] === '/' }
  if (quoteOf !== undefined) {
    return { ...tag, problem: { at: quoteOf.at, message: `The quote of ${quoteOf.name} in <${name}> is not closed` } }
  }
  if (source[end - 1] === '>') return tag
  return { ...tag, problem: { at: start, message: `<${closing ? '/' : ''}${name} has no ">" at its end` } }
}

/** Up to the end of the tag: after its `>`, or before the next `<`. */
function readAttributes(
  source: string,
  start: number,
): Pick<ReadTag, 'attributes' | 'end'> & { readonly quoteOf?: { readonly name: string; readonly at: number } } {
  const attributes = new Map<string, string>()
  let at = start
  for (;;) {
    at += matchAt(/[\s/]*/y, source, at)?.length ?? 0
    const next = source[at]
    if (next === '>') return { attributes, end: at + 1 }
    if (next === undefined || next === '<') return { attributes, end: at }
    const { name, value, end, runsOn = false } = readAttribute(source, at)
    attributes.set(name, value)
    if (runsOn) {
      const close = source.indexOf('>', at)
      return { attributes, end: close < 0 ? source.length : close + 1, quoteOf: { name, at } }
    }
    at = end
  }
}

interface ReadAttribute {
  readonly name: string
  readonly value: string
  readonly end: number
  /** Its quote is closed nowhere, or after the next tag of MJML only. */
  readonly runsOn?: boolean
}

function readAttribute(source: string, at: number): ReadAttribute {
  const name = matchAt(/=?[^\s=/><]*/y, source, at) ?? ''
  const equals = matchAt(/\s*=\s*/y, source, at + name.length)
  if (equals === undefined) return { name, value: '', end: at + Math.max(name.length, 1) }
  const start = at + name.length + equals.length
  const quote = source[start]
  if (quote !== '"' && quote !== "'") {
    const value = matchAt(/[^\s>]*/y, source, start) ?? ''
    return { name, value, end: start + value.length }
  }
  const end = source.indexOf(quote, start + 1)
  const value = source.slice(start + 1, end < 0 ? undefined : end)
  return { name, value, end: end + 1, runsOn: end < 0 || /<\/?mj/i.test(value) }
}

/** In the order of the source. Half a tag would be said not to be closed as well. */
function firstOfEachPlace(problems: readonly MjmlProblem[]): readonly MjmlProblem[] {
  return problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter(({ line, column }, index, all) => line !== all[index - 1]?.line || column !== all[index - 1]?.column)
}

function isMjml(name: string): boolean {
  return name === 'mjml' || name.startsWith('mj-')
}

function matchAt(sticky: RegExp, source: string, at: number): string | undefined {
  sticky.lastIndex = at
  return sticky.exec(source)?.[0]
}
