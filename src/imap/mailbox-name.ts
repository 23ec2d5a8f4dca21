/** Mailbox names on the wire: UTF-8 (RFC 9051 §5.1), or the UTF-7 that RFC 3501 §5.1.3 modifies. */

const plain = /^[\x20-\x7e]*$/
const encoded = /&([A-Za-z0-9+,]*)-/g

/**
 * Octets, one character each, as text. UTF-8 is taken in either case: clients send it before they may, and no other
 * reading of it is possible. Undefined for what is in neither encoding.
 * @param utf8 whether `&` has no meaning.
 */
export function decodeMailboxName(octets: string, utf8: boolean): string | undefined {
  // eslint-disable-next-line no-control-regex -- they are what no name has
  if (/[\x00-\x1f\x7f]/.test(octets)) return undefined
  if (utf8 || !plain.test(octets)) return utf8Text(octets)
  if (!octets.includes('&')) return octets
  const decoded = octets.replace(encoded, (_, base64: string) => (base64 === '' ? '&' : utf16Text(base64)))
  // There is one spelling for each name; what is broken comes out as another.
  return encodeMailboxName(decoded, false) === octets ? decoded : undefined
}

/** The other way. One character is one octet. */
export function encodeMailboxName(name: string, utf8: boolean): string {
  if (utf8) return Buffer.from(name).toString('latin1')
  return name.replace(/&|[^\x20-\x7e]+/g, (text) =>
    text === '&'
      ? '&-'
      : `&${Buffer.from(text, 'utf16le')
          .swap16()
          .toString('base64')
          .replaceAll('/', ',')
          .replace(/={1,2}$/, '')}-`,
  )
}

export function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- US-ASCII
  return /^[\x00-\x7f]*$/.test(text)
}

/** A keyword, which is an atom: where it is more than US-ASCII, in the UTF-7 that names have, which leaves atoms as they are. */
export function encodeKeyword(keyword: string): string {
  return isAscii(keyword) ? keyword : encodeMailboxName(keyword, false)
}

/** The other way. What only looks like it, and stands for US-ASCII, is what it is. */
export function decodeKeyword(atom: string): string {
  const decoded = atom.includes('&') ? decodeMailboxName(atom, false) : undefined
  return decoded === undefined || isAscii(decoded) ? atom : decoded
}

/**
 * A text for people, which may name a mailbox, as it goes into a response: in the encoding in which the client has names,
 * on one line. One character is one octet. @param utf8 as for names.
 */
export function humanText(text: string, utf8: boolean): string {
  // eslint-disable-next-line no-control-regex -- they are what ends a line, or changes what a terminal shows
  const line = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
  if (utf8) return Buffer.from(line).toString('latin1')
  return line.replace(/[^\x20-\x7e]+/g, (strange) => encodeMailboxName(strange, false))
}

function utf8Text(octets: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, 'latin1'))
  } catch {
    return undefined
  }
}

/** What is no text becomes one that is spelled otherwise. */
function utf16Text(base64: string): string {
  const octets = Buffer.from(base64.replaceAll(',', '/'), 'base64')
  if (octets.length % 2 !== 0) return ''
  // A lone surrogate becomes U+FFFD.
  return Buffer.from(octets.swap16().toString('utf16le')).toString()
}
