/**
 * Sections of a message: section and section-binary of FETCH, RFC 9051 §6.4.5.1, RFC 3516 §4.2.
 *
 * What a section is made of is octet ranges of the raw message, worked out from the tree; nothing is read.
 */
import type { HeaderField, MessageTree, Part } from '../mime/tree.ts'
import { partShape } from './part-shape.ts'
import type { Arguments } from './wire/arguments.ts'
import { astring, list } from './wire/writer.ts'

/** A section as it was asked for. */
export interface Section {
  /** Part numbers; empty for the message itself. */
  readonly path: readonly number[]
  readonly what: 'all' | 'header' | 'fields' | 'fields-not' | 'text' | 'mime'
  /** Field names as they were written, for `fields` and `fields-not`; else empty. One char per octet. */
  readonly names: readonly string[]
}

/** Octets `[start, end)` of the raw message. */
export type OctetRange = readonly [start: number, end: number]

/** What stands in angle brackets after a section. */
export interface PartialFetch {
  readonly start: number
  /** Most octets. */
  readonly octets: number
}

/** Levels of part numbers; the parser of messages knows fewer. */
const maxLevels = 200
/** Names of fields in one section. */
const maxNames = 1000
const largestOffset = 2 ** 53 - 1

/** section = "[" [section-spec] "]", with its brackets. @throws ImapBad */
export function parseSection(from: Arguments): Section {
  from.expect('[')
  const path = parsePath(from)
  const section = from.peek() === ']' ? { path, what: 'all' as const, names: [] } : parseText(from, path)
  from.expect(']')
  return section
}

/** section-binary = "[" [section-part] "]", with its brackets. @throws ImapBad */
export function parseBinarySection(from: Arguments): Section {
  const section = parseSection(from)
  if (section.what !== 'all') return from.fail('BINARY takes part numbers only')
  return section
}

/** partial = "<" number64 "." nz-number64 ">"; undefined where there is none. @throws ImapBad */
export function parsePartial(from: Arguments): PartialFetch | undefined {
  if (!from.take('<')) return undefined
  const start = from.number64()
  from.expect('.')
  const octets = from.number64()
  from.expect('>')
  if (octets === 0) from.fail('A partial fetch asks for at least one octet')
  return { start, octets }
}

/** section-part = nz-number *("." nz-number), with the period before what follows. */
function parsePath(from: Arguments): number[] {
  const path: number[] = []
  while (/^[1-9]$/.test(from.peek())) {
    if (path.length >= maxLevels) from.fail(`More than ${maxLevels} part numbers`)
    path.push(from.number())
    if (from.peek() === ']') break
    from.expect('.')
    if (from.peek() === ']') from.fail('A section ends in a period')
  }
  return path
}

/** section-text = section-msgtext / "MIME" */
function parseText(from: Arguments, path: readonly number[]): Section {
  if (from.take('HEADER.FIELDS.NOT')) return { path, what: 'fields-not', names: parseNames(from) }
  if (from.take('HEADER.FIELDS')) return { path, what: 'fields', names: parseNames(from) }
  if (from.take('HEADER')) return { path, what: 'header', names: [] }
  if (from.take('TEXT')) return { path, what: 'text', names: [] }
  if (path.length > 0 && from.take('MIME')) return { path, what: 'mime', names: [] }
  return from.fail('Not a section')
}

/** SP header-list = "(" header-fld-name *(SP header-fld-name) ")" */
function parseNames(from: Arguments): string[] {
  from.space()
  from.expect('(')
  const names = [from.astring()]
  while (!from.take(')')) {
    from.space()
    if (names.length >= maxNames) from.fail(`More than ${maxNames} names of fields`)
    names.push(from.astring())
  }
  return names
}

const texts = {
  all: '',
  header: 'HEADER',
  fields: 'HEADER.FIELDS',
  'fields-not': 'HEADER.FIELDS.NOT',
  text: 'TEXT',
  mime: 'MIME',
} as const

/** The section as the response names it, with its brackets; the origin of a partial after it. */
export function formatSection({ path, what, names }: Section, partial?: PartialFetch): string {
  const words = what === 'all' ? path : [...path, texts[what]]
  const fields = what === 'fields' || what === 'fields-not' ? ` ${list(names.map(astring))}` : ''
  return `[${words.join('.')}${fields}]${partial === undefined ? '' : `<${partial.start}>`}`
}

