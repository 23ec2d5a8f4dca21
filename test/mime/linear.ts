import assert from 'node:assert/strict'

/**
 * Asserts that work of twice the size takes about twice the processor time, which others on the machine do not use up.
 * Quadratic work takes four times; the best of several runs is compared, and a busy machine gets several tries.
 */
export function assertLinear(run: (size: number) => void, size: number): void {
  const seen: number[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    const one = cost(() => run(size))
    const two = cost(() => run(size * 2))
    const ratio = two / Math.max(one, 0.05)
    if (ratio <= 3) return
    seen.push(ratio)
  }
  assert.fail(`twice the size took ${seen.map((ratio) => ratio.toFixed(1)).join(', ')} times as long`)
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
