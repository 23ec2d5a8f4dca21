/** Files that renderings show, beside the templates. */
import { realpath } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { isSecret } from './reader.ts'
import { isIgnoredPath, isWithin, statOf } from './tree.ts'

/** By extension. Nothing else is given, whatever it is. TPL-3. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.svg', 'image/svg+xml'],
  ['.webp', 'image/webp'],
  ['.avif', 'image/avif'],
  ['.ico', 'image/x-icon'],
  ['.css', 'text/css'],
  ['.woff', 'font/woff'],
  ['.woff2', 'font/woff2'],
  ['.ttf', 'font/ttf'],
  ['.otf', 'font/otf'],
])

/** Whether a name is that of a file which renderings show. */
export function isAssetName(path: string): boolean {
  return mediaTypes.has(extname(path).toLowerCase())
}

/**
 * The file that a path means; undefined where there is none to give: outside of the root (links included), hidden, left
 * out, or of another kind.
 * @param root Absolute, real. @param path Relative, with `/`.
 */
export async function findAsset(
  root: string,
  path: string,
): Promise<{ readonly path: string; readonly mediaType: string } | undefined> {
  if (!isPlainPath(path)) return undefined
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined || !isWithin(root, real)) return undefined
  // A link may give another name to what is not given by its own.
  const own = relative(root, real).split(sep).join('/')
  const mediaType = mediaTypes.get(extname(own).toLowerCase())
  if (mediaType === undefined || isIgnoredPath(own) || isSecret(own)) return undefined
  const stats = await statOf(real)
  return stats?.isFile() === true ? { path: real, mediaType } : undefined
}

function isPlainPath(path: string): boolean {
  return (
    isAssetName(path) && !/[\0\\:]/.test(path) && path.split('/').every((name) => name !== '' && !name.startsWith('.'))
  )
}
