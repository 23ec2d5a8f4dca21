const signals = ['SIGINT', 'SIGTERM'] as const
const numbers = { SIGINT: 2, SIGTERM: 15 } as const

/**
 * The first signal asks to end; the second ends the process at once, which loses nothing that was acknowledged: that was
 * flushed before.
 * @param stop called once.
 */
export function onSignals(stop: (signal: string) => void): void {
  let asked = false
  for (const signal of signals) {
    process.on(signal, () => {
      if (asked) process.exit(128 + numbers[signal])
      asked = true
      stop(signal)
    })
  }
}
