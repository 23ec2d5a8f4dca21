/** Sections of a message: what BODY[…] and BINARY[…] name, and which octets of the message those are. RFC 9051 §6.4.5.1. */
import type { MessageTree, Part } from '../mime/tree.ts'
import { partShape } from './part-shape.ts'
import type { Arguments } from './wire/arguments.ts'

export interface Section {
  /** Part numbers; none for the message itself. */
  readonly part: readonly number[]
  readonly text: '' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME'
  /** Names of fields as the client wrote them. */
  readonly fields: readonly string[]
}

/** `<start.count>`. RFC 9051 §6.4.5. */
export interface Partial {
  readonly start: number
  readonly count: number
}

/** Octets of the message, one range after another, and what follows them. */
export interface Pieces {
  readonly ranges: readonly (readonly [start: number, end: number])[]
  /** The empty line that ends a selection of fields. */
  readonly suffix: string
}

/** Levels of part numbers; the parser knows fewer. */
const maxLevels = 200
const maxFields = 1000

// section = "[" [section-spec] "]"; the brackets included.
export function parseSection(args: Arguments): Section {
  args.expect('[')
  const part: number[] = []
  while (/\d/.test(args.peek())) {
    if (part.length >= maxLevels) args.fail(`More than ${maxLevels} part numbers`)
    part.push(args.nzNumber())
    if (!args.take('.')) {
      args.expect(']')
      return { part, text: '', fields: [] }
    }
  }
  if (part.length === 0 && args.take(']')) return { part, text: '', fields: [] }
  const word = args.word()
  const text = texts.find((each) => each === word && (each !== 'MIME' || part.length > 0))
  if (text === undefined) return args.fail(`Section ${word.slice(0, 20)} is not known here`)
  const fields = text.startsWith('HEADER.FIELDS') ? parseFields(args) : []
  args.expect(']')
  return { part, text, fields }
}

const texts = ['HEADER', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT', 'TEXT', 'MIME'] as const

// header-list = "(" header-fld-name *(SP header-fld-name) ")"
function parseFields(args: Arguments): readonly string[] {
  args.space()
  const fields = args.list(() => args.astring())
  if (fields.length === 0 || fields.length > maxFields) args.fail(`1 to ${maxFields} names of fields are expected`)
  return fields
}

/** section-binary: part numbers only. RFC 3516 §4. */
export function parseBinarySection(args: Arguments): Section {
  const section = parseSection(args)
  if (section.text !== '') args.fail('Only part numbers may stand here')
  return section
}

/** partial = "<" number64 "." nz-number64 ">", where it is given. */
export function parsePartial(args: Arguments): Partial | undefined {
  if (!args.take('<')) return undefined
  const start = args.number64()
  args.expect('.')
  const count = args.number64()
  if (count === 0) args.fail('The number of octets must not be 0')
  args.expect('>')
  return { start, count }
}

/** As responses name it, brackets included. */
export function sectionName({ part, text, fields }: Section): string {
  const spec = [...part, ...(text === '' ? [] : [text])].join('.')
  return fields.length === 0 ? `[${spec}]` : `[${spec} (${fields.map(fieldName).join(' ')})]`
}

const fieldName = (name: string): string =>
  /^[!-'+-[^-z|}~]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`

/** Undefined where the message has no such section. */
export function resolveSection(tree: MessageTree, section: Section): Pieces | undefined {
  const { part: numbers, text } = section
  if (numbers.length === 0) return ofMessage(tree.root, section, { start: 0, end: tree.octets })
  const part = resolvePart(tree, numbers)
  if (part === undefined) return undefined
  if (text === '') return { ranges: [[part.bodyStart, part.end]], suffix: '' }
  if (text === 'MIME') return { ranges: [[part.start, part.bodyStart]], suffix: '' }
  // The header and text of a part are those of the message it is. RFC 9051 §6.4.5.1.
  const inner = messageIn(part)
  return inner && ofMessage(inner, section, inner)
}

/** The part that numbers name. Undefined where there is none. */
export function resolvePart({ root }: MessageTree, numbers: readonly number[]): Part | undefined {
  let container = root
  // Numbers count the parts of a multipart; a message that is none is its own part 1.
  let whole = true
  let found: Part | undefined
  for (const number of numbers) {
    const shape = partShape(container)
    if (shape.kind === 'multipart') found = shape.parts[number - 1]
    else found = whole && number === 1 ? container : undefined
    if (found === undefined) return undefined
    const inner = messageIn(found)
    container = inner ?? found
    whole = inner !== undefined
  }
  return found
}

function ofMessage(message: Part, { text, fields }: Section, whole: { start: number; end: number }): Pieces {
  switch (text) {
    case '':
    case 'MIME':
      return { ranges: [[whole.start, whole.end]], suffix: '' }
    case 'HEADER':
      return { ranges: [[message.start, message.bodyStart]], suffix: '' }
    case 'TEXT':
      return { ranges: [[message.bodyStart, message.end]], suffix: '' }
    case 'HEADER.FIELDS':
      return selected(message, fields, true)
    case 'HEADER.FIELDS.NOT':
      return selected(message, fields, false)
  }
}

function selected({ header }: Part, fields: readonly string[], wanted: boolean): Pieces {
  const names = new Set(fields.map((name) => name.toLowerCase()))
  const ranges: [number, number][] = []
  for (const { name, start, end } of header) {
    if (names.has(name.toLowerCase()) !== wanted) continue
    const last = ranges.at(-1)
    if (last?.[1] === start) last[1] = end
    else ranges.push([start, end])
  }
  return { ranges, suffix: '\r\n' }
}

/** The message that a part is. */
function messageIn(part: Part): Part | undefined {
  const shape = partShape(part)
  return shape.kind === 'message' ? shape.message : undefined
}

/** How many octets the pieces are. */
export function lengthOf({ ranges, suffix }: Pieces): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, suffix.length)
}

/** What of the pieces a partial names; past their end there is nothing. RFC 9051 §6.4.5. */
export function cut(pieces: Pieces, { start, count }: Partial): Pieces {
  const ranges: [number, number][] = []
  let at = 0
  for (const [from, to] of pieces.ranges) {
    const low = from + Math.max(0, start - at)
    const high = Math.min(to, from + start + count - at)
    if (low < high) ranges.push([low, high])
    at += to - from
  }
  return { ranges, suffix: pieces.suffix.slice(Math.max(0, start - at), Math.max(0, start + count - at)) }
}
