import { cpus, release, totalmem, type } from 'node:os'

/** One line of the result: what was measured, what it should reach, whether it did. */
export interface Row {
  readonly what: string
  readonly got: string
  readonly reach: string
  /** Undefined where nothing is promised. */
  readonly reached: boolean | undefined
}

export const median = (values: readonly number[]): number => percentile(values, 50)
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN
}

export const atMost = (what: string, value: number, limit: number, unit: string): Row => ({
  what,
  got: `${shown(value)} ${unit}`,
  reach: `≤ ${limit} ${unit}`,
  reached: value <= limit,
})
export const atLeast = (what: string, value: number, limit: number, unit: string): Row => ({
  what,
  got: `${shown(value)} ${unit}`,
  reach: `≥ ${shown(limit)} ${unit}`,
  reached: value >= limit,
})
export const figure = (what: string, got: string): Row => ({ what, got, reach: '', reached: undefined })
/** What could not be measured. */
export const failure = (what: string, error: unknown): Row => ({
  what,
  got: `failed: ${firstLine(error)}`,
  reach: '',
  reached: false,
})
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join('').replaceAll('|', '\\|')

export const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

/** The machine, the whole table, and how much of it was reached, on stdout. */
export function printTable(rows: readonly Row[]): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}`
  const lines = rows.map(
    ({ what, got, reach, reached }) =>
      `| ${what} | ${got} | ${reach} | ${reached === undefined ? '' : reached ? 'reached' : 'MISSED'} |`,
  )
  const missed = rows.filter(({ reached }) => reached === false)
  const count = `${rows.filter(({ reached }) => reached).length} reached, ${missed.length} missed`
  const names = missed.map(({ what }) => `\n- ${what}`).join('')
  process.stdout.write(
    `\n${machine}\n\n| what | got | reach | |\n|---|---|---|---|\n${lines.join('\n')}\n\n${count}${names && `:${names}`}\n`,
  )
}
