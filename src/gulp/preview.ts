import type { Transform } from 'node:stream'
import { openBrowser } from '../cli/open-browser.ts'
import { pluginStream } from './plugin-stream.ts'
import { servedUrl } from './serve.ts'
import { ShownFiles } from './shown-files.ts'
import { readContents, replaceContents, type Vinyl } from './vinyl.ts'

export interface PreviewOptions {
  /**
   * Address of Stuntmail's UI; with `user:password@` where it asks for them. Default: that of `serve()` in this process,
   * otherwise `http://localhost:8025`.
   */
  readonly url?: string
  /** Open the UI in the browser when the first file is there. Default false. */
  readonly open?: boolean
}

const plugin = 'stuntmail.preview'
const usualUrl = 'http://localhost:8025'

/** By address: a task makes a new stream each time it runs. */
const shown = new Map<string, ShownFiles>()

/**
 * Shows what was rendered in the inbox of a running Stuntmail, as it goes on from here: with all that plugins before this
 * one did to it, under the subject of its template. A file is one message; when it is built again and came out otherwise,
 * the new message takes the place of the old one.
 *
 * Files pass at once and unchanged. It never fails a build: where no Stuntmail answers there is one warning.
 *
 * @throws TypeError at once where `url` is none.
 */
export function preview({ url, open = false }: PreviewOptions = {}): Transform {
  const sent: Promise<void>[] = []
  let files = url === undefined ? undefined : filesAt(url)
  return pluginStream({
    plugin,
    async file(vinyl) {
      if (!isShowable(vinyl)) return vinyl
      const octets = await readContents(vinyl)
      if (octets === undefined) return vinyl
      replaceContents(vinyl, octets)
      files ??= filesAt(servedUrl() ?? usualUrl)
      sent.push(files.show({ path: vinyl.path, name: vinyl.relative, octets, rendered: vinyl.stuntmail }))
      return vinyl
    },
    async end() {
      await Promise.all(sent)
      if (open)
        files?.openOnce((at) => openBrowser(at, (error) => process.emitWarning(error.message, 'StuntmailWarning')))
    },
  })
}

function isShowable({ contents, path, stuntmail }: Vinyl): boolean {
  return contents !== null && (stuntmail !== undefined || /\.html?$/i.test(path))
}

function filesAt(url: string): ShownFiles {
  const known = shown.get(url) ?? new ShownFiles(url)
  shown.set(url, known)
  return known
}
