/** A folder of files that are watched, and what was told of them. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { WatchedFiles, type FilesChange } from '../../src/templates/watched-files.ts'

/** A new folder that goes with the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stuntmail-templates-')))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files, their folders included. */
export function put(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** Resolves when a condition holds; asked whenever something happened. */
export class Happenings {
  readonly #waiting = new Set<() => void>()

  happened(): void {
    for (const check of [...this.#waiting]) check()
  }

  async until(condition: () => boolean, what = 'what should happen', withinMs = 60_000): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        reject(new assert.AssertionError({ message: `${what} did not happen within ${withinMs} ms` }))
      }, withinMs)
      const check = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
    })
  }
}

export interface WatchedFolder {
  readonly root: string
  readonly watched: WatchedFiles
  readonly changes: readonly FilesChange[]
  /** Resolves when a change of the file was told, counted from the call on. */
  told(path: string): Promise<void>
  until(condition: () => boolean, what?: string): Promise<void>
}

export async function watchFolder(
  context: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  polling = false,
): Promise<WatchedFolder> {
  const root = join(temporaryFolder(context), 'emails')
  mkdirSync(root)
  put(root, files)
  const changes: FilesChange[] = []
  const happenings = new Happenings()
  const watched = new WatchedFiles({
    root,
    clock: systemClock,
    polling,
    onChange(change) {
      changes.push(change)
      happenings.happened()
    },
  })
  context.after(() => watched.close())
  await watched.start()
  return {
    root,
    watched,
    changes,
    told(path) {
      const from = changes.length
      return happenings.until(
        () => changes.slice(from).some(({ files: told }) => told.has(path)),
        `a change of ${path}`,
      )
    },
    until: (condition, what) => happenings.until(condition, what),
  }
}
