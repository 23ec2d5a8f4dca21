import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { read, root } from './files.ts'

const nameOf = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/**
 * A sprite of the icons named in `ui/icons.json`, out of lucide: `<use href="…#name"/>`. Colour and width of the stroke
 * are the page's business.
 */
export async function buildIcons(): Promise<Uint8Array> {
  const names: unknown = JSON.parse(await read('ui/icons.json'))
  if (!Array.isArray(names)) throw new Error('ui/icons.json is not a list of names')
  const symbols = await Promise.all(names.map((name) => symbol(String(name))))
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`)
}

async function symbol(name: string): Promise<string> {
  if (!nameOf.test(name)) throw new Error(`ui/icons.json: "${name}" is not the name of an icon`)
  const icon = await readFile(join(root, `node_modules/lucide-static/icons/${name}.svg`), 'utf8')
  const start = icon.indexOf('>', icon.indexOf('<svg')) + 1
  const lines = icon.slice(start, icon.lastIndexOf('</svg>')).split('\n')
  const shapes = lines.map((line) => line.trim()).join('')
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`
}
