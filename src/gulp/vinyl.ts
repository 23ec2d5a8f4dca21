/** As much of a Vinyl file as is used. The class is the user's: whatever version their Gulp brings. */
import { Readable } from 'node:stream'

/** What `render` says of a file, for plugins after it. */
export interface RenderedFile {
  /** Name of the template: its path under the root, without its extension. */
  readonly template: string
  readonly subject: string
  readonly from: string
  readonly preheader: string
  /** The text part, made from the HTML where the template gives none. */
  readonly text: string
}

export interface Vinyl {
  cwd: string
  base: string
  path: string
  readonly relative: string
  contents: Buffer | NodeJS.ReadableStream | null
  stat: { mtime: Date; mtimeMs?: number } | null
  /** Of `src(…, { sourcemaps: true })`. */
  sourceMap?: object
  stuntmail?: RenderedFile
  isNull(): boolean
  isDirectory(): boolean
}

/** All of the contents, which are used up where they are a stream. Undefined for a file without any, and for folders. */
export async function readContents({ contents }: Vinyl): Promise<Buffer | undefined> {
  if (contents === null || Buffer.isBuffer(contents)) return contents ?? undefined
  const chunks: Buffer[] = []
  for await (const chunk of contents) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** Gives a file other contents, as a stream where they were one. */
export function replaceContents(file: Vinyl, octets: Buffer): void {
  file.contents = Buffer.isBuffer(file.contents) ? octets : Readable.from([octets], { objectMode: false })
}
