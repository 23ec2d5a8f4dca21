/** Octets above 127 in header fields: UTF-8 by RFC 6532 §3.2, and what those send who never heard of it. */
import { isUtf8 } from 'node:buffer'
import { decodeCharset } from './charset.ts'

/** What raw octets are read in that are neither UTF-8 nor valid in the charset of the body. */
export const lastCharset = 'windows-1252'

/** Whether a raw body (one char per octet) holds octets above 127, and whether they are UTF-8. */
export function rawOctets(body: string): 'none' | 'utf-8' | 'other' {
  if (!/[\x80-\xff]/.test(body)) return 'none'
  return isUtf8(Buffer.from(body, 'latin1')) ? 'utf-8' : 'other'
}

/**
 * A raw field body whose octets above 127 are UTF-8, one char per octet: as it is, or recoded where it was none.
 * @param charset in which US-ASCII reads as itself.
 */
export function asUtf8(body: string, charset: string): string {
  return rawOctets(body) === 'other' ? Buffer.from(inCharset(body, charset).text, 'utf8').toString('latin1') : body
}

/** The charset that `asUtf8` reads a body in which is no UTF-8. */
export function charsetRead(body: string, charset: string): string {
  return inCharset(body, charset).charset
}

/** As a whole: in some charsets, two octets are one character of which the second is below 128. */
function inCharset(body: string, charset: string): { text: string; charset: string } {
  const octets = Buffer.from(body, 'latin1')
  const decoded = decodeCharset(octets, charset)
  if (decoded.known && !decoded.replaced) return { text: decoded.text, charset }
  return { text: decodeCharset(octets, lastCharset).text, charset: lastCharset }
}
