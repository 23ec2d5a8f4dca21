/**
 * Characters that are not seen and change what is: the order of the text around them, or whether two names are one.
 *
 * Embeddings, overrides and isolates; zero-width space, word joiner and byte order mark. Joiners after anything but what
 * pictographs are made of, or a letter of a script that joins, where they belong to the spelling.
 */
const hidden =
  /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Mong}\p{scx=Nkoo}])[\u200c\u200d]/gu

/** The first of them as `U+202E`; undefined where there is none. */
export function hiddenControl(text: string): string | undefined {
  const [found] = text.matchAll(hidden)
  return found === undefined ? undefined : codePoint(found[0])
}

/** The text in turns with the controls in it: what is seen, a control, what is seen … */
export function splitAtHidden(text: string): readonly string[] {
  const pieces: string[] = []
  let end = 0
  for (const { index, 0: control } of text.matchAll(hidden)) {
    pieces.push(text.slice(end, index), control)
    end = index + control.length
  }
  return [...pieces, text.slice(end)]
}

/** `U+202E` of a character. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
