import { decodeEntity } from './entities.ts'

/** Elements whose content is never shown. */
const hidden: ReadonlySet<string> = new Set(['head', 'template', 'svg', 'math'])
/** Those whose content is no markup either: they end at their own end tag only, HTML §13.2.5.2. */
const rawText: ReadonlySet<string> = new Set(['script', 'style', 'title'])
/** Elements that begin a line. */
const blocks: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body br center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'html li main nav ol p pre section summary table tbody tfoot thead tr ul'
  ).split(' '),
)

/**
 * The text of an HTML document, for previews and the index: tags, comments, scripts and styles gone, entities decoded,
 * blocks and `br` as line ends, white space folded. Links and cells keep their text. One pass, linear; not a sanitiser.
 */
export function htmlToText(html: string): string {
  const stripper = new Stripper()
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    stripper.text(html.slice(at, open < 0 ? html.length : open))
    if (open < 0) break
    const tag = readTag(html, open)
    stripper.tag(tag)
    at = rawText.has(tag.name) && !tag.closing ? endOfRawText(html, tag.end, tag.name) : tag.end
  }
  return tidy(stripper.out.join(''))
}

class Stripper {
  readonly out: string[] = []
  /** The hidden element that is open. */
  #inside: string | undefined

  text(source: string): void {
    if (this.#inside === undefined && source !== '') this.out.push(decodeEntities(source).replace(/\s+/g, ' '))
  }

  tag({ name: element, closing, selfClosing, text }: Tag): void {
    if (this.#inside !== undefined) {
      // A document whose head is never closed still has a body (HTML §13.2.6.4.4).
      const body = this.#inside === 'head' && element === 'body'
      if (body || (closing && element === this.#inside)) this.#inside = undefined
    } else if (text) this.out.push('<')
    else if (hidden.has(element)) this.#inside = closing || selfClosing ? undefined : element
    else this.out.push(separator(element))
  }
}

function separator(element: string): string {
  if (blocks.has(element)) return '\n'
  return element === 'td' || element === 'th' ? ' ' : ''
}

interface Tag {
  /** Lower case; empty for a comment, a declaration, or a `<` that begins no tag. */
  readonly name: string
  readonly closing: boolean
  readonly selfClosing: boolean
  readonly end: number
  /** It is a `<` of the text. */
  readonly text: boolean
}

function readTag(html: string, open: number): Tag {
  const none = { name: '', closing: false, selfClosing: false, text: false }
  if (html.startsWith('<!--', open)) return { ...none, end: after(html, '-->', open + 4) }
  const second = html.charAt(open + 1)
  if (second === '!' || second === '?') return { ...none, end: after(html, '>', open) }
  const closing = second === '/'
  const from = open + (closing ? 2 : 1)
  name.lastIndex = from
  const found = name.exec(html)?.[0]
  if (found === undefined) return { ...none, text: true, end: open + 1 }
  const end = endOfTag(html, from + found.length)
  return { name: found.toLowerCase(), closing, selfClosing: html.charAt(end - 2) === '/', end, text: false }
}

const name = /[A-Za-z][A-Za-z0-9:-]{0,40}/y

/** After the `>` that is in no quoted attribute value. */
function endOfTag(html: string, from: number): number {
  let at = from
  while (at < html.length) {
    const character = html.charCodeAt(at)
    if (character === 0x3e) return at + 1
    // A quote opens a value only after an equals sign; elsewhere it is part of a name (HTML §13.2.5.33).
    if ((character === 0x22 || character === 0x27) && html.charCodeAt(at - 1) === 0x3d) {
      const close = html.indexOf(character === 0x22 ? '"' : "'", at + 1)
      if (close < 0) return html.length
      at = close
    }
    at++
  }
  return html.length
}

function after(html: string, what: string, from: number): number {
  const index = html.indexOf(what, from)
  return index < 0 ? html.length : index + what.length
}

function endOfRawText(html: string, from: number, element: string): number {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (html.slice(at + 2, at + 2 + element.length).toLowerCase() === element) return endOfTag(html, at + 2)
  }
  return html.length
}

/** Character references, HTML §13.2.5.72: numeric, and the named ones that mail uses. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(#\d{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?/g,
    (whole, reference: string) => decodeEntity(reference) ?? whole,
  )
}

/** No white space around line ends, no more than one empty line, and none of the characters that have no width. */
function tidy(text: string): string {
  const visible = text.replace(/[\u200b-\u200d\u2060\ufeff\u00ad\u034f]/g, '')
  const lines: string[] = []
  for (const line of visible.split('\n')) {
    const trimmed = line.replace(/[ \t\u00a0]+/g, ' ').trim()
    if (trimmed !== '' || (lines.length > 0 && lines[lines.length - 1] !== '')) lines.push(trimmed)
  }
  return lines.join('\n').trim()
}
