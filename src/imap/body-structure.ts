/** BODY and BODYSTRUCTURE. RFC 9051 §7.5.2, body. */
import { fieldBody, unfold } from '../mime/header.ts'
import { parameterPairs } from '../mime/parameter.ts'
import type { Part } from '../mime/tree.ts'
import { envelopeText } from './envelope.ts'
import { nstring, string } from './wire/writer.ts'

/** Parameters of one field that are given. */
const maxParameters = 200

/**
 * @param extended BODYSTRUCTURE, with extension data.
 * One character is one octet. What the parser's limits made opaque is one leaf (IMAP-7).
 */
export const bodyStructureText = (root: Part, extended: boolean): string => body(root, extended)

// The parser does not go deeper than its limit of 100 levels, and neither does this.
function body(part: Part, extended: boolean): string {
  return isMultipart(part) ? multipart(part, extended) : leaf(part, extended)
}

/** A multipart without parts cannot be said; it is a leaf then. */
const isMultipart = ({ mediaType, children }: Part): boolean => mediaType.type === 'multipart' && children.length > 0

// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
function multipart(part: Part, extended: boolean): string {
  const parts = part.children.map((child) => body(child, extended)).join('')
  const extension = extended ? ` ${parametersOf(part, 'content-type')} ${tail(part)}` : ''
  return `(${parts} ${string(part.mediaType.subtype)}${extension})`
}

// body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
function leaf(part: Part, extended: boolean): string {
  const { type, subtype } = part.mediaType
  const octets = part.end - part.bodyStart
  const fields = [
    ...[string(type), string(subtype), parametersOf(part, 'content-type')],
    ...[field(part, 'content-id'), field(part, 'content-description'), string(part.transferEncoding), String(octets)],
  ]
  const [inner] = part.children
  if (type === 'message' && (subtype === 'rfc822' || subtype === 'global') && inner !== undefined) {
    fields.push(envelopeText(inner), body(inner, extended), String(part.lines))
  } else if (type === 'text') fields.push(String(part.lines))
  if (extended) fields.push(field(part, 'content-md5'), tail(part))
  return `(${fields.join(' ')})`
}

/** body-fld-dsp SP body-fld-lang SP body-fld-loc */
function tail(part: Part): string {
  return `${disposition(part)} ${language(part)} ${field(part, 'content-location')}`
}

function disposition(part: Part): string {
  return part.disposition === undefined || part.disposition === ''
    ? 'NIL'
    : `(${string(part.disposition)} ${parametersOf(part, 'content-disposition')})`
}

function language(part: Part): string {
  const tags = (fieldBody(part, 'content-language') ?? '')
    .split(',', 100)
    .map((tag) => clean(tag))
    .filter((tag) => tag !== '')
  if (tags.length === 0) return 'NIL'
  return tags.length === 1 ? string(tags[0] ?? '') : `(${tags.map(string).join(' ')})`
}

/** As they stand in the field: RFC 2231 is for the client to read. */
function parametersOf(part: Part, name: string): string {
  const raw = fieldBody(part, name)
  const pairs = raw === undefined ? [] : parameterPairs(raw, maxParameters)
  if (pairs.length > 0) return `(${pairs.flatMap((pair) => pair.map((text) => string(clean(text)))).join(' ')})`
  // RFC 2045 §5.2 says what a text without a type is.
  return name === 'content-type' && raw === undefined && part.mediaType.type === 'text'
    ? '("charset" "us-ascii")'
    : 'NIL'
}

function field(part: Part, name: string): string {
  const raw = fieldBody(part, name)
  return nstring(raw === undefined ? undefined : clean(raw))
}

const clean = (raw: string): string => unfold(raw).replaceAll('\0', '')
