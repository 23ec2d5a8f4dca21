/** Images, fonts and stylesheets under the templates' folder, as renderings show them; never the source of a template. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Templates } from '../templates/templates.ts'
import { HttpProblem, notFound } from './problem.ts'
import type { Reply } from './reply.ts'
import { templateFilePath } from './template-path.ts'

/** What the folder may give, whatever else it knows of. TPL-2. */
const shownTypes: ReadonlySet<string> = new Set([
  ...['png', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'x-icon', 'svg+xml'].map((name) => `image/${name}`),
  ...['woff', 'woff2', 'ttf', 'otf'].map((name) => `font/${name}`),
  'text/css',
])
const maxOctets = 25 * 1_048_576
/** A path that became a link or a pipe since it was looked at is not followed, and nothing waits for it. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * @param path of the URL, as received.
 * @param templates undefined: the server has none.
 * @throws HttpProblem 404 for whatever is not to be shown, 413.
 */
export async function templateFileReply(path: string, templates: Templates | undefined): Promise<Reply> {
  const name = templateFilePath(path)
  const asset = name === undefined ? undefined : await templates?.asset(name)
  if (asset === undefined || !shownTypes.has(asset.mediaType)) throw notFound('file')
  const content = await read(asset.path)
  return {
    kind: 'stream',
    mediaType: asset.mediaType === 'text/css' ? 'text/css; charset=utf-8' : asset.mediaType,
    headers: { 'Content-Security-Policy': policyOf(asset.mediaType) },
    octets: content.length,
    etag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    open: (start, end) => oneChunk(content.subarray(start, end)),
    close: () => undefined,
  }
}

/** For whoever opens it as a page. SVG styles itself, and is a picture all the same. */
function policyOf(mediaType: string): string {
  const style = mediaType === 'image/svg+xml' ? " style-src 'unsafe-inline';" : ''
  return `default-src 'none';${style} sandbox; frame-ancestors 'none'`
}

/** At once, so that what is announced is what is sent, whoever writes to it meanwhile. */
async function read(path: string): Promise<Buffer> {
  const file = await openExisting(path)
  try {
    const status = await file.stat()
    if (!status.isFile()) throw notFound('file')
    if (status.size > maxOctets) {
      throw new HttpProblem(413, 'Content too large', `A file of a template may have at most ${maxOctets} octets.`)
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function openExisting(path: string) {
  try {
    return await open(path, openFlags)
  } catch (error) {
    // Gone, a link, or closed to us: for whoever asks it is not there.
    throw new HttpProblem(404, 'Not found', 'There is no such file.', { cause: error })
  }
}

async function* oneChunk(content: Uint8Array): AsyncIterable<Uint8Array> {
  if (content.length > 0) yield content
}
