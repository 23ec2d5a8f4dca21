/**
 * What a Content-Security-Policy does not keep a document from: `<link>` and `<meta http-equiv>` have a browser look
 * names up and connect (Resource Hints §2), and a frame with `srcdoc` may have either in a document of its own.
 *
 * Tags are renamed wherever they could be one, in comments and texts too: what is one depends on all that comes before
 * it, and no reading but the browser's own agrees with it. The names put in have the parser do what it does with those
 * they stand for: `basefont` is as empty as `link` and `meta`, `noembed` holds text as `iframe` does. HTML §13.2.6.4.
 */
import { eachAttribute } from './html-document.ts'

const candidate = /<(\/?iframe|link|meta)(?=[\t\n\f\r />])/gi
/** Kinds of `<link>` that fetch under the policy, or do nothing. */
const keptKinds = new Set(['stylesheet', 'alternate'])

/** Renames the tags of a document that could reach other machines. One pass; all else stays as it is. */
export function withoutHints(html: string): string {
  const pieces: string[] = []
  let copied = 0
  for (const match of html.matchAll(candidate)) {
    const name = (match[1] ?? '').toLowerCase()
    const from = match.index + match[0].length
    if (!name.endsWith('iframe') && isHarmless(html, name, from)) continue
    pieces.push(
      html.slice(copied, match.index),
      name.endsWith('iframe') ? `<${name.replace('iframe', 'noembed')}` : '<basefont',
    )
    copied = from
  }
  pieces.push(html.slice(copied))
  return pieces.join('')
}

/** Reads up to the next `<` only, so that each character is read once; a tag that has one in it is not kept. */
function isHarmless(html: string, name: string, from: number): boolean {
  const next = html.indexOf('<', from)
  const rest = html.slice(from, next < 0 ? html.length : next)
  let kinds: string | undefined
  let hasEquivalent = false
  const end = eachAttribute(rest, 0, (attribute) => {
    if (attribute.name === 'rel') kinds = `${kinds ?? ''} ${attribute.value}`
    if (attribute.name === 'http-equiv') hasEquivalent = true
  })
  if (rest[end - 1] !== '>') return false
  return name === 'meta' ? !hasEquivalent : isStyleSheet(kinds)
}

function isStyleSheet(kinds: string | undefined): boolean {
  const all = (kinds ?? '').toLowerCase().split(/[\t\n\f\r ]+/)
  return all.every((kind) => kind === '' || keptKinds.has(kind)) && all.includes('stylesheet')
}
