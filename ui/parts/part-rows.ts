import type { WirePart } from '../../src/http/wire-types.ts'

/** A part, and how many others it is in. */
export interface PartRow {
  readonly part: WirePart
  readonly depth: number
}

/** A MIME tree as a list, in the order of the message. Without recursion: a message decides how deep it is. */
export function partRows(root: WirePart): readonly PartRow[] {
  const rows: PartRow[] = []
  const waiting: PartRow[] = [{ part: root, depth: 0 }]
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    rows.push(row)
    const { children } = row.part
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const part = children[at]
      if (part !== undefined) waiting.push({ part, depth: row.depth + 1 })
    }
  }
  return rows
}
