/**
 * Address lists: RFC 5322 §3.4 with the obsolete forms of §4.4, raw UTF-8 (RFC 6532), encoded words in names (RFC 2047).
 *
 * One pass over the characters, no recursion, no backtracking. What stands in a display name, in quotes or in a comment
 * never becomes an address.
 */
import { domainToASCII, domainToUnicode } from 'node:url'
import { addressText, domainEnd, localStart, plausible, withoutSpace, type Piece } from './address-pieces.ts'
import { decodeUtf8Loosely } from './charset.ts'
import { decodeWords } from './encoded-word.ts'
import { printable, unfold } from './header.ts'
import { defaultLimits } from './limits.ts'

export interface Mailbox {
  /** Decoded display name, or the comment that older mailers put there; empty when there is none. */
  readonly name: string
  /** As written, quoted local part and all; empty where there is a name only. */
  readonly address: string
  /** As written only: the obsolete route before the address, `@a.example,@b.example`. RFC 5322 §4.4. */
  readonly route?: string
}

export interface AddressList {
  /** In order, those in groups included. */
  readonly mailboxes: readonly Mailbox[]
  /** Where groups lie in `mailboxes`: `[start, end)`. RFC 5322 §3.4. */
  readonly groups: readonly { readonly name: string; readonly start: number; readonly end: number }[]
  /** There are more than the limit, or the field is longer than is read; the rest was not read. */
  readonly truncated: boolean
  /** Something was read that the grammar does not allow. */
  readonly malformed: boolean
}

/** How addresses are compared everywhere: without white space around, lower case as a whole, the domain in Unicode. */
export function foldAddress(address: string): string {
  const folded = address.trim().toLowerCase()
  return /[^\x00-\x7f]|xn--/.test(folded) ? withUnicodeDomain(folded) : folded // eslint-disable-line no-control-regex -- US-ASCII
}

/** One domain has two spellings, of which people read this one.. What is no domain stays as it is. */
function withUnicodeDomain(address: string): string {
  const at = address.lastIndexOf('@') + 1
  if (at === 0) return address
  const ascii = domainToASCII(address.slice(at))
  return ascii === '' ? address : address.slice(0, at) + domainToUnicode(ascii)
}

/** Of a field, characters that are read: more than as many addresses as are read have in any mail. */
const maxRead = 128 * 1024

/** Reads the raw body of an address field. Linear, never throws. @param limit most mailboxes that are read. */
export function parseAddressList(raw: string, limit: number = defaultLimits.addresses): AddressList {
  return new ListReader(raw, limit, decoded).read()
}

/**
 * The same with every text as it stands in the field, one char per octet: quotes and comments are gone, encoded words and
 * octets above 127 are not decoded. A mailbox without an at sign is an address without a domain.
 */
export function parseRawAddressList(raw: string, limit: number = defaultLimits.addresses): AddressList {
  return new ListReader(raw, limit, asWritten).read()
}

/** What becomes of the octets that were read. */
interface Reading {
  readonly routes: boolean
  phrase(raw: string): string
  address(raw: string): string
  /** A mailbox without angle brackets and at sign. */
  lone(phrase: string): Mailbox
}

const decoded: Reading = {
  routes: false,
  phrase: (raw) => printable(decodeWords(raw).text).trim(),
  address: decodeUtf8Loosely,
  lone: (name) => ({ name, address: '' }),
}

const asWritten: Reading = {
  routes: true,
  phrase: (raw) => raw.trim(),
  address: (raw) => raw,
  lone: (address) => ({ name: '', address }),
}

