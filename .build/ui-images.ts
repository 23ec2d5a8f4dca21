import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesUnder, root, type Output } from './files.ts'

/** Images of the UI. They are served as `/images/…` and referred to as `images/…`, in style sheets too. */
export const images = 'ui/images/**/*'

/** The images for `dist/ui/`, as they are. */
export async function buildImages(): Promise<readonly Output[]> {
  const files = await filesUnder('ui/images')
  return Promise.all(files.map(async (path) => ({ path, contents: await readFile(join(root, path)) })))
}
