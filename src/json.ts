/**
 * JSON that comes from outside. It nests less deep than anything that walks a value, or writes it, has stack for; V8 itself
 * fails to write what it could read.
 */

/** Objects and arrays in one another. */
export const maxJsonDepth = 64

/** @throws SyntaxError for what is no JSON, or nests deeper than `maxJsonDepth`. */
export function readJson(text: string): unknown {
  if (tooDeepAt(text) !== undefined) throw new SyntaxError(tooDeep)
  return JSON.parse(text)
}

/** What is said of it. */
export const tooDeep = `The JSON is nested more than ${maxJsonDepth} levels deep`

/** Where a text has its first bracket that is one too deep, which need not be JSON; undefined where it has none. */
export function tooDeepAt(json: string): number | undefined {
  let depth = 0
  let quoted = false
  for (let index = 0; index < json.length; index++) {
    const char = json.charCodeAt(index)
    if (quoted) {
      if (char === 0x5c) index++
      else if (char === 0x22) quoted = false
    } else if (char === 0x22) quoted = true
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > maxJsonDepth) return index
    } else if (char === 0x5d || char === 0x7d) depth--
  }
  return undefined
}
