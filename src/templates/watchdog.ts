import { Worker } from 'node:worker_threads'

/** Plain JavaScript: a thread needs neither a file nor a loader for it. */
const program = `
const { parent, maxResidentOctets } = require('node:worker_threads').workerData
setInterval(() => {
  if (process.ppid !== parent || process.memoryUsage.rss() > maxResidentOctets) process.kill(process.pid, 'SIGKILL')
}, 50)`

/**
 * Watches this process from a thread of its own, since templates may keep the other one busy for ever: ends the process
 * when the one that started it is gone, or when it holds more memory than it may, buffers included.
 */
export function startWatchdog(maxResidentOctets: number): void {
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }
  // Who the parent is has to be known before the thread begins: by then it may be gone.
  const workerData = { parent: process.ppid, maxResidentOctets }
  const watchdog = new Worker(program, { eval: true, workerData, execArgv: [], resourceLimits })
  watchdog.unref()
}
