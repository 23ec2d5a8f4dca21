/** Encoded words, RFC 2047. */
import { decodeCharset, decodeUtf8Loosely, type DecodingBudget } from './charset.ts'

interface EncodedWord {
  readonly charset: string
  readonly octets: Buffer
  /** After the closing `?=`. */
  readonly end: number
}

export interface DecodedWords {
  readonly text: string
  /** An encoded word could not be decoded: unknown charset or octets that are not valid in it. */
  readonly bad: boolean
}

/**
 * Decodes every encoded word of an unfolded field body (one char per octet); the rest is read as UTF-8 (RFC 6532 §3.2).
 * White space between two encoded words goes (§6.2). Neighbours of one charset are joined before they are decoded, since
 * mailers split characters over them although §5 forbids it. Words beyond the budget stay as they are.
 * Linear, never throws.
 */
export function decodeWords(raw: string, budget: DecodingBudget = { left: 1_000 }): DecodedWords {
  if (!raw.includes('=?')) return { text: decodeUtf8Loosely(raw), bad: false }
  const joiner = new WordJoiner(raw, budget)
  for (let start = raw.indexOf('=?'); start >= 0;) {
    const word = encodedWord(raw, start)
    if (word !== undefined && !joiner.add(word, start)) break
    start = raw.indexOf('=?', word?.end ?? start + 2)
  }
  return joiner.end()
}

/** Puts neighbours of one charset together, and what stands between the others. */
class WordJoiner {
  readonly #raw: string
  readonly #budget: DecodingBudget
  readonly #out: string[] = []
  #bad = false
  /** End of the last word. */
  #plain = 0
  #charset: string | undefined
  #octets: Buffer[] = []

  constructor(raw: string, budget: DecodingBudget) {
    this.#raw = raw
    this.#budget = budget
  }

  /** @returns false: the budget is used up. */
  add(word: EncodedWord, start: number): boolean {
    const between = this.#raw.slice(this.#plain, start)
    const neighbour = this.#charset !== undefined && between.trim() === ''
    if (this.#budget.left <= 0) return false
    this.#budget.left--
    if (!neighbour || this.#charset !== word.charset) {
      this.#flush()
      if (!neighbour) this.#out.push(decodeUtf8Loosely(between))
    }
    this.#charset = word.charset
    this.#octets.push(word.octets)
    this.#plain = word.end
    return true
  }

  end(): DecodedWords {
    this.#flush()
    this.#out.push(decodeUtf8Loosely(this.#raw.slice(this.#plain)))
    return { text: this.#out.join(''), bad: this.#bad }
  }

  #flush(): void {
    if (this.#charset === undefined) return
    const decoded = decodeCharset(Buffer.concat(this.#octets), this.#charset)
    this.#bad ||= decoded.replaced || !decoded.known
    this.#out.push(decoded.text)
    this.#charset = undefined
    this.#octets = []
  }
}

/** encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="            RFC 2047 §2, RFC 2231 §5 */
function encodedWord(raw: string, start: number): EncodedWord | undefined {
  const charsetEnd = raw.indexOf('?', start + 2)
  if (charsetEnd < 0 || charsetEnd - start > 80 || raw.charAt(charsetEnd + 2) !== '?') return undefined
  const textEnd = raw.indexOf('?', charsetEnd + 3)
  if (textEnd < 0 || raw.charAt(textEnd + 1) !== '=') return undefined
  const label = raw.slice(start + 2, charsetEnd)
  const star = label.indexOf('*')
  const charset = (star < 0 ? label : label.slice(0, star)).toLowerCase()
  if (charset === '' || charset.includes(' ')) return undefined
  const text = raw.slice(charsetEnd + 3, textEnd)
  const encoding = raw.charAt(charsetEnd + 1).toLowerCase()
  if (encoding !== 'b' && encoding !== 'q') return undefined
  return { charset, octets: encoding === 'b' ? Buffer.from(text, 'base64') : qOctets(text), end: textEnd + 2 }
}

/** The "Q" encoding, RFC 2047 §4.2. */
function qOctets(text: string): Buffer {
  return Buffer.from(
    text.replace(/_|=([0-9A-Fa-f]{2})/g, (_, hex: string | undefined) =>
      hex === undefined ? ' ' : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  )
}

/** Longer text would make a line beyond the 998 octets of RFC 5322 §2.1.1, with the name of its field. */
const longestPlain = 900

/**
 * Text as encoded words of at most 75 characters, folded, where it is not plain ASCII, looks like an encoded word or is
 * too long for a line; else as it is. UTF-8, "B" encoding, whole characters in each word.
 */
export function encodeWords(text: string): string {
  if (text.length <= longestPlain && /^[\t -~]*$/.test(text) && !text.includes('=?')) return text
  const words: string[] = []
  let piece = ''
  let octets = 0
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (octets + size > 45) {
      words.push(piece)
      piece = ''
      octets = 0
    }
    piece += character
    octets += size
  }
  words.push(piece)
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}
