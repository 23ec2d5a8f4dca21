/**
 * `npm start`: builds what is missing or older than its sources, then runs the command line in this process. JavaScript
 * without a loader, because the second start should cost nothing.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = ['src', 'ui', '.build', 'package-lock.json', 'tsconfig.json']
// Written by each build, whether or not it changed.
const built = join(root, 'dist/built')

if (isStale()) {
  const gulp = join(root, 'node_modules/gulp/bin/gulp.js')
  // To standard error: the first line on standard output may be read by a program.
  const { status } = spawnSync(process.execPath, [gulp, 'build'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}
// Not a literal, so that nobody looks for it before it is built.
await import(new URL('../dist/cli.js', import.meta.url).href)

function isStale() {
  const { mtimeMs = 0 } = statSync(built, { throwIfNoEntry: false }) ?? {}
  return mtimeMs === 0 || sources.some((source) => newest(join(root, source)) > mtimeMs)
}

/**
 * @param {string} path
 * @returns {number} when the newest file in it was written, milliseconds since 1970
 */
function newest(path) {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
