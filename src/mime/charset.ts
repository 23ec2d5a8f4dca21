/**
 * Charsets: octets to text. The WHATWG labels by TextDecoder, those of seven bits that it refuses and UTF-7 (RFC 2152)
 * here, the rest by iconv-lite, which is loaded when the first message needs it.
 */
import { createRequire } from 'node:module'
import { hzToGb, iso2022KrToEuc } from './seven-bit.ts'
import { decodeUtf7 } from './utf7.ts'

export interface DecodedText {
  readonly text: string
  /** False: the charset has no decoder; the text was read as UTF-8. */
  readonly known: boolean
  /** True: some octets are not valid in the charset; U+FFFD stands for them. */
  readonly replaced: boolean
}

/**
 * How many more texts may be decoded, shared by all that a header or a message holds: a decoder costs microseconds to
 * set up, and a hostile header asks for a million of them.
 */
export interface DecodingBudget {
  left: number
}

export interface CharsetOptions {
  /** Decode UTF-7. Off by default: it smuggles markup past filters, so never for HTML. */
  readonly utf7?: boolean
}

/** Decodes all octets; never throws. `charset` in any case; an empty one is US-ASCII, read as UTF-8. */
export function decodeCharset(octets: Uint8Array, charset: string, options: CharsetOptions = {}): DecodedText {
  const label = charset.trim().toLowerCase()
  if (utf8Labels.has(label)) return decodeUtf8(octets)
  if (windows1252Labels.has(label)) return decodeWindows1252(octets)
  if (utf7Labels.has(label)) return options.utf7 === true ? decodeUtf7(octets) : ascii(octets)
  const shifting = shiftingCharsets.get(label)
  if (shifting !== undefined) return decodeCharset(shifting.unshift(octets), shifting.charset)
  return (
    byTextDecoder(octets, aliases.get(label) ?? label) ??
    byIconv(octets, label) ?? { ...decodeUtf8(octets), known: false }
  )
}

/** Whether `decodeCharset` has a decoder for it. */
export function knownCharset(charset: string): boolean {
  const label = charset.trim().toLowerCase()
  if (utf8Labels.has(label) || utf7Labels.has(label) || windows1252Labels.has(label)) return true
  if (shiftingCharsets.has(label)) return true
  return textDecoder(aliases.get(label) ?? label) !== undefined || iconvFor(label) !== undefined
}

/** Whether it is UTF-8, or US-ASCII, which is read as that. */
export function isUtf8Label(charset: string): boolean {
  return utf8Labels.has(charset.trim().toLowerCase())
}

/** Whether it has a decoder, and what is written in US-ASCII reads the same in it; `charset` in lower case. */
export function readsAscii(charset: string): boolean {
  if (!knownCharset(charset) || utf7Labels.has(charset)) return false
  const { text, replaced } = decodeCharset(asciiSample, charset)
  return text === asciiSample.toString('latin1') && !replaced
}

const asciiSample = Buffer.from('<meta "charset"=a_Z9>\\\r\n', 'latin1')

/** US-ASCII is read as UTF-8, its superset: what declares ASCII and is not is nearly always that. */
const utf8Labels = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii', '', 'unicode-1-1-utf-8'])
/** Every ISO-8859-1 text on the net is windows-1252 (WHATWG Encoding §4.2); without octets 80 to 9F they are the same. */
const windows1252Labels = new Set(['iso-8859-1', 'latin1', 'windows-1252', 'cp1252', 'cp-1252', 'x-cp1252'])
const utf7Labels = new Set(['utf-7', 'utf7', 'unicode-1-1-utf-7', 'csunicode11utf7'])

/** Labels that mailers write and the WHATWG list lacks. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['cp932', 'shift_jis'],
  ['iso-2022-jp-2', 'iso-2022-jp'],
  ['iso-2022-jp-ms', 'iso-2022-jp'],
  ['ansi_x3.4-1968', 'utf-8'],
])

interface ShiftingCharset {
  /** To the same text in `charset`. */
  readonly unshift: (octets: Uint8Array) => Uint8Array
  readonly charset: string
}

