/** What the MIME fields of a part say about it: RFC 2045 §5 and §6, RFC 2183, RFC 2392. */
import { isUtf8Label, knownCharset, readsAscii, type DecodingBudget } from './charset.ts'
import { decodeWords } from './encoded-word.ts'
import type { DefectList } from './defect-list.ts'
import { parameterShare } from './limits.ts'
import { printable, unfold } from './header.ts'
import { parseDisposition, parseMediaType, plainText } from './media-type.ts'
import { parseParameters, type ParsedParameters } from './parameter.ts'
import { asUtf8, lastCharset } from './raw-header.ts'
import type { HeaderField, MediaType, MimeLimits, Part } from './tree.ts'

/** The members of a part that its header decides. */
export type Content = Pick<
  Part,
  'mediaType' | 'transferEncoding' | 'disposition' | 'filename' | 'contentId' | 'headerCharset'
>

const encodings = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x-uuencode', 'x-uue', 'uuencode'])

/** What reading a part has in common with reading the others of its message. */
export interface ContentContext {
  readonly limits: MimeLimits
  readonly defects: DefectList
  readonly budget: DecodingBudget
  /** Parameters that may still be read. */
  readonly parameters: { left: number }
}

/** For one message. */
export function contentContext(limits: MimeLimits, defects: DefectList): ContentContext {
  return { limits, defects, budget: { left: 5_000 }, parameters: { left: limits.parameters * parameterShare } }
}

/** What a part has from those around it. */
export interface Surroundings {
  /** The type of a part that has no Content-Type. */
  readonly fallback: MediaType
  /** `Part.headerCharset` of the part around it; empty where none is known yet. */
  readonly headerCharset: string
}

/** Reads them; the first of two equal fields counts. `headerCharset` is empty where nothing said one yet. */
export function contentOf(header: readonly HeaderField[], around: Surroundings, context: ContentContext): Content {
  const found = contentFields(header)
  const headerCharset = ownCharset(found.type, context) ?? around.headerCharset
  const { type, encoding, disposition, id } = readable(found, headerCharset || lastCharset)
  const mediaType = type === undefined ? around.fallback : mediaTypeOf(type, context)
  const placed = disposition === undefined ? unplaced : placeOf(disposition, context)
  const filename = placed.filename ?? mediaType.parameters.get('name')
  return {
    headerCharset,
    mediaType,
    transferEncoding: encoding === undefined ? '7bit' : encodingOf(encoding, mediaType, context.defects),
    disposition: placed.disposition,
    filename: filename === undefined ? undefined : decodeFilename(filename, context.budget),
    contentId: id === undefined ? undefined : bare(id.body),
  }
}

/** What the part says of its own text, where that is of use for other octets: neither UTF-8 nor unlike US-ASCII. */
function ownCharset(type: HeaderField | undefined, context: ContentContext): string | undefined {
  if (type === undefined || !/charset/i.test(type.body)) return undefined
  const { parameters } = parseParameters(type.body, 0, parameterLimit(context), context.budget)
  const charset = parameters.get('charset')?.trim().toLowerCase()
  if (charset === undefined || isUtf8Label(charset) || context.budget.left-- <= 0) return undefined
  return readsAscii(charset) ? charset : undefined
}

/** Names in them may be raw octets. */
function readable({ type, disposition, ...rest }: ContentFields, charset: string): ContentFields {
  return {
    ...rest,
    ...(type !== undefined && { type: { ...type, body: asUtf8(type.body, charset) } }),
    ...(disposition !== undefined && { disposition: { ...disposition, body: asUtf8(disposition.body, charset) } }),
  }
}

interface Place {
  readonly disposition: string | undefined
  readonly filename: string | undefined
}

const unplaced: Place = { disposition: undefined, filename: undefined }

function placeOf(field: HeaderField, context: ContentContext): Place {
  const { disposition, parameters } = parseDisposition(field.body, parameterLimit(context), context.budget)
  parametersRead(field, parameters, context)
  return { disposition, filename: parameters.parameters.get('filename') }
}

interface ContentFields {
  type?: HeaderField
  encoding?: HeaderField
  disposition?: HeaderField
  id?: HeaderField
}

const fieldNames: ReadonlyMap<string, keyof ContentFields> = new Map([
  ['content-type', 'type'],
  ['content-transfer-encoding', 'encoding'],
  ['content-disposition', 'disposition'],
  ['content-id', 'id'],
])

function contentFields(header: readonly HeaderField[]): ContentFields {
  const found: ContentFields = {}
  for (const field of header) {
    const { name } = field
    const first = name.charCodeAt(0)
    if (name.length > 25 || name.length < 10 || (first !== 0x43 && first !== 0x63)) continue
    const member = fieldNames.get(name.toLowerCase())
    if (member !== undefined) found[member] ??= field
  }
  return found
}

function mediaTypeOf(field: HeaderField, context: ContentContext): MediaType {
  const { defects, budget } = context
  const { mediaType, unreadable, parameters } = parseMediaType(field.body, parameterLimit(context), budget)
  if (unreadable) defects.add('bad-content-type', field.start, `${plainText.type}/${plainText.subtype}`)
  parametersRead(field, parameters, context)
  const charset = mediaType.type === 'text' ? mediaType.parameters.get('charset') : undefined
  if (charset !== undefined && budget.left-- > 0 && !knownCharset(charset)) {
    defects.add('bad-charset', field.start, charset)
  }
  if (mediaType.type === 'multipart' && !mediaType.parameters.get('boundary'))
    defects.add('missing-boundary', field.start)
  return mediaType
}

function parameterLimit({ limits, parameters }: ContentContext): number {
  return Math.min(limits.parameters, parameters.left)
}

function parametersRead(field: HeaderField, parsed: ParsedParameters, { defects, parameters }: ContentContext): void {
  parameters.left -= parsed.count
  if (parsed.malformed) defects.add('bad-parameter', field.start, field.name)
  if (parsed.tooMany) defects.add('too-many-parameters', field.start, parsed.count)
}

/**
 * RFC 2045 §6.4: a multipart is never base64 or quoted-printable. What follows a known encoding, as in `base64;`, breaks
 * the syntax and does not change what the body is.
 */
function encodingOf(field: HeaderField, { type }: MediaType, defects: DefectList): string {
  const value = unfold(field.body.slice(0, 500))
    .replace(/\([^()]*\)/g, '')
    .replace(/^"|"$/g, '')
    .trim()
    .toLowerCase()
  const token = /^["\s]*([a-z0-9-]+)/.exec(value)?.[1] ?? value
  const encoding = encodings.has(token) ? token : value
  const identity = encoding === '7bit' || encoding === '8bit' || encoding === 'binary'
  if (encoding !== value || !encodings.has(encoding) || (type === 'multipart' && !identity))
    defects.add('bad-transfer-encoding', field.start, value)
  return encoding === '' ? '7bit' : encoding
}

/** Mailers put encoded words into parameters although RFC 2047 §5 (3) forbids it. */
function decodeFilename(value: string, budget: DecodingBudget): string {
  const text = value.includes('=?') ? decodeWords(Buffer.from(value, 'utf8').toString('latin1'), budget).text : value
  return printable(text).trim()
}

function bare(body: string): string {
  const value = unfold(body)
  return value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value
}
