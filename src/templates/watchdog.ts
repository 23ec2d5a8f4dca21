import { Worker } from 'node:worker_threads'

/** Plain JavaScript: a thread needs neither a file nor a loader for it. */
const program = `
const { workerData } = require('node:worker_threads')
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent || process.memoryUsage.rss() > workerData) process.kill(process.pid, 'SIGKILL')
}, 50)`

/**
 * Watches this process from a thread of its own, since templates may keep the other one busy for ever: ends the process
 * when the one that started it is gone, or when it holds more memory than it may, buffers included.
 */
export function startWatchdog(maxResidentOctets: number): void {
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }
  const watchdog = new Worker(program, { eval: true, workerData: maxResidentOctets, execArgv: [], resourceLimits })
  watchdog.unref()
}
