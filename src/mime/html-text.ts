import { decodeEntity } from './entities.ts'

/** Elements whose content is never shown. */
const hidden: ReadonlySet<string> = new Set(['head', 'template', 'svg', 'math'])
/** Those whose content is no markup either, with the end tag that alone ends them: HTML §13.2.5.2. */
const rawText: ReadonlyMap<string, RegExp> = new Map([
  ['script', /<\/script(?![^\s/>])/gi],
  ['style', /<\/style(?![^\s/>])/gi],
  ['title', /<\/title(?![^\s/>])/gi],
])
/** Elements that begin a line. */
const blocks: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body br center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'html li main nav ol p pre section summary table tbody tfoot thead tr ul'
  ).split(' '),
)

/** Characters of text that are decoded at once. */
const pieceLength = 32 * 1024

/**
 * The text of an HTML document, for previews and the index: tags, comments, scripts and styles gone, entities decoded,
 * blocks and `br` as line ends, white space folded. Links and cells keep their text. One pass, linear; not a sanitiser.
 */
export function htmlToText(html: string): string {
  const stripper = new Stripper()
  let at = 0
  while (at < html.length) {
    tagStart.lastIndex = at
    const open = tagStart.exec(html)?.index ?? html.length
    stripper.text(html, at, open)
    if (open === html.length) break
    const tag = readTag(html, open)
    stripper.tag(tag)
    const endTag = tag.closing ? undefined : rawText.get(tag.name)
    at = endTag === undefined ? tag.end : endOfRawText(html, tag.end, endTag)
  }
  return stripper.lines.end()
}

/** Every other `<` is one of the text. HTML §13.2.5.6. */
const tagStart = /<[A-Za-z/!?]/g

class Stripper {
  readonly lines = new Lines()
  /** The hidden element that is open. */
  #inside: string | undefined

  text(html: string, from: number, to: number): void {
    if (this.#inside !== undefined) return
    for (let at = from; at < to;) {
      const end = pieceEnd(html, at, to)
      this.lines.text(decodeEntities(html.slice(at, end)))
      at = end
    }
  }

  tag({ name: element, closing, selfClosing }: Tag): void {
    if (this.#inside !== undefined) {
      // A document whose head is never closed still has a body (HTML §13.2.6.4.4).
      const body = this.#inside === 'head' && element === 'body'
      if (body || (closing && element === this.#inside)) this.#inside = undefined
    } else if (hidden.has(element)) this.#inside = closing || selfClosing ? undefined : element
    else if (blocks.has(element)) this.lines.break()
    else if (element === 'td' || element === 'th') this.lines.text(' ')
  }
}

/** Lines as they come about: white space folded, no more than one empty line, none of the characters that have no width. */
class Lines {
  readonly #lines: string[] = []
  #line = ''
  /** Another space would be one too many. */
  #spaced = true

  text(decoded: string): void {
    const folded = decoded.replace(widthless, '').replace(/\s+/g, ' ')
    const piece = this.#spaced && folded.startsWith(' ') ? folded.slice(1) : folded
    if (piece === '') return
    this.#line += piece
    this.#spaced = piece.endsWith(' ')
  }

  break(): void {
    const line = this.#line.trimEnd()
    if (line !== '' || (this.#lines.at(-1) ?? '') !== '') this.#lines.push(line)
    this.#line = ''
    this.#spaced = true
  }

  end(): string {
    this.break()
    return this.#lines.join('\n').trimEnd()
  }
}

const widthless = /[\u200b-\u200d\u2060\ufeff\u00ad\u034f]+/g

/** Where a piece of text may end: not within an entity, as long as entities are. */
function pieceEnd(html: string, from: number, to: number): number {
  const end = from + pieceLength
  if (end >= to) return to
  const ampersand = html.slice(end - maxEntityLength, end).lastIndexOf('&')
  return ampersand < 0 ? end : end - maxEntityLength + ampersand
}

const maxEntityLength = 34

interface Tag {
  /** Lower case; empty for a comment or a declaration. */
  readonly name: string
  readonly closing: boolean
  readonly selfClosing: boolean
  readonly end: number
}

function readTag(html: string, open: number): Tag {
  const second = html.charCodeAt(open + 1)
  const closing = second === 0x2f
  name.lastIndex = open + (closing ? 2 : 1)
  const found = name.exec(html)?.[0]
  if (found === undefined) return { name: '', closing, selfClosing: false, end: endOfComment(html, open) }
  const end = endOfTag(html, name.lastIndex)
  return { name: found.toLowerCase(), closing, selfClosing: html.charCodeAt(end - 2) === 0x2f, end }
}

const name = /[A-Za-z][A-Za-z0-9:-]{0,40}/y

/** `<!-- … -->`, and what HTML takes for a comment: `<! … >`, `<? … >`, `</ … >`. HTML §13.2.5.41. */
function endOfComment(html: string, open: number): number {
  return html.startsWith('<!--', open) ? after(html, '-->', open + 4) : after(html, '>', open)
}

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

function endOfRawText(html: string, from: number, endTag: RegExp): number {
  endTag.lastIndex = from
  return endTag.test(html) ? endOfTag(html, endTag.lastIndex) : html.length
}

/** Character references, HTML §13.2.5.72: numeric, and the named ones that mail uses. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(#\d{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?/g,
    (whole, reference: string) => decodeEntity(reference) ?? whole,
  )
}
