/** Characters that are not seen and change what is: the order of the text around them, or whether two names are one. */

/** Embeddings, overrides and isolates; zero-width space, word joiner and byte order mark. */
const always = /[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]/u
/** Joiners after anything but a pictograph, or a letter of a script that joins, where they belong to the spelling. */
const joiner =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Mong}\p{scx=Nkoo}])[\u200c\u200d]/u

/** The first of them as `U+202E`; undefined where there is none. */
export function hiddenControl(text: string): string | undefined {
  const code = (always.exec(text) ?? joiner.exec(text))?.[0].codePointAt(0)
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
