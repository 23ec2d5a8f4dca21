// CSS Syntax Module Level 3, §4: tokens, as far as a filter of URLs needs them told apart. Linear; never throws.

/** A token with its escapes resolved. `text` is as written, for kinds that are passed through. */
export interface CssToken {
  readonly kind: 'ident' | 'function' | 'at' | 'hash' | 'string' | 'bad-string' | 'url' | 'bad-url' | 'space' | 'other'
  /** Escapes resolved: the name, the content of the string, the address. */
  readonly value: string
}

const nameStart = /[a-z_\u0080-\uffff]/i
const nameChar = /[\w\u0080-\uffff-]/
const space = /[ \t\n\r\f]/
/** CDO and CDC tokens: of HTML's comments, and without a meaning in CSS. */
const commentMarkers = ['<!--', '-->']
const hexDigit = /[\da-f]/i

/** Splits a style sheet, or declarations. Comments are left out, but separate what they stood between. */
export function* cssTokens(text: string): Generator<CssToken, undefined> {
  const reader = new Reader(text.replace(/\r\n?|\f/g, '\n').replaceAll('\0', '\ufffd'))
  for (let token = reader.next(); token !== undefined; token = reader.next()) yield token
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  next(): CssToken | undefined {
    const char = this.#text[this.#at]
    if (char === undefined) return undefined
    if (this.#text.startsWith('/*', this.#at)) return this.#comment()
    if (space.test(char)) return this.#spaces()
    if (char === '"' || char === "'") return this.#string(char)
    if (char === '#' && this.#isName(this.#at + 1)) return { kind: 'hash', value: this.#name(1) }
    if (char === '@' && this.#isIdent(this.#at + 1)) return { kind: 'at', value: this.#name(1) }
    const marker = commentMarkers.find((text) => this.#text.startsWith(text, this.#at))
    if (marker !== undefined) return this.#skip(marker.length)
    if (this.#isIdent(this.#at)) return this.#identLike()
    this.#at += 1
    return { kind: 'other', value: char }
  }

  #skip(length: number): CssToken {
    this.#at += length
    return { kind: 'space', value: ' ' }
  }

  #comment(): CssToken {
    const end = this.#text.indexOf('*/', this.#at + 2)
    this.#at = end < 0 ? this.#text.length : end + 2
    return { kind: 'space', value: ' ' }
  }

  #spaces(): CssToken {
    while (space.test(this.#text[this.#at] ?? 'x')) this.#at += 1
    return { kind: 'space', value: ' ' }
  }

  #identLike(): CssToken {
    const value = this.#name(0)
    if (this.#text[this.#at] !== '(') return { kind: 'ident', value }
    this.#at += 1
    if (value.toLowerCase() !== 'url') return { kind: 'function', value }
    while (space.test(this.#text[this.#at] ?? 'x')) this.#at += 1
    const quote = this.#text[this.#at]
    return quote === '"' || quote === "'" ? { kind: 'function', value } : this.#url()
  }

  /** §4.3.6, after `url(` and white space. The end of the text closes it. */
  #url(): CssToken {
    let value = ''
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined || char === ')') {
        this.#at += 1
        return { kind: 'url', value }
      }
      if (space.test(char)) {
        this.#spaces()
        const after = this.#text[this.#at]
        if (after !== undefined && after !== ')') return this.#badUrl()
        continue
      }
      if (char === '"' || char === "'" || char === '(') return this.#badUrl()
      if (char === '\\') {
        if (!this.#isEscape(this.#at)) return this.#badUrl()
        value += this.#escape()
        continue
      }
      value += char
      this.#at += 1
    }
  }

  /** §4.3.14. */
  #badUrl(): CssToken {
    for (let char = this.#text[this.#at]; char !== undefined && char !== ')'; char = this.#text[this.#at]) {
      this.#at += char === '\\' ? 2 : 1
    }
    this.#at += 1
    return { kind: 'bad-url', value: '' }
  }

  /** §4.3.5. */
  #string(quote: string): CssToken {
    let value = ''
    this.#at += 1
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined || char === quote) {
        this.#at += 1
        return { kind: 'string', value }
      }
      if (char === '\n') return { kind: 'bad-string', value: '' }
      if (char !== '\\') {
        value += char
        this.#at += 1
      } else if (this.#text[this.#at + 1] === '\n') this.#at += 2
      else if (this.#text[this.#at + 1] === undefined) this.#at += 1
      else value += this.#escape()
    }
  }

  #name(from: number): string {
    this.#at += from
    let value = ''
    for (;;) {
      const char = this.#text[this.#at]
      if (char !== undefined && nameChar.test(char)) {
        value += char
        this.#at += 1
      } else if (this.#isEscape(this.#at)) value += this.#escape()
      else return value
    }
  }

  /** §4.3.7, at the backslash. */
  #escape(): string {
    this.#at += 1
    let digits = ''
    while (digits.length < 6 && hexDigit.test(this.#text[this.#at] ?? 'x')) {
      digits += this.#text.charAt(this.#at)
      this.#at += 1
    }
    if (digits === '') {
      const code = this.#text.codePointAt(this.#at)
      const char = code === undefined ? '\ufffd' : String.fromCodePoint(code)
      this.#at += char.length
      return char
    }
    if (space.test(this.#text[this.#at] ?? 'x')) this.#at += 1
    const code = Number.parseInt(digits, 16)
    const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    return valid ? String.fromCodePoint(code) : '\ufffd'
  }

  #isEscape(at: number): boolean {
    return this.#text[at] === '\\' && this.#text[at + 1] !== '\n' && at + 1 < this.#text.length
  }

  #isName(at: number): boolean {
    return nameChar.test(this.#text[at] ?? ' ') || this.#isEscape(at)
  }

  /** §4.3.9. */
  #isIdent(at: number): boolean {
    const char = this.#text[at] ?? ' '
    if (char !== '-') return nameStart.test(char) || this.#isEscape(at)
    const second = this.#text[at + 1] ?? ' '
    return second === '-' || nameStart.test(second) || this.#isEscape(at + 1)
  }
}
