import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that only its owner may enter, and those that it is in; what is there stays as it is. Node's own
 * recursive way never ends where the system says ENOENT inside a folder that exists, as Linux does in `/proc`.
 * @param path Absolute or relative.
 * @throws what the file system says: EACCES, ENOTDIR, ENOENT, EROFS.
 */
export function makePrivateFolder(path: string): void {
  const missing: string[] = []
  for (let at = path; !isThere(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  for (const folder of missing.reverse()) make(folder)
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
