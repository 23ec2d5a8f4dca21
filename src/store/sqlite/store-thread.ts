import { parentPort } from 'node:worker_threads'
import { serveStore } from './thread-handlers.ts'

if (parentPort) serveStore(parentPort)
