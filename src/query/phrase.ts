/** What of a term says which words stand together. */
export interface Phrase {
  readonly words: readonly string[]
  /** The last word may go on. */
  readonly prefix: boolean
}

/**
 * Whether the words stand next to each other somewhere in the text. Linear in both, whatever they hold (the search of
 * Knuth, Morris and Pratt; a prefix at the end is looked at once the words before it were found).
 */
export function holdsPhrase(text: readonly string[], { words, prefix }: Phrase): boolean {
  const last = words.at(-1)
  if (last === undefined) return true
  const whole = prefix ? words.slice(0, -1) : words
  if (whole.length === 0) return text.some((word) => word.startsWith(last))
  const borders = bordersOf(whole)
  let matched = 0
  for (const [at, word] of text.entries()) {
    while (matched > 0 && word !== whole[matched]) matched = borders[matched - 1] ?? 0
    if (word === whole[matched]) matched += 1
    if (matched < whole.length) continue
    if (!prefix || text[at + 1]?.startsWith(last) === true) return true
    matched = borders[matched - 1] ?? 0
  }
  return false
}

/** For each beginning of the phrase, how much of it also ends it (and is not all of it). */
function bordersOf(phrase: readonly string[]): number[] {
  const borders = [0]
  let border = 0
  for (let at = 1; at < phrase.length; at += 1) {
    while (border > 0 && phrase[at] !== phrase[border]) border = borders[border - 1] ?? 0
    if (phrase[at] === phrase[border]) border += 1
    borders.push(border)
  }
  return borders
}
