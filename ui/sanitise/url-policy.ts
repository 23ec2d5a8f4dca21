// Which URLs of a message may stand in its rendering. URL Standard §4.4 for what a browser strips before it reads one.

/** What a URL of a message is, as far as we care. Anything else has no place in the rendering. */
type MessageUrl =
  /** May be opened, in a new tab, when somebody clicks it. */
  | { readonly kind: 'link'; readonly url: string }
  /** Would be fetched from elsewhere. */
  | { readonly kind: 'remote'; readonly url: string; readonly host: string }
  /** A part of the same message, RFC 2392; the Content-ID without angle brackets. */
  | { readonly kind: 'cid'; readonly id: string }
  /** The picture itself. */
  | { readonly kind: 'data'; readonly url: string }
  /** A place in the same document. */
  | { readonly kind: 'fragment'; readonly id: string }

const linkSchemes = new Set(['http', 'https', 'mailto', 'tel'])
const picture = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml)[;,]/i

/** Reads the target of a link. @returns undefined for what must not be opened */
export function readLink(raw: string): MessageUrl | undefined {
  const url = clean(raw)
  if (url.startsWith('#')) return { kind: 'fragment', id: url.slice(1) }
  const absolute = isSchemeRelative(url) ? parse(`https:${url}`) : parse(url)
  if (absolute === undefined || !linkSchemes.has(absolute.protocol.slice(0, -1))) return undefined
  return { kind: 'link', url: absolute.href }
}

/** Reads the address of a picture. @returns undefined for what is neither remote nor a picture of the message */
export function readPicture(raw: string): MessageUrl | undefined {
  const url = clean(raw)
  if (url.startsWith('#')) return { kind: 'fragment', id: url.slice(1) }
  if (/^cid:/i.test(url)) return { kind: 'cid', id: unescapePercent(url.slice(4)) }
  if (picture.test(url)) return { kind: 'data', url }
  const absolute = isSchemeRelative(url) ? parse(`https:${url}`) : parse(url)
  if (absolute === undefined || !/^https?:$/.test(absolute.protocol)) return undefined
  return { kind: 'remote', url: absolute.href, host: absolute.host }
}

/** As the URL parser does: no control characters or spaces around it, no tabs and line ends within. */
function clean(raw: string): string {
  return raw
    .replace(/[\t\n\r]/g, '')
    .replace(/^[^!-\uffff]+/, '') // the exclamation mark is the first after controls and space
    .trimEnd()
}

function isSchemeRelative(url: string): boolean {
  return /^[\\/]{2}/.test(url)
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

function unescapePercent(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
