import type { WireMessage } from '../../src/http/wire-types.ts'
import { messageUrl } from '../api.ts'
import { isPicture, partUrl } from './attachments.tsx'
import type { OwnPictures } from '../sanitise/sanitise.ts'

/** The pictures among the parts of a message. Only those can be named, and only by the exact Content-ID. HTML-11. */
export function partsOfMessage({ key, files }: WireMessage): OwnPictures {
  const byId = new Map<string, string>()
  const addresses = new Set<string>()
  const body = absolute(messageUrl(key, '/html'))
  for (const { contentId, mediaType, n } of files) {
    if (!isPicture(mediaType)) continue
    const address = absolute(partUrl(key, n))
    addresses.add(address)
    if (contentId !== null && !byId.has(contentId)) byId.set(contentId, address)
  }
  return {
    part: (id) => byId.get(id),
    // The server has put the addresses of parts in already where it could, relative to the body.
    file(reference) {
      const address = URL.canParse(reference, body) ? new URL(reference, body).href : ''
      return addresses.has(address) ? address : undefined
    },
  }
}

/**
 * The files in the folder of the templates. Relative references are read from the template's own folder, `/` is the root.
 * @param file of the template, relative to the root
 * @param revisions by file, of those that were saved while the page was open: another address, so that it is fetched again
 */
export function filesOfTemplate(file: string, revisions: ReadonlyMap<string, number>): OwnPictures {
  const root = absolute('template-files/')
  const folder = new URL(encodedPath(file), root)
  return {
    part: () => undefined,
    file(reference) {
      const trimmed = reference.trim()
      if (trimmed === '' || /^(?:[#?\\]|\/[/\\]|[a-z][a-z\d+.-]*:)/i.test(trimmed)) return undefined
      const within = trimmed.startsWith('/') ? `.${trimmed}` : trimmed
      const base = trimmed.startsWith('/') ? root : folder
      if (!URL.canParse(within, base)) return undefined
      const url = new URL(within, base)
      if (!url.href.startsWith(root) || url.href.length === root.length) return undefined
      const revision = revisions.get(decoded(url.pathname.slice(new URL(root).pathname.length)))
      url.search = revision === undefined ? '' : `?revision=${revision}`
      url.hash = ''
      return url.href
    },
  }
}

function absolute(path: string): string {
  return new URL(path, document.baseURI).href
}

function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
