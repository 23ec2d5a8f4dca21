import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** livereload.js, the client that a page loads. It finds the server by its own address. */
export function readClientScript(): Promise<Buffer> {
  return readFile(createRequire(import.meta.url).resolve('livereload-js/dist/livereload.min.js'))
}
