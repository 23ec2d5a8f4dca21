/**
 * Globs of paths, as a configuration has them: `*` and `?` within a name, `**` for any folders, `{a,b}` for either.
 * Matched by two pointers, in time that is the product of both lengths at most.
 */

/** Most patterns that braces may stand for. */
const maxAlternatives = 256

/** @param glob With `/`. @param path Relative to the same folder, with `/`. */
export function matchesGlob(glob: string, path: string): boolean {
  const names = path.split('/')
  return alternatives(glob).some((pattern) => matchesFolders(pattern.split('/'), names))
}

/** What the braces stand for; those that are never closed are characters like others. */
function alternatives(glob: string): readonly string[] {
  let patterns = [glob]
  for (;;) {
    const next = patterns.flatMap(firstBraces)
    if (next.length === patterns.length || next.length > maxAlternatives) return patterns
    patterns = next
  }
}

function firstBraces(glob: string): readonly string[] {
  const end = glob.indexOf('}')
  const start = glob.lastIndexOf('{', end)
  const list = end < 0 || start < 0 ? [] : glob.slice(start + 1, end).split(',')
  return list.length < 2 ? [glob] : list.map((item) => glob.slice(0, start) + item + glob.slice(end + 1))
}

function matchesFolders(pattern: readonly string[], names: readonly string[]): boolean {
  return matchesWild(pattern, names, { isWild: (item) => item === '**', isOne: matchesName })
}

function matchesName(pattern: string, name: string): boolean {
  return matchesWild(Array.from(pattern), Array.from(name), {
    isWild: (item) => item === '*',
    isOne: (item, char) => item === '?' || item === char,
  })
}

interface Kinds {
  /** Stands for any number of items, none included. */
  isWild(item: string): boolean
  isOne(item: string, found: string): boolean
}

function matchesWild(pattern: readonly string[], found: readonly string[], { isWild, isOne }: Kinds): boolean {
  let at = 0
  let foundAt = 0
  // The last wild item, and what it is taken to stand for up to now: going further back never helps.
  let wild: { readonly at: number; foundAt: number } | undefined
  while (foundAt < found.length) {
    const item = pattern[at]
    const here = found[foundAt]
    if (item !== undefined && isWild(item)) {
      wild = { at, foundAt }
      at++
    } else if (item !== undefined && here !== undefined && isOne(item, here)) {
      at++
      foundAt++
    } else if (wild !== undefined) {
      wild.foundAt++
      at = wild.at + 1
      foundAt = wild.foundAt
    } else {
      return false
    }
  }
  return pattern.slice(at).every(isWild)
}