/** What the octets of a section are, in order and apart; undefined when the message has no such section. */
export function sectionRanges(tree: MessageTree, section: Section): OctetRange[] | undefined {
  const { path, what } = section
  if (path.length === 0 && what === 'all') return ranges([0, tree.octets])
  const part = path.length === 0 ? undefined : findPath(tree, path)
  if (path.length > 0 && part === undefined) return undefined
  if (part !== undefined && what === 'all') return ranges([part.bodyStart, part.end])
  if (part !== undefined && what === 'mime') return ranges([part.start, part.bodyStart])
  const message = part === undefined ? tree.root : messageIn(part)
  return message === undefined ? undefined : messageRanges(message, section)
}

/**
 * The part with these numbers. A message that is no multipart is its own part 1, and so is one inside of a part.
 * The path is not empty.
 */
export function findPath(tree: MessageTree, path: readonly number[]): Part | undefined {
  let part: Part | undefined
  let message: Part | undefined = tree.root
  for (const number of path) {
    const within: Part | undefined = message ?? part
    const shape = within === undefined ? undefined : partShape(within)
    if (shape?.kind === 'multipart') part = shape.parts[number - 1]
    else part = message !== undefined && number === 1 ? message : undefined
    if (part === undefined) return undefined
    message = messageIn(part)
  }
  return part
}

/** The message inside of a message/rfc822 or message/global. */
function messageIn(part: Part): Part | undefined {
  const shape = partShape(part)
  return shape.kind === 'message' ? shape.message : undefined
}

function messageRanges(message: Part, { what, names }: Section): OctetRange[] {
  switch (what) {
    case 'fields':
      return fieldRanges(message, names)
    case 'fields-not':
      return otherRanges(message, names)
    case 'text':
      return ranges([message.bodyStart, message.end])
    default:
      return ranges([message.start, message.bodyStart])
  }
}

/** The fields of these names, and the empty line. */
function fieldRanges(message: Part, names: readonly string[]): OctetRange[] {
  const fields = named(message, names).map(({ start, end }): OctetRange => [start, end])
  return ranges(...fields, emptyLine(message))
}

/** Everything else of the header, what is no field too. */
function otherRanges(message: Part, names: readonly string[]): OctetRange[] {
  const out: OctetRange[] = []
  let at = message.start
  for (const { start, end } of named(message, names)) {
    out.push([at, start])
    at = end
  }
  return ranges(...out, [at, message.bodyStart])
}

/** Names are the same in any case of US-ASCII letters. */
function named({ header }: Part, names: readonly string[]): HeaderField[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  return header.filter(({ name }) => wanted.has(name.toLowerCase()))
}

/**
 * What is between the last field and the body. Where lines that are no fields stand there too, the last two octets: the
 * line end of the empty line, unless the message has bare LFs.
 */
function emptyLine({ header, start, bodyStart }: Part): OctetRange {
  const last = header.at(-1)?.end ?? start
  return [Math.max(last, bodyStart - 2), bodyStart]
}

/** Those that are not empty, neighbours as one. */
function ranges(...all: readonly OctetRange[]): OctetRange[] {
  const out: [number, number][] = []
  for (const [start, end] of all) {
    if (start >= end) continue
    const last = out.at(-1)
    if (last?.[1] === start) last[1] = end
    else out.push([start, end])
  }
  return out
}

/** How many octets they are together. */
export function rangeOctets(all: readonly OctetRange[]): number {
  return all.reduce((sum, [start, end]) => sum + end - start, 0)
}

/** The octets of a partial, counted over the ranges; fewer, or none, where they end before (RFC 9051 §6.4.5). */
export function partialRanges(all: readonly OctetRange[], { start, octets }: PartialFetch): OctetRange[] {
  const stop = Math.min(start + octets, largestOffset)
  const out: OctetRange[] = []
  let before = 0
  for (const [from, to] of all) {
    const first = Math.max(from, from + start - before)
    const last = Math.min(to, from + stop - before)
    if (first < last) out.push([first, last])
    before += to - from
  }
  return out
}
