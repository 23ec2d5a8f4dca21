/** Which texts of a message are read together: those of a multipart/mixed one after another, one of each alternative. */
import type { Part } from './tree.ts'

export type TextKind = 'html' | 'text'

/** The two forms a message is read in, each in the order of the message. RFC 2046 §5.1.3 and §5.1.4. */
export interface Forms {
  /** For a reader without HTML: plain text, and HTML only where it has no plain alternative. */
  readonly asText: readonly Part[]
  /** For a reader with HTML: HTML, and plain text only where it has no HTML alternative. */
  readonly asHtml: readonly Part[]
}

/**
 * Picks the texts of both forms. Linear, and takes no stack for parts within parts.
 * @param parts every part that may be shown, each before its children
 * @param kinds the texts among them, and what they are
 */
export function formsOf(parts: readonly Part[], kinds: ReadonlyMap<Part, TextKind>): Forms {
  const html = reaching(parts, (part) => kinds.get(part) === 'html')
  const text = reaching(parts, (part) => kinds.get(part) === 'text')
  const any = (part: Part): boolean => html.has(part) || text.has(part)
  const form = (wanted: ReadonlySet<Part>): Part[] => {
    const chosen: Part[] = []
    const waiting = parts.slice(0, 1)
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      if (kinds.has(part)) chosen.push(part)
      if (!any(part)) continue
      for (const child of branches(part, wanted, any).toReversed()) waiting.push(child)
    }
    return chosen
  }
  return { asText: form(text), asHtml: form(html) }
}

/** Where to go on from a part: of alternatives the first that has what is wanted, or any text. */
function branches(part: Part, wanted: ReadonlySet<Part>, any: (part: Part) => boolean): readonly Part[] {
  if (part.mediaType.subtype !== 'alternative') return part.children
  const branch = part.children.find((child) => wanted.has(child)) ?? part.children.find(any)
  return branch === undefined ? [] : [branch]
}

/** The parts that are such a leaf or have one within. */
function reaching(parts: readonly Part[], is: (part: Part) => boolean): ReadonlySet<Part> {
  const found = new Set<Part>()
  for (const part of parts.toReversed()) {
    if (is(part) || part.children.some((child) => found.has(child))) found.add(part)
  }
  return found
}
