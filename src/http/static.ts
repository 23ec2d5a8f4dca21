/**
 * The built UI. Its files are read once into a map from URL to content, and requests are looked up in the map: no path
 * of the file system is ever made from a URL.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'

interface Variant {
  readonly encoding: 'br' | 'gzip' | undefined
  readonly content: Buffer
}

interface Asset {
  readonly mediaType: string
  /** Of the plain content. An address that ends with `?` and it names this content and no other. */
  readonly etag: string
  readonly immutable: boolean
  /** Best first; the last is the plain one. */
  readonly variants: readonly Variant[]
}

export interface StaticFiles {
  /** The page of the UI: answered with `index.html`. */
  isDocument(path: string): boolean
  /** Whether there is such a file, or it is the page. */
  has(path: string): boolean
  /** @returns whether there is such a file; otherwise nothing was written. */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean
}

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.map', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.webmanifest', 'application/manifest+json'],
])
/** The UI is one page; where one is stands in its query. */
const documentPath = '/'
/** What is served there. It has no other path. */
const indexPath = '/index.html'
/** `name-HASH.js`, as the build names what it will never change. */
const hashedName = /-[0-9A-Za-z]{8,}\.[a-z0-9]+$/

const documentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Files that are built again and again while they are served. */
export interface ChangingFiles extends StaticFiles {
  /** Reads these again, paths as in a URL. Those that are gone are served no longer. */
  refresh(paths: readonly string[]): Promise<void>
}

/** The files of a folder, for `gulp watch`. Paths come from the watch and never from a request. */
export async function loadChangingFiles(directory: string): Promise<ChangingFiles> {
  const assets = await readAssets(directory)
  return {
    ...serveFrom(assets),
    async refresh(paths) {
      for (const path of paths) {
        const content = await readIfThere(join(directory, path))
        if (content === undefined) assets.delete(path)
        else assets.set(path, asset(path, [{ encoding: undefined, content }]))
      }
    },
  }
}

/** @param directory what the build made; undefined or missing: there is no UI, and `/` says how to build it. */
export async function loadStaticFiles(directory: string | undefined): Promise<StaticFiles> {
  return serveFrom(directory === undefined ? new Map<string, Asset>() : await readAssets(directory))
}

function serveFrom(assets: ReadonlyMap<string, Asset>): StaticFiles {
  return {
    isDocument: (path) => path === documentPath,
    has: (path) => path === documentPath || (path !== indexPath && assets.has(path)),
    serve(path, request, response) {
      const document = path === documentPath
      const asset = document ? (assets.get(indexPath) ?? missingUi) : assets.get(path)
      if (asset === undefined || path === indexPath) return false
      if (document) response.setHeader('Content-Security-Policy', documentPolicy)
      writeAsset(asset, request, response)
      return true
    },
  }
}

const missingUi: Asset = asset('/index.html', [
  {
    encoding: undefined,
    content: Buffer.from('<!doctype html><title>Stuntmail</title><p>The UI is not built: run npx gulp build.\n'),
  },
])

async function readAssets(directory: string): Promise<Map<string, Asset>> {
  const contents = new Map<string, Buffer>()
  for (const entry of await entriesOf(directory)) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    contents.set(file.slice(directory.length).replaceAll('\\', '/').replace(/^\/?/, '/'), await readFile(file))
  }
  const assets = new Map<string, Asset>()
  for (const [path, content] of contents) {
    if (/\.(?:br|gz)$/.test(path)) continue
    const compressed = [
      { encoding: 'br' as const, content: contents.get(`${path}.br`) },
      { encoding: 'gzip' as const, content: contents.get(`${path}.gz`) },
    ].flatMap(({ encoding, content }) => (content === undefined ? [] : [{ encoding, content }]))
    assets.set(path, asset(path, [...compressed, { encoding: undefined, content }]))
  }
  return assets
}

async function entriesOf(directory: string): Promise<Awaited<ReturnType<typeof readTree>>> {
  try {
    return await readTree(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function readTree(directory: string) {
  return readdir(directory, { recursive: true, withFileTypes: true })
}

function asset(path: string, variants: readonly Variant[]): Asset {
  const plain = variants.at(-1)?.content ?? Buffer.alloc(0)
  return {
    mediaType: mediaTypes.get(extname(path)) ?? 'application/octet-stream',
    etag: contentTag(plain),
    immutable: hashedName.test(path),
    variants,
  }
}

/** What an address may name content by: behind a `?`, as long as it is that content it never changes. */
export function contentTag(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22)
}

function writeAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const variant = asset.variants.find(({ encoding }) => accepts(request, encoding))
  const content = variant?.content ?? Buffer.alloc(0)
  // The same octets have one tag; a compressed form of them is another representation. RFC 9110 §8.8.3.
  const etag = `"${asset.etag}${variant?.encoding === undefined ? '' : `-${variant.encoding}`}"`
  response.setHeader('ETag', etag)
  const immutable = asset.immutable || request.url?.endsWith(`?${asset.etag}`) === true
  response.setHeader('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  response.setHeader('Vary', 'Origin, Accept-Encoding')
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end()
    return
  }
  response.setHeader('Content-Type', asset.mediaType)
  response.setHeader('Content-Length', content.length)
  if (variant?.encoding !== undefined) response.setHeader('Content-Encoding', variant.encoding)
  response.end(request.method === 'HEAD' ? undefined : content)
}

function accepts(request: IncomingMessage, encoding: Variant['encoding']): boolean {
  if (encoding === undefined) return true
  const offered = (request.headers['accept-encoding'] ?? '').split(',')
  return offered.some((item) => {
    const [name, quality] = item
      .trim()
      .toLowerCase()
      .split(/;\s*q=/)
    return name === encoding && quality !== '0' && quality !== '0.0'
  })
}
