/** Parameters of MIME fields: RFC 2045 §5.1, with continuations and charsets by RFC 2231. */
import { decodeCharset, decodeUtf8Loosely, type DecodingBudget } from './charset.ts'
import { defaultLimits } from './limits.ts'

export interface ParsedParameters {
  /** Pairs that were read. */
  readonly count: number
  /** Names in lower case, values decoded. The first of two equal names wins. */
  readonly parameters: ReadonlyMap<string, string>
  /** Something broke the syntax and was read as well as it could be. */
  readonly malformed: boolean
  /** There are more than the limit; those were not read. */
  readonly tooMany: boolean
}

const none: ParsedParameters = { count: 0, parameters: new Map(), malformed: false, tooMany: false }

/**
 * Reads `; name=value` pairs of a raw field body from offset `at` on. Linear, never throws.
 * @param limit most pairs that are read, the pieces of a continuation counted each.
 * @param budget values in charsets of their own beyond it are read as UTF-8.
 */
export function parseParameters(
  raw: string,
  at: number,
  limit: number,
  budget: DecodingBudget = { left: 200 },
): ParsedParameters {
  const first = raw.indexOf(';', at)
  if (first < 0) return none
  const reader = new ParameterReader(raw, first)
  const simple = new Map<string, string>()
  const pieces = new Map<string, Pieces>()
  let count = 0
  let pair = reader.next()
  for (; pair !== undefined && count < limit; pair = reader.next()) {
    count++
    const name = pair.name.toLowerCase()
    const { value } = pair
    const star = name.indexOf('*')
    const known = star < 0 ? simple.has(name) : addPiece(pieces, name, star, value)
    if (star < 0 && !known) simple.set(name, decodeUtf8Loosely(value))
    if (known) reader.malformed = true
  }
  const parameters = joined(simple, pieces, budget)
  return { count, parameters, malformed: reader.malformed, tooMany: pair !== undefined }
}

/**
 * The pairs of a raw field body as they stand, in order: only quotes and folding are gone, continuations and charsets of
 * RFC 2231 are left to the reader. One char per octet. Linear, never throws.
 * @param limit most pairs that are read.
 */
export function rawParameters(raw: string, limit: number = defaultLimits.parameters): [name: string, value: string][] {
  const pairs: [string, string][] = []
  const first = raw.indexOf(';')
  if (first < 0) return pairs
  const reader = new ParameterReader(raw, first)
  for (let pair = reader.next(); pair !== undefined && pairs.length < limit; pair = reader.next()) {
    pairs.push([pair.name, pair.value])
  }
  return pairs
}

/** Pieces of one value by index; `name*` alone is index 0. */
type Pieces = Map<number, Piece>

interface Piece {
  readonly value: string
  readonly extended: boolean
}

/** @returns whether that piece was there already, or its index is none. */
function addPiece(all: Map<string, Pieces>, name: string, star: number, value: string): boolean {
  const extended = name.endsWith('*')
  const index = extended ? name.slice(star + 1, -1) : name.slice(star + 1)
  if (!/^\d{0,5}$/.test(index) || (index === '' && !extended)) return true
  const base = name.slice(0, star)
  const pieces: Pieces = all.get(base) ?? new Map<number, Piece>()
  all.set(base, pieces)
  if (pieces.has(Number(index))) return true
  pieces.set(Number(index), { value, extended })
  return false
}

function joined(simple: Map<string, string>, all: Map<string, Pieces>, budget: DecodingBudget): Map<string, string> {
  for (const [name, pieces] of all) {
    const value = joinPieces(pieces, budget)
    // RFC 2231 §4: who writes both means the extended one for those who can read it.
    if (value !== undefined) simple.set(name, value)
  }
  return simple
}

/** Up to the first gap. The charset stands in the first piece (RFC 2231 §4.1). */
function joinPieces(pieces: Pieces, budget: DecodingBudget): string | undefined {
  const first = pieces.get(0)
  if (first === undefined) return undefined
  const prefix = first.extended ? /^([^']{0,80})'[^']{0,80}'/.exec(first.value) : null
  const octets: Buffer[] = []
  for (let index = 0, piece = pieces.get(0); piece !== undefined; piece = pieces.get(++index)) {
    const text = index === 0 && prefix !== null ? piece.value.slice(prefix[0].length) : piece.value
    octets.push(piece.extended ? percentOctets(text) : Buffer.from(text, 'latin1'))
  }
  const charset = prefix?.[1] ?? ''
  return decodeCharset(Buffer.concat(octets), charset !== '' && budget.left-- > 0 ? charset : '').text
}

function percentOctets(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

class ParameterReader {
  readonly #raw: string
  #at: number
  malformed = false

  constructor(raw: string, at: number) {
    this.#raw = raw
    this.#at = at
  }

  /** parameter = attribute "=" value                                                       RFC 2045 §5.1 */
  next(): { name: string; value: string } | undefined {
    while (this.#at < this.#raw.length) {
      this.#skip(/[;\s]*/y)
      if (this.#at >= this.#raw.length) return undefined
      const name = this.#take(/[^;="]*/y).trim()
      if (this.#raw.charAt(this.#at) === '=' && name !== '') {
        this.#at++
        return { name, value: this.#value() }
      }
      // A comment may stand here (RFC 5322 §3.2.2); anything else is not a parameter.
      if (!name.startsWith('(')) this.malformed = true
      this.#take(/[^;]*/y)
    }
    return undefined
  }

  #value(): string {
    this.#skip(/\s*/y)
    if (this.#raw.charAt(this.#at) === '"') return this.#quoted()
    const value = this.#take(/[^;]*/y)
      .replace(/[\r\n]+/g, '')
      .trim()
    // token: no white space and no tspecials. A comment after it is no part of it.
    const comment = /[ \t]\([^()]*\)$/.exec(value.slice(-200))
    const token = comment === null ? value : value.slice(0, value.length - comment[0].length).trim()
    if (/[\s"(),:<=>?@[\\\]]/.test(token) || token === '') this.malformed = true
    return token
  }

  #quoted(): string {
    this.#at++
    const from = this.#at
    while (this.#at < this.#raw.length && this.#raw.charAt(this.#at) !== '"')
      this.#at += this.#raw.charAt(this.#at) === '\\' ? 2 : 1
    if (this.#at >= this.#raw.length) this.malformed = true
    const inside = this.#raw.slice(from, this.#at)
    this.#at++
    this.#take(/[^;]*/y)
    return inside.replace(/[\r\n]+/g, '').replace(/\\([\s\S])/g, '$1')
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    pattern.exec(this.#raw)
    this.#at = Math.max(this.#at, pattern.lastIndex)
  }

  #take(pattern: RegExp): string {
    const from = this.#at
    this.#skip(pattern)
    return this.#raw.slice(from, this.#at)
  }
}
