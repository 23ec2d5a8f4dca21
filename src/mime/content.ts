/** What the MIME fields of a part say about it: RFC 2045 §5 and §6, RFC 2183, RFC 2392. */
import { knownCharset, type DecodingBudget } from './charset.ts'
import { decodeWords } from './encoded-word.ts'
import type { DefectList } from './defect-list.ts'
import { printable, unfold } from './header.ts'
import { parseDisposition, parseMediaType, plainText, type ParsedMediaType } from './media-type.ts'
import type { ParsedParameters } from './parameter.ts'
import type { HeaderField, MediaType, MimeLimits, Part } from './tree.ts'

/** The members of a part that its header decides. */
export type Content = Pick<Part, 'mediaType' | 'transferEncoding' | 'disposition' | 'filename' | 'contentId'>

const encodings = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x-uuencode', 'x-uue', 'uuencode'])

/** What reading a part has in common with reading the others of its message. */
export interface ContentContext {
  readonly limits: MimeLimits
  readonly defects: DefectList
  readonly budget: DecodingBudget
}

/** Reads them; the first of two equal fields counts. `fallback` is the type of a part that has no Content-Type. */
export function contentOf(
  header: readonly HeaderField[],
  fallback: MediaType,
  { limits, defects, budget }: ContentContext,
): Content {
  const { type, encoding, disposition, id } = contentFields(header)
  const parsed = type === undefined ? undefined : parseMediaType(type.body, limits.parameters, budget)
  if (type !== undefined && parsed !== undefined) typeDefects(type, parsed, { defects, budget })
  const mediaType = parsed?.mediaType ?? fallback
  const placed = disposition === undefined ? undefined : parseDisposition(disposition.body, limits.parameters, budget)
  if (disposition !== undefined && placed !== undefined) parameterDefects(disposition, placed.parameters, defects)
  const transferEncoding = encoding === undefined ? '7bit' : encodingOf(encoding, mediaType, defects)
  const filename = placed?.parameters.parameters.get('filename') ?? mediaType.parameters.get('name')
  return {
    mediaType,
    transferEncoding,
    disposition: placed?.disposition,
    filename: filename === undefined ? undefined : decodeFilename(filename, budget),
    contentId: id === undefined ? undefined : bare(id.body),
  }
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

function typeDefects(
  field: HeaderField,
  { mediaType, unreadable, parameters }: ParsedMediaType,
  { defects, budget }: Pick<ContentContext, 'defects' | 'budget'>,
): void {
  if (unreadable) defects.add('bad-content-type', field.start, `${plainText.type}/${plainText.subtype}`)
  parameterDefects(field, parameters, defects)
  const charset = mediaType.type === 'text' ? mediaType.parameters.get('charset') : undefined
  if (charset !== undefined && budget.left-- > 0 && !knownCharset(charset)) {
    defects.add('bad-charset', field.start, charset)
  }
  if (mediaType.type === 'multipart' && !mediaType.parameters.get('boundary'))
    defects.add('missing-boundary', field.start)
}

function parameterDefects(
  field: HeaderField,
  { malformed, tooMany, parameters }: ParsedParameters,
  defects: DefectList,
): void {
  if (malformed) defects.add('bad-parameter', field.start, field.name)
  if (tooMany) defects.add('too-many-parameters', field.start, parameters.size)
}

/** RFC 2045 §6.4: a multipart is never base64 or quoted-printable. */
function encodingOf(field: HeaderField, { type }: MediaType, defects: DefectList): string {
  const encoding = unfold(field.body.slice(0, 500))
    .replace(/\([^()]*\)/g, '')
    .replace(/^"|"$/g, '')
    .trim()
    .toLowerCase()
  const identity = encoding === '7bit' || encoding === '8bit' || encoding === 'binary'
  if (!encodings.has(encoding) || (type === 'multipart' && !identity))
    defects.add('bad-transfer-encoding', field.start, encoding)
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
