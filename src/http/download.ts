/** How content that strangers wrote is handed to a browser: type, disposition, file name. RFC 6266, RFC 8187. */
import type { ReplyHeaders } from './reply.ts'

/** Pictures that browsers show and that cannot hold scripts. SVG can. */
const inlineImages = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'])
/** Served under their own type, to be saved. Everything else is `application/octet-stream`. */
const passiveTypes = new Set([
  ...inlineImages,
  'image/bmp',
  'image/tiff',
  'image/heic',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'video/mp4',
  'video/webm',
  'font/woff',
  'font/woff2',
  'font/ttf',
  'font/otf',
  'application/zip',
  'application/gzip',
])
const maxNameOctets = 150
/** Names that Windows gives to devices, whatever their ending. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i
/** Controls, separators, and what turns the direction of writing round. */
const unsafeChars = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}"\\/:*?<>|]/gu

export function passiveType(mediaType: string): string {
  return passiveTypes.has(mediaType) ? mediaType : 'application/octet-stream'
}

/** Header fields of a part's content. HTML-10. */
export function contentHeaders(mediaType: string, filename: string, download: boolean): ReplyHeaders {
  const inline = !download && inlineImages.has(mediaType)
  return {
    'Content-Disposition': contentDisposition(inline ? 'inline' : 'attachment', filename),
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  }
}

/** An ASCII name for everyone and the real one for those who read RFC 8187; at most 150 octets each. WEB-12. */
export function contentDisposition(kind: 'inline' | 'attachment', filename: string): string {
  const name = safeName(filename)
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/[%;,']/g, '_')
  if (ascii === name) return `${kind}; filename="${name}"`
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${extValue(name)}`
}

function safeName(filename: string): string {
  const cleaned = filename
    .normalize('NFC')
    .replace(unsafeChars, '_')
    .replace(/^[. ]+/, '')
    .trim()
  const named = deviceName.test(cleaned) ? `_${cleaned}` : cleaned
  return cutOctets(named, maxNameOctets) || 'part'
}

/** Keeps a short ending, so that a cut name still opens with the right program. */
function cutOctets(name: string, maxOctets: number): string {
  if (Buffer.byteLength(name) <= maxOctets) return name
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''
  let octets = ending.length
  let cut = ''
  for (const char of name.slice(0, name.length - ending.length)) {
    octets += Buffer.byteLength(char)
    if (octets > maxOctets) break
    cut += char
  }
  return cut + ending
}

/** ext-value, RFC 8187 §3.2.1. */
function extValue(text: string): string {
  return encodeURIComponent(text).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
