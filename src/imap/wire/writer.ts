/** Strings of responses. RFC 9051 §9. One character is one octet; a literal stands in the text as it is sent. */

/** Longest text that goes as a quoted string; RFC 9051 §4.3 leaves it to us. */
const maxQuoted = 1024
// eslint-disable-next-line no-control-regex -- what may stand between quotes
const plain = /^[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]*$/
// eslint-disable-next-line no-control-regex -- the same with what has to be escaped
const quotable = /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/

/** string: quoted where that can be, else a literal. */
export function string(text: string): string {
  if (text.length <= maxQuoted) {
    if (plain.test(text)) return `"${text}"`
    if (quotable.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`
  }
  return `{${text.length}}\r\n${text}`
}

/** nstring. */
export const nstring = (text: string | undefined): string => (text === undefined ? 'NIL' : string(text))

// ASTRING-CHAR without what some clients read as the beginning of something else.
const atom = /^[A-Za-z0-9._/+=$&,@:-]+$/

/** A mailbox name as it is encoded. In UTF-8 it is quoted: RFC 9051 §9, QUOTED-CHAR. */
export function mailboxString(encodedName: string): string {
  if (atom.test(encodedName) && encodedName.toUpperCase() !== 'NIL') return encodedName
  if (/[\0\r\n]/.test(encodedName)) return string(encodedName)
  return `"${encodedName.replace(/["\\]/g, '\\$&')}"`
}
