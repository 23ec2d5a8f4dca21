/** Reads the arguments of one command, by methods named after the grammar. RFC 9051 §9. */
import { decodeKeyword } from '../mailbox-name.ts'
import { ImapBad } from '../error.ts'
import type { LiteralSink } from './command-reader.ts'

/** Octets of one number, far above 2^64. */
const maxDigits = 20

export class Arguments {
  readonly #text: string
  readonly #literals: readonly (Buffer | LiteralSink)[]
  #at: number
  #literal = 0

  /** @param at where in the text to begin. */
  constructor(text: string, literals: readonly (Buffer | LiteralSink)[] = [], at = 0) {
    this.#text = text
    this.#literals = literals
    this.#at = at
  }

  /** The next character, empty at the end. */
  peek(): string {
    return this.#text.charAt(this.#at)
  }

  /** Whether nothing is left. */
  get ended(): boolean {
    return this.#at >= this.#text.length
  }

  /** @throws ImapBad where something is left. */
  end(): void {
    if (!this.ended) throw this.#bad('Nothing more is expected')
  }

  space(): void {
    if (this.#text[this.#at] !== ' ') throw this.#bad('A space is expected')
    this.#at++
  }

  /** Takes this text, in any case, where it is what comes next. */
  take(text: string): boolean {
    const found = this.#text.slice(this.#at, this.#at + text.length)
    if (found !== text && found.toUpperCase() !== text.toUpperCase()) return false
    this.#at += text.length
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.#bad(`${JSON.stringify(text)} is expected`)
  }

  atom(): string {
    return this.#run(isAtom, 'An atom is expected')
  }

  /** Letters, digits, `.`, `-` and `=`, in capitals: what names items, keys and options. */
  word(): string {
    return this.#run(isWord, 'A word is expected').toUpperCase()
  }

  /** An atom, in which `]` may stand, or a string. One character is one octet. */
  astring(): string {
    return this.#stringNext()
      ? this.string().toString('latin1')
      : this.#run(isAstring, 'An atom or a string is expected')
  }

  /** list-mailbox: an atom with `%` and `*`, or a string. */
  listMailbox(): string {
    return this.#stringNext()
      ? this.string().toString('latin1')
      : this.#run(isListMailbox, 'A mailbox pattern is expected')
  }

  string(): Buffer {
    return this.peek() === '"' ? Buffer.from(this.#quoted(), 'latin1') : this.literal()
  }

  nstring(): Buffer | undefined {
    return !this.#stringNext() && this.take('NIL') ? undefined : this.string()
  }

  /** A literal that was kept in memory. */
  literal(): Buffer {
    const literal = this.#nextLiteral()
    if (!Buffer.isBuffer(literal)) throw this.#bad('A literal is not expected')
    return literal
  }

  /** A literal that went to a sink, or was kept. */
  literalOrSink(): Buffer | LiteralSink {
    return this.#nextLiteral()
  }

  /** Whether a literal is next. */
  get atLiteral(): boolean {
    return this.peek() === '{' || (this.peek() === '~' && this.#text[this.#at + 1] === '{')
  }

  /** number: 32 bits. */
  number(): number {
    const number = this.number64()
    if (number > 0xffff_ffff) throw this.#bad('The number is too large')
    return number
  }

  /** nz-number. */
  nzNumber(): number {
    const number = this.number()
    if (number === 0) throw this.#bad('The number must not be 0')
    return number
  }

  /** number64: 63 bits; what a double cannot hold exactly is taken as the nearest that it can. */
  number64(): number {
    const digits = this.#run(isDigit, 'A number is expected')
    if (digits.length > maxDigits || BigInt(digits) > 0x7fff_ffff_ffff_ffffn) throw this.#bad('The number is too large')
    return Number(digits)
  }

  /** A flag: a keyword, or `\` and an atom. RFC 9051 §9. */
  flag(): string {
    return this.take('\\') ? '\\' + this.atom() : decodeKeyword(this.atom())
  }

  /** flag-list: "(" [flag *(SP flag)] ")". */
  flagList(): readonly string[] {
    return this.list(() => this.flag())
  }

  /** What stands in parentheses, with spaces between. May be empty. */
  list<Item>(item: () => Item): readonly Item[] {
    const items: Item[] = []
    this.expect('(')
    while (!this.take(')')) {
      if (items.length > 0) this.space()
      items.push(item())
    }
    return items
  }

  /** Everything up to a space, a parenthesis or the end; for sets, and for what has a reader of its own. */
  token(): string {
    return this.#run(isToken, 'Something is missing')
  }

  /** All that is left of the text; there are no literals in it. */
  rest(): string {
    const rest = this.#text.slice(this.#at)
    this.#at = this.#text.length
    return rest
  }

  /** @throws always: `what` at this place. */
  fail(what: string): never {
    throw this.#bad(what)
  }

  #stringNext(): boolean {
    return this.peek() === '"' || this.atLiteral
  }

  #nextLiteral(): Buffer | LiteralSink {
    const match = this.atLiteral ? /^~?\{\d+\+?\}\r\n/.exec(this.#text.slice(this.#at, this.#at + 32)) : null
    const literal = this.#literals[this.#literal]
    if (match === null || literal === undefined) throw this.#bad('A string is expected')
    this.#literal++
    this.#at += match[0].length
    return literal
  }

  /** quoted = DQUOTE *QUOTED-CHAR DQUOTE. */
  #quoted(): string {
    let from = this.#at + 1
    let value = ''
    for (let i = from; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === 0x22) {
        this.#at = i + 1
        return value + this.#text.slice(from, i)
      }
      if (code === 0 || code === 0x0d || code === 0x0a) break
      if (code !== 0x5c) continue
      const next = this.#text[i + 1]
      if (next !== '"' && next !== '\\') break
      value += this.#text.slice(from, i)
      from = ++i
    }
    throw this.#bad('A quoted string has no end')
  }

  #run(belongs: Uint8Array, problem: string): string {
    const start = this.#at
    let at = start
    while (at < this.#text.length && belongs[this.#text.charCodeAt(at)] === 1) at++
    if (at === start) throw this.#bad(problem)
    this.#at = at
    return this.#text.slice(start, at)
  }

  #bad(problem: string): ImapBad {
    return new ImapBad(`${problem}, at octet ${this.#at + 1}`)
  }
}

/** A table of the octets for which `belongs` holds. */
function octets(belongs: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => Number(belongs(String.fromCharCode(code))))
}

const visible = (character: string): boolean => character > ' ' && character < '\x7f'
// atom-specials; 8-bit octets may stand where UTF-8 is, so they are let pass and checked as text.
const isAtomCharacter = (character: string): boolean => visible(character) && !'(){%*"\\]'.includes(character)
const eightBit = (character: string): boolean => character >= '\x80'

const isAtom = octets(isAtomCharacter)
const isAstring = octets((character) => isAtomCharacter(character) || character === ']' || eightBit(character))
const isListMailbox = octets(
  (character) => isAtomCharacter(character) || '%*]'.includes(character) || eightBit(character),
)
const isWord = octets((character) => /[A-Za-z0-9.\-=]/.test(character))
const isDigit = octets((character) => /\d/.test(character))
const isToken = octets((character) => visible(character) && !'()'.includes(character))
