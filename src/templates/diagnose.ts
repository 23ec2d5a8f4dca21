import { realpathSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, relative, sep } from 'node:path'
import { TemplateError, type Diagnostic, type SourceLine } from './diagnostic.ts'
import { isInside, isSecret, readRegularFile } from './reader.ts'

/** Lines shown on each side of the one that is meant. */
const excerptReach = 2
const maxLineLength = 500
const maxMessageLength = 2000
/** Folders at the top of a file system, by which a path in a message is told from other things with a slash. */
const topFolders =
  'Applications Library System Users Volumes bin boot dev etc home lib lib64 media mnt nix opt private proc root run sbin srv sys tmp usr var'

/** Where a diagnostic is looked at from. */
export interface Place {
  /** The folder of the templates; absolute, real. */
  readonly root: string
  readonly projectDirectory: string
  /** The template, absolute. */
  readonly file: string
}

/** What was thrown, as it is shown: paths relative to the root, with the source around the line. TPL-7. */
export function diagnose(error: unknown, place: Place): readonly Diagnostic[] {
  const found: readonly Diagnostic[] =
    error instanceof TemplateError ? error.diagnostics : [{ severity: 'error', message: messageOf(error) }]
  return found.map((diagnostic) => presentable(diagnostic, place))
}

/** One diagnostic of an engine, with absolute paths, as it is shown. */
export function presentable(diagnostic: Diagnostic, place: Place): Diagnostic {
  const { severity, file = place.file, through = [] } = diagnostic
  return {
    severity,
    message: withoutPaths(diagnostic.message.slice(0, maxMessageLength), place).trim() || 'The template fails',
    ...(isShowable(file, place) && { file: relativePath(place.root, file) }),
    ...positionOf(diagnostic, file, place),
    ...(through.length > 0 && { through: through.map((path) => relativePath(place.root, path)) }),
  }
}

function positionOf(
  { line, column }: Diagnostic,
  file: string,
  place: Place,
): Pick<Diagnostic, 'line' | 'column' | 'excerpt'> {
  if (line === undefined || line < 1) return {}
  const excerpt = excerptOf(file, line, place)
  return { line, ...(column !== undefined && column > 0 && { column }), ...(excerpt !== undefined && { excerpt }) }
}

/** A path as it is shown: relative to the root, with `/`. */
export function relativePath(root: string, path: string): string {
  if (!isAbsolute(path)) return path.split(sep).join('/')
  return relative(root, path).split(sep).join('/')
}

function isShowable(file: string, { root, projectDirectory }: Place): boolean {
  return !isAbsolute(file) || isInside(root, file) || isInside(projectDirectory, file)
}

/** What was thrown may be anything, and its getters anybody's. */
function messageOf(error: unknown): string {
  try {
    if (error instanceof Error) return error.message === '' ? error.name : error.message
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
    return String(error)
  } catch {
    return 'The template throws something that cannot be shown'
  }
}

function excerptOf(file: string, line: number, place: Place): readonly SourceLine[] | undefined {
  const source = sourceOf(file, place)
  if (source === undefined) return undefined
  const lines = source.split(/\r\n|\n|\r/)
  if (line > lines.length) return undefined
  const first = Math.max(1, line - excerptReach)
  return lines
    .slice(first - 1, line + excerptReach)
    .map((text, index) => ({ line: first + index, text: text.slice(0, maxLineLength) }))
}

function sourceOf(file: string, place: Place): string | undefined {
  try {
    const real = realpathSync.native(file)
    const folder = [place.root, place.projectDirectory].find((path) => isInside(path, real))
    if (folder === undefined || isSecret(relative(folder, real))) return undefined
    return readRegularFile(real)
  } catch {
    // There is no source to show, and what is wrong is said without it.
    return undefined
  }
}

/** A message without the paths of this machine, and without a stack. */
export function withoutPaths(
  message: string,
  { root, projectDirectory }: Pick<Place, 'root' | 'projectDirectory'>,
): string {
  const tops = new Set(topFolders.split(' '))
  for (const path of [root, projectDirectory, homedir(), tmpdir(), process.execPath]) tops.add(path.split(sep)[1] ?? '')
  return (
    message
      .split('\n')
      .filter((line) => !/^\s+at .*[:)]/.test(line))
      .join('\n')
      .replaceAll('file://', '')
      // A path begins where no name, tag or URL goes on.
      .replace(/(?<![\w<>.:/\\~-])(?:[A-Za-z]:[\\/]|\/)[^\s'"`<>|:*?()[\]{},;]+/g, (path) =>
        isMachinePath(path, tops) ? shortened(path, root, projectDirectory) : path,
      )
  )
}

function isMachinePath(path: string, tops: ReadonlySet<string>): boolean {
  return !path.startsWith('/') || tops.has(path.split('/')[1] ?? '')
}

/** Relative to the root where it lies in the project; otherwise its last name. */
function shortened(path: string, root: string, projectDirectory: string): string {
  if (isInside(root, path)) return relativePath(root, path) || '.'
  if (isInside(projectDirectory, path)) return relativePath(root, path)
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
