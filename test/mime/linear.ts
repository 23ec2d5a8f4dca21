import assert from 'node:assert/strict'

/** Less than that, milliseconds, is lost in what else a process does. */
const least = 2

/**
 * Asserts that work of four times the size takes about four times the processor time, which others on the machine do not
 * use up. Quadratic work takes sixteen times; where the memory of it begins to be swept, linear work takes some more than
 * four. The best of several runs is compared, and a busy machine gets several tries.
 * @param size to begin with: up to 64 times as much where that takes no time that could be told.
 */
export function assertLinear(run: (size: number) => void, size: number): void {
  let large = size
  while (large < size * 64 && cost(() => run(large)) < least) large *= 2
  const seen: number[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    const one = cost(() => run(large))
    const four = cost(() => run(large * 4))
    const ratio = four / Math.max(one, least)
    if (ratio <= 8) return
    seen.push(ratio)
  }
  assert.fail(`four times the size took ${seen.map((ratio) => ratio.toFixed(1)).join(', ')} times as long`)
}

/** Processor time of some work, the least of three tries, milliseconds. */
export function cost(work: () => void): number {
  let least = Infinity
  for (let round = 0; round < 3; round++) {
    const started = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(started)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
