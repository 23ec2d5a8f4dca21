/** A message decides how long its names are and how many it has; an answer does not grow with it. */

/** Characters (UTF-16 units) of a string in a summary, a part or a file. */
export const maxStringLength = 1_000
/** Octets of a list as JSON: with what is said around it, 1 MB. */
const maxListOctets = 999_000
/** Items of a list. */
const maxListed = 1_000

/** The beginning of a text, never half a character of it. */
export function cutText(text: string, most = maxStringLength): string {
  if (text.length <= most) return text
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most
  return text.slice(0, end)
}

export function cutNullable(text: string | null | undefined, most = maxStringLength): string | null {
  return text === null || text === undefined ? null : cutText(text, most)
}

/** The first of a list, as many as may be said at once, but one at least. Of the rest nothing is made. */
export function fitting<From, To>(list: readonly From[], make: (item: From) => To): To[] {
  const taken: To[] = []
  let sum = 2
  for (const item of list.slice(0, maxListed)) {
    const made = make(item)
    sum += Buffer.byteLength(JSON.stringify(made)) + 1
    if (sum > maxListOctets && taken.length > 0) break
    taken.push(made)
  }
  return taken
}