const specials = /[\s()<>[\]:;@,"]/g

class ListReader {
  readonly #raw: string
  readonly #cut: boolean
  readonly #limit: number
  readonly #reading: Reading
  #at = 0
  #malformed = false
  #spaced = false
  #pieces: Piece[] = []
  #angle: string | undefined
  #comment: string | undefined
  #group: { name: string; start: number } | undefined
  /** Names that lack their address, each up to its comma: a mailbox in angle brackets after them makes them its own. */
  readonly #names: Piece[][] = []
  /** There were more than the limit. */
  #dropped = false
  readonly #mailboxes: Mailbox[] = []
  readonly #groups: { name: string; start: number; end: number }[] = []

  constructor(raw: string, limit: number, reading: Reading) {
    this.#raw = unfold(raw.slice(0, maxRead))
    this.#cut = raw.length > maxRead
    this.#limit = limit
    this.#reading = reading
  }

  read(): AddressList {
    const raw = this.#raw
    while (this.#at < raw.length && this.#mailboxes.length < this.#limit) this.#step(raw.charAt(this.#at))
    const truncated = this.#cut || (this.#at < raw.length && /[^\s,;]/.test(raw.slice(this.#at)))
    if (!truncated) this.#flush()
    this.#endNames()
    if (this.#group !== undefined) {
      this.#malformed = true
      this.#endGroup()
    }
    return {
      mailboxes: this.#mailboxes,
      groups: this.#groups,
      truncated: truncated || this.#dropped,
      malformed: this.#malformed,
    }
  }

  #step(character: string): void {
    switch (character) {
      case '(':
        return this.#readComment()
      case '"':
        return this.#piece('quoted', this.#readQuoted())
      case '<':
        return this.#readAngle()
      case '@':
        this.#at++
        return this.#piece('at', '@')
      case '[':
        return this.#piece('word', this.#until(']'))
      case ',':
        this.#at++
        return this.#keepsName() ? this.#keepName() : this.#flush()
      case ':':
        return this.#beginGroup()
      case ';':
        this.#at++
        this.#flush()
        this.#endNames()
        return this.#endGroup()
      default:
        return this.#readWord(character)
    }
  }

  #piece(kind: Piece['kind'], text: string): void {
    this.#pieces.push({ kind, text, spaced: this.#spaced })
    this.#spaced = false
  }

  #readWord(character: string): void {
    if (character === ' ' || character === '\t' || character === '\r' || character === '\n') {
      this.#at++
      this.#spaced = true
      return
    }
    if (character === ')' || character === ']' || character === '>') {
      this.#malformed = true
      this.#at++
      return
    }
    specials.lastIndex = this.#at
    const end = specials.exec(this.#raw)?.index ?? this.#raw.length
    const from = this.#at
    this.#at = Math.max(end, from + 1)
    this.#piece('word', this.#raw.slice(from, this.#at))
  }

  /** quoted-string, RFC 5322 §3.2.4. Without its end it reaches to the end of the list. */
  #readQuoted(): string {
    const end = this.#closing('"', this.#at + 1)
    const text = this.#raw.slice(this.#at + 1, end).replace(/\\([\s\S])/g, '$1')
    if (end >= this.#raw.length) this.#malformed = true
    this.#at = end + 1
    return text
  }

  /** Where the unescaped `quote` stands, or the length. */
  #closing(quote: string, from: number): number {
    const raw = this.#raw
    let at = from
    while (at < raw.length && raw.charAt(at) !== quote) at += raw.charAt(at) === '\\' ? 2 : 1
    return Math.min(at, raw.length)
  }

  /** From here to `close`, that included. */
  #until(close: string): string {
    const end = this.#closing(close, this.#at + 1)
    const text = this.#raw.slice(this.#at, end + 1)
    if (end >= this.#raw.length) this.#malformed = true
    this.#at = end + 1
    return text
  }

  /** comment, RFC 5322 §3.2.2; they nest. */
  #readComment(): void {
    const raw = this.#raw
    const from = this.#at + 1
    let depth = 0
    do {
      const character = raw.charAt(this.#at)
      if (character === '(') depth++
      else if (character === ')') depth--
      this.#at += character === '\\' ? 2 : 1
    } while (depth > 0 && this.#at < raw.length)
    if (depth > 0) this.#malformed = true
    this.#comment ??= raw.slice(from, depth > 0 ? raw.length : this.#at - 1).replace(/\\([\s\S])/g, '$1')
    this.#spaced = true
  }

  /** angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]                              RFC 5322 §3.4, §4.4 */
  #readAngle(): void {
    const raw = this.#raw
    if (this.#angle !== undefined) this.#malformed = true
    let text = ''
    let from = ++this.#at
    for (;;) {
      const character = raw.charAt(this.#at)
      if (character === '>' || character === '') break
      // An address without its end must not swallow the next one; only a route holds commas.
      if (character === ',' && !/^\s*@/.test(raw.slice(from, from + 50))) break
      if (character === '"') this.#at = this.#closing('"', this.#at + 1) + 1
      else if (character === '(') {
        text += raw.slice(from, this.#at)
        const comment = this.#comment
        this.#readComment()
        this.#comment = comment
        from = this.#at
      } else if (character === '<') {
        this.#malformed = true
        text = ''
        from = ++this.#at
      } else this.#at++
    }
    text += raw.slice(from, Math.min(this.#at, raw.length))
    if (raw.charAt(this.#at) === '>') this.#at++
    else this.#malformed = true
    this.#angle ??= text.trim()
  }

  /** Whether what ends at a comma is no more than words. */
  #keepsName(): boolean {
    return this.#angle === undefined && this.#pieces.length > 0 && this.#pieces.every(({ kind }) => kind !== 'at')
  }

  /** Mailers leave the quotes around `Doe, John` out; the name then has its address after the comma. */
  #keepName(): void {
    this.#malformed = true
    this.#names.push(this.#pieces)
    this.#clear()
  }

  /** They were mailboxes without an address. */
  #endNames(): void {
    for (const pieces of this.#names.splice(0)) this.#add(this.#reading.lone(this.#phrase(pieces)))
  }

  #add(mailbox: Mailbox): void {
    if (this.#mailboxes.length < this.#limit) this.#mailboxes.push(mailbox)
    else this.#dropped = true
  }

  /** group = display-name ":" [group-list] ";"                                              RFC 5322 §3.4 */
  #beginGroup(): void {
    this.#at++
    this.#endNames()
    if (this.#group !== undefined || this.#angle !== undefined) {
      // Groups do not nest: what looks like an inner one is read as if its name and colon were not there.
      this.#malformed = true
      this.#pieces = []
      return
    }
    this.#group = { name: this.#phrase(this.#pieces), start: this.#mailboxes.length }
    this.#clear()
  }

  #endGroup(): void {
    const group = this.#group
    this.#group = undefined
    if (group !== undefined) this.#groups.push({ ...group, end: this.#mailboxes.length })
  }

  /** Ends the mailbox under way. */
  #flush(): void {
    if (this.#angle === undefined && this.#pieces.length > 0) this.#endNames()
    const mailbox = this.#angle === undefined ? this.#bareMailbox() : this.#angleMailbox(this.#angle)
    if (mailbox !== undefined) this.#add(mailbox)
    this.#clear()
  }

  #clear(): void {
    this.#pieces = []
    this.#angle = undefined
    this.#comment = undefined
    this.#spaced = false
  }

  #angleMailbox(angle: string): Mailbox {
    const pieces = this.#withNames()
    const name = pieces.length > 0 ? this.#phrase(pieces) : this.#commentName()
    const colon = angle.startsWith('@') ? angle.indexOf(':') : -1
    const address = this.#reading.address(withoutSpace(angle.slice(colon + 1)))
    if (!plausible(address) || this.#pieces.some(({ kind }) => kind === 'at')) this.#malformed = true
    if (colon < 0 || !this.#reading.routes) return { name, address }
    return { name, address, route: withoutSpace(angle.slice(0, colon)) }
  }

  /** The words of the mailbox under way, those before an unquoted comma first. */
  #withNames(): readonly Piece[] {
    const comma: Piece = { kind: 'word', text: ',', spaced: false }
    // An address alone, without words, is a mailbox of its own.
    if (this.#pieces.length === 0) this.#endNames()
    const [first, ...rest] = this.#pieces
    if (first === undefined) return []
    const names = this.#names.splice(0).flatMap((pieces) => [...pieces, comma])
    return names.length === 0 ? this.#pieces : [...names, { ...first, spaced: true }, ...rest]
  }

  /** A mailbox without angle brackets: an addr-spec, or a name that lacks its address. */
  #bareMailbox(): Mailbox | undefined {
    const pieces = this.#pieces
    if (pieces.length === 0) return undefined
    const at = pieces.findIndex(({ kind }) => kind === 'at')
    if (at < 0) {
      this.#malformed = true
      return this.#reading.lone(this.#phrase(pieces))
    }
    const from = localStart(pieces, at)
    const to = domainEnd(pieces, at)
    const address = this.#reading.address(pieces.slice(from, to).map(addressText).join(''))
    const rest = [...pieces.slice(0, from), ...pieces.slice(to)]
    if (rest.length > 0 || !plausible(address)) this.#malformed = true
    return { name: rest.length > 0 ? this.#phrase(rest) : this.#commentName(), address }
  }

  #phrase(pieces: readonly Piece[]): string {
    // Quoted strings hold encoded words although RFC 2047 §5 (3) forbids it, and every reader decodes them.
    return this.#reading.phrase(
      pieces.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join(''),
    )
  }

  #commentName(): string {
    return this.#comment === undefined ? '' : this.#reading.phrase(this.#comment)
  }
}
