import { diffLines } from 'diff'

/** A run of lines that are in both, or only in one. */
export interface LineChange {
  readonly kind: 'same' | 'sent' | 'live'
  readonly lines: readonly string[]
}

/** Steps of the comparison, most: two texts that have little in common are not worth more. */
const maxSteps = 2_000
/** Lines around a change. */
const context = 2

/** What was sent and what it would be now, line by line, with little around what differs. @returns undefined: too different */
export function lineChanges(sent: string, live: string): readonly LineChange[] | undefined {
  const parts = diffLines(withLines(sent), withLines(live), { maxEditLength: maxSteps })
  if (parts === undefined) return undefined
  return parts.flatMap(({ value, added, removed }, index): LineChange[] => {
    const lines = value.replace(/\n$/, '').split('\n')
    if (added) return [{ kind: 'live', lines }]
    if (removed) return [{ kind: 'sent', lines }]
    return [{ kind: 'same', lines: shortened(lines, index === 0, index === parts.length - 1) }]
  })
}

function withLines(text: string): string {
  return `${text.replace(/\r\n?/g, '\n').trimEnd()}\n`
}

function shortened(lines: readonly string[], isFirst: boolean, isLast: boolean): readonly string[] {
  if (lines.length <= 2 * context + 1) return lines
  const before = isFirst ? [] : lines.slice(0, context)
  const after = isLast ? [] : lines.slice(-context)
  return [...before, `… ${lines.length - before.length - after.length} lines that are the same`, ...after]
}
