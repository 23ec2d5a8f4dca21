/** The charset that an HTML document declares by itself: the prescan of HTML §13.2.3.2. */
import { readsAscii } from './charset.ts'

/** Octets in which the declaration has to stand; HTML asks for 1,024, mail has comments and styles before it. */
export const prescannedOctets = 4096

/**
 * The charset of the first `meta` that names one; undefined where none does, or one that no document can be in which
 * says so in ASCII (UTF-16) or that is not known. Linear.
 */
export function declaredCharset(octets: Uint8Array): string | undefined {
  const html = Buffer.from(octets.subarray(0, prescannedOctets)).toString('latin1')
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 2)
      if (end < 0) return undefined
      at = end
    } else {
      const end = isMeta(html, at) ? html.indexOf('>', at) : at + 1
      if (end < 0) return undefined
      const charset = end === at + 1 ? undefined : charsetOf(html.slice(at + 5, end))
      if (charset !== undefined && readsAscii(charset)) return charset
      at = end
    }
  }
  return undefined
}

function isMeta(html: string, at: number): boolean {
  return /^<meta[\s/]$/i.test(html.slice(at, at + 6))
}

/** `charset="…"`, or `http-equiv="Content-Type" content="…; charset=…"`. */
function charsetOf(attributes: string): string | undefined {
  const found = attributesIn(attributes)
  const own = found.get('charset')
  if (own !== undefined) return own
  if (found.get('http-equiv') !== 'content-type') return undefined
  return /charset\s{0,9}=\s{0,9}["']?([^\s"';]{1,40})/.exec(found.get('content') ?? '')?.[1]
}

/** All in lower case; of two equal ones, the first counts. */
function attributesIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.toLowerCase().matchAll(attribute)) {
    if (!found.has(name)) found.set(name, (double ?? single ?? bare ?? '').trim())
  }
  return found
}

const attribute = /([^\s"'>/=]{1,40})(?:\s{0,99}=\s{0,99}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g
