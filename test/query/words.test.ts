import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fc } from '../support/properties.ts'
import { indexWord, maxWordCharacters, words } from '../../src/query/words.ts'

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const anyWord = anyText.map((text) => words(text)[0]).filter((word) => word !== undefined)

describe('words', () => {
  const table: readonly (readonly [about: string, text: string, words: string])[] = [
    ['nothing', '', ''],
    ['punctuation only', ' .,;-_!? ', ''],
    ['ASCII', "Don't panic: it's 12:30!", 'don t panic it s 12 30'],
    ['an address', 'Alice.O+tag@Example.com', 'alice o tag example com'],
    ['accents, composed', 'Crème Brûlée', 'creme brulee'],
    ['accents, decomposed', 'Cre\u0300me Bru\u0302le\u0301e', 'creme brulee'],
    ['many marks on one letter', 'z\u0300\u0301\u0302\u0303\u0304algo', 'zalgo'],
    ['sharp s, small and capital', 'Straße STRASSE STRAẞE', 'strasse strasse strasse'],
    ['Turkish dotless and dotted i', 'ılık ILIK İstanbul istanbul', 'ilik ilik istanbul istanbul'],
    ['ligatures', 'ﬁnal ﬂy oﬃce ĳs', 'final fly office ijs'],
    ['full-width forms', 'ＡＢＣ１２３', 'abc123'],
    ['superscripts, circled, roman', 'x² ① Ⅷ', 'x2 1 viii'],
    ['final sigma', 'ΟΔΟΣ οδός ὁδοσ', 'οδοσ οδοσ οδοσ'],
    ['Cyrillic', 'Ёлка й', 'елка и'],
    ['Hebrew points', 'שָׁלוֹם', 'שלום'],
    ['Arabic harakat', 'مُحَمَّد', 'محمد'],
    ['soft hyphen and joiners', 'co\u00ADope\u200Drate mi\u200Cx', 'cooperate mix'],
    ['zero width space separates', 'one\u200Btwo', 'one two'],
    ['Devanagari keeps its vowel signs', 'हिन्दी, किताब', 'हिन्दी किताब'],
    ['Han, one word each', '日本語 text', '日 本 語 text'],
    ['Han beside Latin and digits', 'A日1本b', 'a 日 1 本 b'],
    ['Han beyond the BMP', '𠮷野家', '𠮷 野 家'],
    ['kana, voiced ones kept', 'がか ガカ スーパー', 'が か ガ カ ス ー パ ー'],
    ['half-width kana', 'ｶﾞｶ', 'ガ カ'],
    ['Hangul syllables stay whole', '한국어 메일', '한 국 어 메 일'],
    ['Hangul from jamo', '\u1112\u1161\u11AB', '한'],
    ['Thai, by character', 'ไทย', 'ไ ท ย'],
    ['emoji separate', 'party🎉time 👩‍💻 1️⃣', 'party time 1'],
    ['lone surrogates separate', 'a\uD800b', 'a b'],
  ]
  for (const [about, text, expected] of table) {
    test(about, () => assert.equal(words(text).join(' '), expected.normalize('NFC')))
  }

  test('a phrase of a script without spaces stands inside running text', () => {
    const running = words('先週東京都で開催された')
    assert.ok(running.join(' ').includes(words('東京').join(' ')))
  })

  test('a long word counts by its first characters, surrogate pairs whole', () => {
    assert.deepEqual(words('a'.repeat(100)), ['a'.repeat(maxWordCharacters)])
    assert.deepEqual(words('𐐨'.repeat(100)), ['𐐨'.repeat(maxWordCharacters)])
    assert.deepEqual(words('b'.repeat(maxWordCharacters)), ['b'.repeat(maxWordCharacters)])
  })

  test('every character: its words are words of themselves, and case does not count', () => {
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const character = String.fromCodePoint(code)
      if (!/[\p{L}\p{N}\p{M}]/u.test(character)) continue
      const once = words(`x${character}`).join(' ')
      assert.equal(words(once).join(' '), once, `U+${code.toString(16)}`)
      // The iota below a Greek letter is a mark in lower case and a letter in upper case.
      if (character.normalize('NFD').includes('\u0345')) continue
      assert.equal(words(`x${character.toUpperCase()}`).join(' '), once, `U+${code.toString(16)} in upper case`)
    }
  })

  test('words of words are the same words', () => {
    fc.assert(fc.property(anyText, (text) => assert.deepEqual(words(words(text).join(' ')), words(text))))
  })

  test('what the short way for ASCII gives is what the long way gives', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.deepEqual([...words(text), 'e'], words(`${text} é`))))
  })
})

describe('indexWord', () => {
  test('keeps ASCII but z as it is', () => {
    assert.equal(indexWord('abc123'), 'abc123')
    assert.equal(indexWord('zebra'), 'zzebra')
  })

  test('gives one token of letters and digits to any tokenizer', () => {
    fc.assert(fc.property(anyWord, (word) => assert.match(indexWord(word), /^[a-z0-9]+$/)))
  })

  test('begins with another exactly where the word does', () => {
    const mixed = fc.array(fc.constantFrom('z', 'a', '0', 'é', '日', '本', '𐐨', 'ﬆ'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(mixed, mixed, (a, b) => {
        const [first, second] = [a.join(''), b.join('')]
        assert.equal(indexWord(first).startsWith(indexWord(second)), first.startsWith(second))
      }),
      { numRuns: 2000 },
    )
  })
})
