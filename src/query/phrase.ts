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
  if (!prefix) return words.length === 0 || !occurrences(text, words).next().done
  const whole = words.slice(0, -1)
  const last = words.at(-1) ?? ''
  if (whole.length === 0) return text.some((word) => word.startsWith(last))
  for (const end of occurrences(text, whole)) if (text[end]?.startsWith(last) === true) return true
  return false
}

/** Where the phrase ends, each time it occurs. Not for the empty one. */
function* occurrences(text: readonly string[], phrase: readonly string[]): Generator<number, void, undefined> {
  const borders = bordersOf(phrase)
  let matched = 0
  for (const [at, word] of text.entries()) {
    while (matched > 0 && word !== phrase[matched]) matched = borders[matched - 1] ?? 0
    if (word === phrase[matched]) matched += 1
    if (matched < phrase.length) continue
    yield at + 1
    matched = borders[matched - 1] ?? 0
  }
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
