/** Bodies of composed messages: RFC 2045 §6, RFC 2046 §5.1, RFC 2183, RFC 2231. */
import { createHash } from 'node:crypto'

/** RFC 5322 §2.1.1, less the CRLF. */
const lineLimit = 998

/** MIME fields and content, ready to be written. */
export interface Body {
  readonly fields: readonly string[]
  readonly octets: Buffer
}

export interface LeafOptions {
  readonly mediaType: string
  readonly text?: string
  readonly octets?: Buffer
  readonly filename?: string | undefined
  readonly contentId?: string | undefined
}

/** A part without parts: a text with its charset, or a file in base64. Values were checked by the caller. */
export function leaf({ mediaType, text, octets, filename, contentId }: LeafOptions): Body {
  if (text !== undefined) return textLeaf(mediaType, text)
  const fields = [`Content-Type: ${mediaType}`, 'Content-Transfer-Encoding: base64']
  const disposition = contentId === undefined ? 'attachment' : 'inline'
  fields.push(`Content-Disposition: ${disposition}${parameter('filename', filename ?? '')}`)
  if (contentId !== undefined) fields.push(`Content-ID: <${contentId}>`)
  return { fields, octets: Buffer.from(wrapped((octets ?? Buffer.alloc(0)).toString('base64')), 'latin1') }
}

/** A multipart of these parts; its boundary is made of their content, so that none holds it. */
export function multipart(subtype: string, parts: readonly Body[], type?: string): Body {
  const hash = createHash('sha256').update(subtype)
  for (const { fields, octets } of parts) hash.update(fields.join('\n')).update(octets)
  const boundary = `=_${hash.digest('hex').slice(0, 40)}`
  const pieces: Buffer[] = []
  for (const part of parts) {
    pieces.push(Buffer.from(`--${boundary}\r\n${part.fields.join('\r\n')}\r\n\r\n`), part.octets, Buffer.from('\r\n'))
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`))
  const root = type === undefined ? '' : `; type="${type}"`
  return {
    fields: [`Content-Type: multipart/${subtype};\r\n boundary="${boundary}"${root}`],
    octets: Buffer.concat(pieces),
  }
}

/** Header and body as one message. */
export function joinBodies(fields: readonly string[], body: Body): Uint8Array {
  return Buffer.concat([Buffer.from(`${[...fields, ...body.fields].join('\r\n')}\r\n\r\n`), body.octets])
}

function textLeaf(mediaType: string, text: string): Body {
  const lines = text.replace(/\r\n?|\n/g, '\r\n')
  const whole = lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`
  const field = `Content-Type: ${mediaType}; charset=utf-8`
  const plain = /^[\t\r\n -~]*$/.test(whole) && whole.split('\r\n').every(({ length }) => length <= lineLimit)
  if (plain) return { fields: [field, 'Content-Transfer-Encoding: 7bit'], octets: Buffer.from(whole, 'latin1') }
  const octets = Buffer.from(whole)
  const escaped = octets.reduce((count, octet) => count + (octet > 0x7e ? 1 : 0), 0)
  // Base64 is the shorter one where more than a sixth of the octets would be escaped.
  return escaped * 6 > octets.length
    ? { fields: [field, 'Content-Transfer-Encoding: base64'], octets: Buffer.from(wrapped(octets.toString('base64'))) }
    : { fields: [field, 'Content-Transfer-Encoding: quoted-printable'], octets: Buffer.from(quotedPrintable(octets)) }
}

/** RFC 2045 §6.8: lines of 76 characters. */
function wrapped(base64: string): string {
  const lines: string[] = []
  for (let at = 0; at < base64.length; at += 76) lines.push(base64.slice(at, at + 76))
  return `${lines.join('\r\n')}\r\n`
}

/** RFC 2045 §6.7: lines of 76 characters, soft line breaks included. Line ends are CRLF. */
function quotedPrintable(octets: Buffer): string {
  return octets.toString('latin1').split('\r\n').map(quotedLine).join('\r\n')
}

function quotedLine(line: string): string {
  const escaped = line.replace(/[^\t -<>-~]|[\t ]$/g, hexEscape)
  let out = ''
  let at = 0
  while (escaped.length - at > 76) {
    let end = at + 75
    if (escaped.charAt(end - 1) === '=') end -= 1
    else if (escaped.charAt(end - 2) === '=') end -= 2
    out += `${escaped.slice(at, end)}=\r\n`
    at = end
  }
  return out + escaped.slice(at)
}

function hexEscape(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Quoted where it is short ASCII, else by RFC 2231 §3 and §4, in pieces that keep lines short. */
function parameter(name: string, value: string): string {
  if (value === '') return ''
  if (/^[ -~]{1,60}$/.test(value)) return `;\r\n ${name}="${value.replace(/["\\]/g, '\\$&')}"`
  const encoded = [...Buffer.from(value)].map((octet) => {
    const character = String.fromCharCode(octet)
    return /[A-Za-z0-9.\-_]/.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  })
  const pieces: string[] = ["utf-8''"]
  for (const character of encoded) {
    const last = pieces[pieces.length - 1] ?? ''
    if (last.length + character.length > 60) pieces.push(character)
    else pieces[pieces.length - 1] = last + character
  }
  if (pieces.length === 1) return `;\r\n ${name}*=${pieces[0] ?? ''}`
  return pieces.map((piece, index) => `;\r\n ${name}*${index}*=${piece}`).join('')
}
