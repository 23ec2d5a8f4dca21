/** Which of the names somebody may have meant who typed this: a slip away, two in a long one, the nearest first, three at most. */
export function nearNames(typed: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, slips: slips(typed, name) }))
    .filter(({ name, slips }) => slips <= (name.length > 5 ? 2 : 1))
    .sort((a, b) => a.slips - b.slips)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Characters to add, drop or replace, or neighbours to swap; more than 2 is as good as any. */
function slips(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return 3
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const changed = (above[column - 1] ?? 0) + (same ? 0 : 1)
      const swapped =
        from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2] ? (before[column - 2] ?? 3) + 1 : 3
      current.push(Math.min(changed, swapped, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    before = above
    above = current
  }
  return above[to.length] ?? 0
}
