import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { read, writeOutputs, type Output } from './files.ts'
import { buildIcons } from './ui-icons.ts'
import { buildImages } from './ui-images.ts'
import { buildScripts, type Scripts } from './ui-scripts.ts'
import { buildStyle } from './ui-style.ts'

/** What a browser loads before it shows the list, compressed with gzip: page, main script, style and icons. */
const firstLoadLimitOctets = 60_000

const gzipped = promisify(gzip)
const brotlied = promisify(brotliCompress)

interface Ui {
  readonly scripts: Scripts
  readonly outputs: readonly Output[]
  /** Sizes of what is loaded first, gzip. */
  readonly firstLoad: ReadonlyMap<string, number>
}

/** Builds the UI into `dist/ui/`, each file with its compressed forms beside it. Fails where the first load is too large. */
export async function buildUi(): Promise<Ui> {
  const [scripts, style, icons, images] = await Promise.all([buildScripts(), buildStyle(), buildIcons(), buildImages()])
  const styleFile = hashed('ui/main', 'css', style)
  const iconsFile = hashed('ui/icons', 'svg', icons)
  const page = {
    path: 'ui/index.html',
    contents: Buffer.from(
      withPreloads(
        fill(await read('ui/index.html'), { script: scripts.main, style: styleFile.path, icons: iconsFile.path }),
        scripts,
      ),
    ),
  }
  const plain = [page, styleFile, iconsFile, ...images, ...scripts.outputs]
  const outputs = (await Promise.all(plain.map(compressed))).flat()
  await writeOutputs(outputs, (path) => path.startsWith('ui/'))
  const firstLoad = sizes(outputs, [page.path, styleFile.path, iconsFile.path, ...scripts.first])
  return { scripts, outputs, firstLoad }
}

/** @throws when the first load is above its limit. */
export function assertFirstLoad({ firstLoad }: Ui): number {
  const total = [...firstLoad.values()].reduce((sum, octets) => sum + octets, 0)
  if (total > firstLoadLimitOctets) {
    const list = [...firstLoad].map(([path, octets]) => `  ${path} ${octets}`).join('\n')
    throw new Error(`The UI's first load is ${total} octets with gzip, allowed are ${firstLoadLimitOctets}:\n${list}`)
  }
  return total
}

function hashed(stem: string, extension: string, contents: Uint8Array): Output {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 8).toUpperCase()
  return { path: `${stem}-${hash}.${extension}`, contents }
}

// The server serves dist/ui/ as its root.
function fill(page: string, files: Readonly<Record<string, string>>): string {
  return page.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const file = files[name]
    if (file === undefined) throw new Error(`ui/index.html: nothing to put in for ${placeholder}`)
    return file.slice('ui'.length)
  })
}

// Otherwise the chunks would be asked for only when the main script has come and has been read.
function withPreloads(page: string, { main, first }: Scripts): string {
  const links = first
    .filter((path) => path !== main)
    .map((path) => `  <link rel="modulepreload" href=".${path.slice('ui'.length)}" />\n`)
  return page.replace('  </head>', `${links.join('')}  </head>`)
}

async function compressed(output: Output): Promise<readonly Output[]> {
  const [gz, br] = await Promise.all([
    gzipped(output.contents, { level: 9 }),
    brotlied(output.contents, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  ])
  return [output, { path: `${output.path}.gz`, contents: gz }, { path: `${output.path}.br`, contents: br }]
}

function sizes(outputs: readonly Output[], paths: readonly string[]): ReadonlyMap<string, number> {
  const octets = new Map(outputs.map((output) => [output.path, output.contents.byteLength]))
  return new Map(paths.map((path) => [path, octets.get(`${path}.gz`) ?? 0]))
}
