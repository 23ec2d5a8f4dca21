import { closeSync, openSync } from 'node:fs'

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

/**
 * SIGHUP asks to read files again, unless it says that the terminal is gone from which the command was started: then the
 * command ends with it, as any other.
 */
export function onHangup({ reload, stop }: { reload(): void; stop(signal: string): void }): void {
  const fromTerminal = hasTerminal()
  process.on('SIGHUP', () => {
    if (fromTerminal && !hasTerminal()) stop('SIGHUP')
    else reload()
  })
}

/** As the command would end by itself. Node aborts where it exits and cannot put a terminal back that is gone. */
export function dieByHangup(): void {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
