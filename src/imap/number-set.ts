/** Sets of message numbers: ranges that are never expanded. RFC 9051 §9, sequence-set. */

/** Ranges of one set. IMAP-4. */
const maxRanges = 10_000

/** From and to, both in it; `*` while it is not known what it stands for. */
type Bound = number | '*'

export class NumberSet {
  readonly #ranges: readonly (readonly [Bound, Bound])[]

  private constructor(ranges: readonly (readonly [Bound, Bound])[]) {
    this.#ranges = ranges
  }

  /** Undefined where the text is none: numbers from 1 to 4294967295, `*`, ranges with `:`, commas between. */
  static parse(text: string): NumberSet | undefined {
    const pieces = text.split(',', maxRanges + 1)
    if (pieces.length > maxRanges) return undefined
    const ranges: (readonly [Bound, Bound])[] = []
    for (const piece of pieces) {
      const colon = piece.indexOf(':')
      const from = bound(colon < 0 ? piece : piece.slice(0, colon))
      const to = colon < 0 ? from : bound(piece.slice(colon + 1))
      if (from === undefined || to === undefined) return undefined
      ranges.push([from, to])
    }
    return new NumberSet(ranges)
  }

  /** Ascending, apart from each other. @param star what `*` stands for; 0 where there is no message: then it stands for none. */
  ranges(star: number): readonly (readonly [low: number, high: number])[] {
    const known = this.#ranges
      .map(([a, b]) => [a === '*' ? star : a, b === '*' ? star : b] as const)
      .map(([a, b]) => (a <= b ? ([a, b] as const) : ([b, a] as const)))
      .sort(([a], [b]) => a - b)
    const apart: [number, number][] = []
    for (const [low, high] of known) {
      const last = apart.at(-1)
      if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
      else apart.push([low, high])
    }
    return apart
  }

  has(number: number, star: number): boolean {
    return this.#ranges.some(([a, b]) => {
      const from = a === '*' ? star : a
      const to = b === '*' ? star : b
      return number >= Math.min(from, to) && number <= Math.max(from, to)
    })
  }
}

function bound(text: string): Bound | undefined {
  if (text === '*') return '*'
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined
  const number = Number(text)
  return number > 0xffff_ffff ? undefined : number
}

/** Ascending numbers as a set: `1:3,7`. */
export function formatNumbers(numbers: readonly number[]): string {
  const pieces: string[] = []
  for (let i = 0; i < numbers.length;) {
    const from = numbers[i] ?? 0
    let to = from
    while (++i < numbers.length && numbers[i] === to + 1) to++
    pieces.push(from === to ? String(from) : `${from}:${to}`)
  }
  return pieces.join(',')
}
