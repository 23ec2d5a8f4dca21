import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import { TemplateError } from './diagnostic.ts'

/** Largest file that a template may include, in octets. */
const maxFileOctets = 8 * 1024 * 1024
/** Files with secrets, and folders of them: never read, wherever they are. TPL-3. */
const deniedEndings: readonly string[] = ['.pem', '.key', '.p12', '.pfx', '.jks', '.keystore']
const deniedNames: ReadonlySet<string> = new Set(['.git', '.ssh', '.npmrc', '.netrc', '.htpasswd'])

/** Reads files for one rendering, and knows which. All paths are absolute. */
export interface TemplateReader {
  /**
   * The text of a file; undefined where there is none, which is noted as well.
   * @throws TemplateError for a file that a template may not read: outside of the root and the project, or a secret.
   */
  read(path: string): string | undefined
  /** Notes a file that was read by other means. */
  note(path: string): void
  /** Notes a file that was looked for and is not there. */
  noteMissing(path: string): void
  /** By their real paths, in the order of reading. */
  readonly files: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
}

/** @param roots Folders whose files may be read: that of the templates, and the project's. Real. */
export function createReader(roots: readonly string[]): TemplateReader {
  const files = new Set<string>()
  const missing = new Set<string>()
  /** A partial in a loop is read once; a rendering sees one state of each file. */
  const known = new Map<string, string | undefined>()

  const read = (path: string): string | undefined => {
    const real = realPath(path)
    if (real === undefined) {
      // Where nothing may be read, nothing is said of what is there.
      if (roots.some((root) => isInside(root, path))) missing.add(path)
      return undefined
    }
    refuseUnlessReadable(real, roots)
    const text = readRegularFile(real)
    if (text === undefined) missing.add(path)
    else files.add(real)
    return text
  }
  return {
    files,
    missing,
    note: (path) => void files.add(path),
    noteMissing: (path) => void missing.add(path),
    read(path) {
      if (!known.has(path)) known.set(path, read(path))
      return known.get(path)
    },
  }
}

/** Whether a path is that of a folder, or under it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** Whether a path, relative to a folder that may be read, names a secret. */
export function isSecret(path: string): boolean {
  return path
    .toLowerCase()
    .split(/[\\/]/)
    .some(
      (name) =>
        deniedNames.has(name) || name.startsWith('.env') || deniedEndings.some((ending) => name.endsWith(ending)),
    )
}

function refuseUnlessReadable(real: string, roots: readonly string[]): void {
  const root = roots.find((folder) => isInside(folder, real))
  if (root === undefined) {
    throw new TemplateError([
      { severity: 'error', message: `A template may not read ${real}: it is outside of the project` },
    ])
  }
  if (isSecret(relative(root, real))) {
    throw new TemplateError([{ severity: 'error', message: `A template may not read ${real}: it may hold secrets` }])
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (isNodeError(error) && ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(error.code ?? ''))
      return undefined
    throw error
  }
}

/** The text of a file by its real path; undefined for a folder or a device. @throws TemplateError if it is too large. */
export function readRegularFile(real: string): string | undefined {
  // The path is real: whoever puts a link there in the meantime is not followed.
  const descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return undefined
    if (stat.size > maxFileOctets) {
      throw new TemplateError([{ severity: 'error', message: `${real} is larger than a template may be (8 MiB)` }])
    }
    return readFileSync(descriptor, 'utf8').replace(/^\uFEFF/, '')
  } finally {
    closeSync(descriptor)
  }
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error
}
