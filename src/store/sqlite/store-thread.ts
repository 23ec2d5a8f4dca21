import { parentPort } from 'node:worker_threads'
import { loadDriver } from './driver.ts'
import { serveStore } from './thread-handlers.ts'

if (parentPort) {
  loadDriver()
  serveStore(parentPort)
}