const iso2022Kr: ShiftingCharset = { unshift: iso2022KrToEuc, charset: 'euc-kr' }
const hz: ShiftingCharset = { unshift: hzToGb, charset: 'gb18030' }

/**
 * Those that WHATWG Encoding §4.2 replaces by one U+FFFD, since pages smuggled markup in them. Here a text is
 * decoded before anybody looks at its markup.
 */
const shiftingCharsets: ReadonlyMap<string, ShiftingCharset> = new Map([
  ['iso-2022-kr', iso2022Kr],
  ['csiso2022kr', iso2022Kr],
  ['hz-gb-2312', hz],
  ['hz', hz],
])

function decodeUtf8(octets: Uint8Array): DecodedText {
  const text = bufferOf(octets).toString('utf8')
  if (!text.includes('\ufffd')) return { text, known: true, replaced: false }
  return { text, known: true, replaced: !validUtf8(octets) }
}

/** U+FFFD may have been sent as itself. */
function validUtf8(octets: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets)
    return true
  } catch {
    return false
  }
}

function ascii(octets: Uint8Array): DecodedText {
  return {
    text: bufferOf(octets)
      .toString('latin1')
      .replace(/[\x80-\xff]/g, '\ufffd'),
    known: true,
    replaced: false,
  }
}

/** Octets 80 to 9F of windows-1252; the holes stay what they are. */
const high1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

/** Not by TextDecoder: that of Node 20 reads octets 80 to 9F as control characters. */
function decodeWindows1252(octets: Uint8Array): DecodedText {
  const text = bufferOf(octets).toString('latin1')
  const decoded = text.replace(/[\x80-\x9f]/g, (character) => high1252.charAt(character.charCodeAt(0) - 0x80))
  return { text: decoded, known: true, replaced: false }
}

function byTextDecoder(octets: Uint8Array, label: string): DecodedText | undefined {
  const decoder = textDecoder(label)
  if (decoder === undefined) return undefined
  const text = decoder.decode(octets)
  return { text, known: true, replaced: text.includes('\ufffd') }
}

function textDecoder(label: string): TextDecoder | undefined {
  try {
    // "replacement" makes one U+FFFD of the whole text; such a charset (iso-2022-cn) is better called unknown.
    const decoder = new TextDecoder(label)
    return decoder.encoding === 'replacement' ? undefined : decoder
  } catch {
    return undefined
  }
}

interface IconvLite {
  decode(octets: Uint8Array, encoding: string): string
  encodingExists(encoding: string): boolean
}

function byIconv(octets: Uint8Array, label: string): DecodedText | undefined {
  const text = iconvFor(label)?.decode(bufferOf(octets), label)
  return text === undefined ? undefined : { text, known: true, replaced: text.includes('\ufffd') }
}

function iconvFor(label: string): IconvLite | undefined {
  if (internalLabels.has(label)) return undefined
  const iconv = iconvLite()
  return iconv?.encodingExists(label) === true ? iconv : undefined
}

/** What iconv-lite has for programs, which is no charset. */
const internalLabels = new Set(['base64', 'hex', 'binary', 'internal'])

const load = createRequire(import.meta.url)

/** Node keeps what was loaded. A build without the package still decodes everything but these rare charsets. */
function iconvLite(): IconvLite | undefined {
  try {
    return load('iconv-lite') as IconvLite
  } catch {
    return undefined
  }
}

/** A raw header string (one char per octet) as UTF-8, RFC 6532 §3.2; invalid octets become U+FFFD. */
export function decodeUtf8Loosely(raw: string): string {
  return /[\x80-\xff]/.test(raw) ? Buffer.from(raw, 'latin1').toString('utf8') : raw
}

/** The same octets as a Buffer, not copied. */
export function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.length)
}
