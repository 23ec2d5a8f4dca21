/** Content-Type, RFC 2045 §5, and Content-Disposition, RFC 2183. */
import type { DecodingBudget } from './charset.ts'
import { parseParameters, type ParsedParameters } from './parameter.ts'
import type { MediaType } from './tree.ts'

export interface ParsedMediaType {
  readonly mediaType: MediaType
  /** `type/subtype` could not be read. */
  readonly unreadable: boolean
  readonly parameters: ParsedParameters
}

/** What a part is that does not say: RFC 2045 §5.2. */
export const plainText: MediaType = { type: 'text', subtype: 'plain', parameters: new Map() }
/** What a part of multipart/digest is that does not say: RFC 2046 §5.1.5. */
export const digested: MediaType = { type: 'message', subtype: 'rfc822', parameters: new Map() }
/** What holds octets nobody looks into. */
export const opaque: MediaType = { type: 'application', subtype: 'octet-stream', parameters: new Map() }

const comments = /\([^()]*\)/g

/** Reads the raw body of a Content-Type field. @param limit most parameters that are read. */
export function parseMediaType(raw: string, limit: number, budget?: DecodingBudget): ParsedMediaType {
  const parameters = parseParameters(raw, 0, limit, budget)
  const semicolon = raw.indexOf(';')
  const value = (semicolon < 0 ? raw : raw.slice(0, semicolon)).slice(0, 500).replace(comments, '')
  const match = /^\s*([!#$%&'*+\-.^_`{|}~\w]+)\s*\/\s*([!#$%&'*+\-.^_`{|}~\w]+)\s*$/.exec(value)
  const [, type, subtype] = match ?? []
  if (type === undefined || subtype === undefined) {
    // "text" alone was a type once (RFC 1049); the parameters may still hold a charset.
    return { mediaType: { ...plainText, parameters: parameters.parameters }, unreadable: true, parameters }
  }
  const mediaType = { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters: parameters.parameters }
  return { mediaType, unreadable: false, parameters }
}

/** Reads the raw body of a Content-Disposition field; the type in lower case, undefined when there is none. */
export function parseDisposition(
  raw: string,
  limit: number,
  budget?: DecodingBudget,
): { disposition: string | undefined; parameters: ParsedParameters } {
  const semicolon = raw.indexOf(';')
  const value = (semicolon < 0 ? raw : raw.slice(0, semicolon)).slice(0, 500).replace(comments, '').trim().toLowerCase()
  return { disposition: value === '' ? undefined : value, parameters: parseParameters(raw, 0, limit, budget) }
}
