/**
 * What responses are written with: RFC 9051 §4 and §9, which holds for RFC 3501 too.
 *
 * Everything is a string with one char per octet, to be sent as latin1. What is not US-ASCII goes in a literal, so that
 * no answer depends on what the client enabled.
 */

export const nil = 'NIL'

/** Longer text goes in a literal: lines stay short for those who read them. */
const longestQuoted = 1_000

/** string = quoted / literal. `raw` is octets; NUL, which neither may hold, becomes `?`. */
export function string(raw: string): string {
  if (raw.length <= longestQuoted) {
    if (/^[ !#-[\]-~]*$/.test(raw)) return `"${raw}"`
    if (/^[\t -~]*$/.test(raw)) return `"${raw.replace(/["\\]/g, '\\$&')}"`
  }
  return literal(raw.includes('\0') ? raw.replaceAll('\0', '?') : raw)
}

/** nstring = string / nil; nil for undefined, and only for that. */
export function nstring(raw: string | undefined): string {
  return raw === undefined ? nil : string(raw)
}

/** astring = 1*ASTRING-CHAR / string. */
export function astring(raw: string): string {
  return /^[!#$&'+-[\]^-z|}~]+$/.test(raw) && raw.toUpperCase() !== nil ? raw : string(raw)
}

/** A mailbox name as it is encoded: an atom where it can be one, else quoted, with UTF-8 where that is its encoding. */
export function mailboxString(encodedName: string): string {
  if (/^[A-Za-z0-9._/+=$&,@:-]+$/.test(encodedName) && encodedName.toUpperCase() !== nil) return encodedName
  return `"${encodedName.replace(/["\\]/g, '\\$&')}"`
}

/** literal = "{" number64 "}" CRLF *CHAR8 */
export function literal(raw: string): string {
  return `{${raw.length}}\r\n${raw}`
}

/** Parenthesized, single spaces between. Items are written already. */
export function list(items: readonly string[]): string {
  return `(${items.join(' ')})`
}
