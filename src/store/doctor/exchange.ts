/** Puts a new database in the place of an old one, so that a rebuild that is killed on the way loses neither. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../sqlite/disk.ts'
import { epochName } from '../sqlite/epoch.ts'
import { journalNames } from './examination.ts'

const database = 'store.db'
const before = 'before-rebuild-'

/** Where the new files are made. */
export const workFolder = (directory: string): string => join(directory, 'rebuild.partial')

/** Moves the files of the old database away, and those of the new one in. @returns the folder of what was there. */
export function exchange(directory: string, now: number): string {
  const work = workFolder(directory)
  const away = join(directory, `${before}${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`)
  mkdirSync(away, { mode: 0o700 })
  const old = readdirSync(directory).filter((name) => /^(?:store|index)\.db/.test(name) || name === epochName)
  for (const name of [...old, ...journalNames(directory)]) renameSync(join(directory, name), join(away, name))
  // With the database everything is in its place.
  for (const name of [...readdirSync(work).filter((made) => made !== database), database]) {
    renameSync(join(work, name), join(directory, name))
  }
  rmSync(work, { recursive: true })
  syncFolder(directory)
  return away
}

/** Takes back an exchange that did not come to its end: what is known of the messages is in the old files. */
export function takeBack(directory: string): void {
  if (existsSync(join(directory, database)) || !existsSync(workFolder(directory))) return
  const away = readdirSync(directory).filter((name) => name.startsWith(before))
  const newest = away.sort().at(-1)
  if (newest === undefined) return
  for (const name of readdirSync(join(directory, newest))) {
    renameSync(join(directory, newest, name), join(directory, name))
  }
  rmSync(join(directory, newest), { recursive: true })
}
