/** Writes a fixture back to its file: whole or not at all, under the root, and over nothing that nobody has seen. */
import { createHash, randomBytes } from 'node:crypto'
import { lstat, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { TemplateData } from './engine.ts'
import { isLocale } from './locale.ts'
import { FixtureNotWritable } from './templates.ts'
import { isWithin } from './tree.ts'

/** Words that mean something else between a template's name and an ending. */
const reservedNames: ReadonlySet<string> = new Set(['data', 'subject', 'text', 'test', 'spec', 'config'])

/** What a fixture may be called. @throws FixtureNotWritable. */
export function assertFixtureName(name: string): void {
  const plain = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,63}$/u.test(name) && !name.endsWith(' ')
  if (plain && !reservedNames.has(name) && !isLocale(name)) return
  throw new FixtureNotWritable(
    'A fixture is named with letters, digits, spaces, - and _, at most 64, and not like a language or a part of a template',
  )
}

/** What tells one content from another; undefined where there is no file. */
export async function versionOf(path: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('base64')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A fixture's file as somebody has seen it. */
export interface SeenFixture {
  /** Of `versionOf`. */
  readonly version: string | undefined
}

export interface FixtureWrite {
  /** Absolute, real. */
  readonly root: string
  /** Absolute; with the ending. */
  readonly path: string
  readonly data: TemplateData
  /** What was last read of it, which is all that may be replaced; undefined: whatever is there. */
  readonly seen: SeenFixture | undefined
}

/**
 * By a new file in the same folder that takes the name. The mode stays.
 * @throws FixtureNotWritable where it would be outside of the root, or the file is another one than was read.
 */
export async function writeFixture({ root, path, data, seen }: FixtureWrite): Promise<void> {
  const target = await targetOf(root, path)
  const folder = dirname(target)
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  const mode = await stat(target).then(
    (stats) => stats.mode & 0o777,
    () => 0o666,
  )
  const file = await open(temporary, 'wx', mode)
  try {
    try {
      await file.writeFile(`${JSON.stringify(data, undefined, 2)}\n`)
      // The mask of the process took from a new file what the old one had.
      if (mode !== 0o666) await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    if (seen !== undefined && (await versionOf(target)) !== seen.version) {
      throw new FixtureNotWritable('The file has changed since it was read: read it again')
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** The file that is written: where a link leads to, and under the root in any case. */
async function targetOf(root: string, path: string): Promise<string> {
  const folder = await realpath(dirname(path))
  const direct = join(folder, basename(path))
  const linked = await lstat(direct).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  )
  const target = linked ? await realpath(direct) : direct
  if (!isWithin(root, target)) throw new FixtureNotWritable('The file would be outside of the folder of templates')
  return target
}
