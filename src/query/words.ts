/**
 * How text becomes words, in the index and in the predicate alike. Unicode Standard Annex #15 (normalization) and
 * Unicode Standard Annex #24 (scripts). Without this one meaning, a search in SQL and one in memory would disagree.
 */

/** A longer word counts by its first so many characters (code points), in what is searched and in the query alike. */
export const maxWordCharacters = 64

// What can be left out without making it another word to a reader: accents, Hebrew and Arabic points, joiners, variation
// selectors (all of script Inherited), and the soft hyphen. The vowel signs of Indic scripts are marks too, but they spell
// the word; so do the kana voicing marks U+3099 and U+309A, which are Inherited.
const optionalMarks =
  /\u00AD|(?![\u3099\u309A])\p{Script=Inherited}|(?=\p{M})[\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/gu

// Scripts that put no space between words: Han, kana with their own marks (of script Common and Inherited), Bopomofo, Hangul,
// Yi, Thai, Lao, Khmer, Myanmar, Tibetan, the Tai scripts, Javanese, Balinese.
const unspaced =
  /[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\u30FC\u3099\u309A\p{sc=Bopo}\p{sc=Hang}\p{sc=Yiii}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}\p{sc=Lana}\p{sc=Tale}\p{sc=Talu}\p{sc=Tavt}\p{sc=Java}\p{sc=Bali}]/gu

const spelled = /[\p{L}\p{N}\p{M}]+/gu

/** Letters and digits in ASCII alone, which most text is: what the rest of this file does to them is lower case. */
const asciiWord = /[a-z0-9]+/g

const ascii = /^\p{ASCII}*$/u

/**
 * The words of a text, in order. Compatibility forms are resolved (NFKD), accents and other marks that can be left out
 * are dropped, case is folded (`ß` is `ss`, `ı` is `i`, `ς` is `σ`), and everything but letters, digits and vowel signs
 * separates. In scripts without spaces (Han, kana, Hangul, Thai, …) every character is a word of its own.
 * Taking the words of words again changes nothing.
 */
export function words(text: string): string[] {
  const found = ascii.test(text)
    ? text.toLowerCase().match(asciiWord)
    : fold(text).replace(unspaced, ' $& ').match(spelled)
  return found === null ? [] : found.map(cut)
}

/**
 * The word in the letters `a`–`z` and digits, so that SQLite's tokenizers keep it as exactly one token, whatever Unicode
 * they know. `z` becomes `zz`, a character beyond ASCII `z` and four digits in base 36 (its first digit is never `z`).
 * Each character is encoded by itself, so one word begins with another exactly if their encoded forms do.
 */
export function indexWord(word: string): string {
  return word.replace(/z|\P{ASCII}/gu, encoded)
}

function encoded(character: string): string {
  if (character === 'z') return 'zz'
  return 'z' + (character.codePointAt(0) ?? 0).toString(36).padStart(4, '0')
}

function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(optionalMarks, '')
  // Lower, upper, lower is full case folding but for the final sigma, which lower case sets by context. The second pass over
  // marks is for the few letters whose other case is spelled with one. NFC puts Hangul syllables and voiced kana together again.
  const folded = bare.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return folded.normalize('NFKD').replace(optionalMarks, '').normalize('NFC')
}

function cut(word: string): string {
  return word.length <= maxWordCharacters ? word : Array.from(word).slice(0, maxWordCharacters).join('')
}
