import { QueryError } from './query-error.ts'

/** A stretch of the query, `[start, end)` in UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A bare word, or what stands between quotes. The span is that of the source, quotes included. */
export interface Value extends Span {
  /** Escapes resolved, stars still in it. */
  readonly text: string
  /** Source positions of the stars that are not escaped. */
  readonly stars: readonly number[]
  readonly quoted: boolean
}

const keywords = ['AND', 'OR', 'NOT'] as const
export type Keyword = (typeof keywords)[number]

const space = /\s*/uy
const bareWord = /[^\s()"]+/uy
const fieldName = /[A-Za-z][A-Za-z-]*(?=:)/y
const headerName = /[^\s()"=]+/uy

/** Takes a query apart from left to right, in linear time; knows its characters, not its grammar. */
export class QueryReader {
  readonly text: string
  #position = 0

  constructor(text: string) {
    this.text = text
  }

  get position(): number {
    return this.#position
  }

  skipSpace(): void {
    this.#match(space)
  }

  atEnd(): boolean {
    return this.#position >= this.text.length
  }

  /** The next UTF-16 unit; empty at the end. */
  peek(): string {
    return this.text.charAt(this.#position)
  }

  /** Takes exactly this, if it is next. */
  take(expected: string): Span | undefined {
    if (!this.text.startsWith(expected, this.#position)) return undefined
    return this.#advance(expected.length)
  }

  /** The keyword that is the whole next word, in upper case; not taken. */
  peekKeyword(): Keyword | undefined {
    const word = this.#look(bareWord)
    return keywords.find((keyword) => keyword === word)
  }

  /** What looks like a field's name before a colon, which is not taken with it; a URL's scheme does not. */
  peekFieldName(): string | undefined {
    const name = this.#look(fieldName)
    if (name === undefined || this.text.startsWith('://', this.#position + name.length)) return undefined
    return name
  }

  /** A header field's name, up to `=`. */
  headerName(): Value | undefined {
    return this.peek() === '"' ? this.#quoted() : this.#bare(headerName)
  }

  /** A quoted value or a bare word; undefined where neither begins. */
  value(): Value | undefined {
    return this.peek() === '"' ? this.#quoted() : this.#bare(bareWord)
  }

  #bare(pattern: RegExp): Value | undefined {
    const start = this.#position
    const text = this.#match(pattern)
    if (text === undefined) return undefined
    const stars: number[] = []
    for (let at = text.indexOf('*'); at >= 0; at = text.indexOf('*', at + 1)) stars.push(start + at)
    return { text, stars, quoted: false, start, end: this.#position }
  }

  // Within quotes \" \\ and \* stand for the character itself; any other backslash is one.
  #quoted(): Value {
    const start = this.#position
    const stars: number[] = []
    let text = ''
    for (let at = start + 1; at < this.text.length; at += 1) {
      let unit = this.text.charAt(at)
      if (unit === '"') {
        this.#position = at + 1
        return { text, stars, quoted: true, start, end: this.#position }
      }
      const next = this.text.charAt(at + 1)
      if (unit === '\\' && (next === '"' || next === '\\' || next === '*')) {
        unit = next
        at += 1
      } else if (unit === '*') {
        stars.push(at)
      }
      text += unit
    }
    throw new QueryError(
      'This quote is never closed: add a " at the end of the phrase',
      start,
      this.text.length - start,
    )
  }

  #advance(length: number): Span {
    const start = this.#position
    this.#position += length
    return { start, end: this.#position }
  }

  #look(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    return pattern.exec(this.text)?.[0]
  }

  #match(pattern: RegExp): string | undefined {
    const found = this.#look(pattern)
    if (found !== undefined) this.#position += found.length
    return found
  }
}
