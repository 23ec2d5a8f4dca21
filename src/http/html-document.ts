/** `cid:` references in an HTML body (RFC 2392), pointed at the parts they name. By attribute and exact look-up. HTML-11. */

/** Elements whose content is text up to their end tag. HTML Standard §13.2.5, RCDATA and RAWTEXT states. */
const textElements = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes'])
const referring = new Set(['src', 'background'])
const space = /[\t\n\f\r ]/
const anyEndTag = /<\/([a-z]+)(?=[\t\n\f\r />])/gi
const tagStart = /<(?:!--|\/?([a-z][^\t\n\f\r />]*))/gi

/**
 * Replaces the values of `src` and `background` attributes that name a part; all else stays octet for octet.
 * @param urlOf takes a Content-ID without brackets.
 */
export function resolveContentIds(html: string, urlOf: (contentId: string) => string | undefined): string {
  const pieces: string[] = []
  let copied = 0
  let at = 0
  for (;;) {
    tagStart.lastIndex = at
    const match = tagStart.exec(html)
    if (match === null) break
    const name = match[1]?.toLowerCase()
    if (name === undefined) {
      at = after(html, '-->', match.index + 4)
      continue
    }
    at = eachAttribute(html, tagStart.lastIndex, (attribute) => {
      const url = referring.has(attribute.name) ? resolve(attribute.value, urlOf) : undefined
      if (url === undefined) return
      pieces.push(html.slice(copied, attribute.start), `"${url}"`)
      copied = attribute.end
    })
    const opening = html[match.index + 1] !== '/'
    if (opening && textElements.has(name)) at = endTag(html, name, at)
  }
  pieces.push(html.slice(copied))
  return pieces.join('')
}

function resolve(value: string, urlOf: (contentId: string) => string | undefined): string | undefined {
  const match = /^\s*cid:([^\s]{1,998})\s*$/i.exec(value)
  if (match?.[1] === undefined) return undefined
  const contentId = match[1].replaceAll('&amp;', '&')
  return urlOf(contentId) ?? urlOf(percentDecoded(contentId))
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // no percent-encoding after all
  }
}

interface Attribute {
  /** Lower case. */
  readonly name: string
  readonly value: string
  /** Of the value, quotes included. */
  readonly start: number
  readonly end: number
}

/** HTML Standard §13.2.5.32 to .39. @returns where the tag ends. */
export function eachAttribute(html: string, start: number, take: (attribute: Attribute) => void): number {
  let at = beforeName(html, start)
  while (at < html.length && html[at] !== '>') {
    const nameEnd = endOfName(html, at)
    const name = html.slice(at, nameEnd).toLowerCase()
    at = afterSpaces(html, nameEnd)
    if (html[at] === '=') {
      const valueStart = afterSpaces(html, at + 1)
      const value = attributeValue(html, valueStart)
      if (value.text !== undefined) take({ name, value: value.text, start: valueStart, end: value.end })
      at = value.end
    }
    at = beforeName(html, at)
  }
  return Math.min(at + 1, html.length)
}

function beforeName(html: string, start: number): number {
  let at = start
  while (isSpace(html, at) || html[at] === '/') at++
  return at
}

function endOfName(html: string, start: number): number {
  // An equals sign in the first place belongs to the name.
  let at = start + 1
  while (at < html.length && !isSpace(html, at) && !'/>='.includes(html.charAt(at))) at++
  return at
}

function afterSpaces(html: string, start: number): number {
  let at = start
  while (isSpace(html, at)) at++
  return at
}

function attributeValue(html: string, start: number): { text: string | undefined; end: number } {
  const quote = html[start]
  if (quote === '"' || quote === "'") {
    const end = html.indexOf(quote, start + 1)
    if (end < 0) return { text: undefined, end: html.length }
    return { text: html.slice(start + 1, end), end: end + 1 }
  }
  let end = start
  while (end < html.length && !isSpace(html, end) && html[end] !== '>') end++
  return { text: end > start ? html.slice(start, end) : undefined, end }
}

function isSpace(html: string, at: number): boolean {
  return space.test(html[at] ?? '')
}

function after(html: string, text: string, from: number): number {
  // `<!-->` and `<!--->` are whole comments.
  const early = /^-?>/.exec(html.slice(from, from + 2))
  if (early !== null) return from + early[0].length
  const found = html.indexOf(text, from)
  return found < 0 ? html.length : found + text.length
}

function endTag(html: string, name: string, from: number): number {
  anyEndTag.lastIndex = from
  for (let match = anyEndTag.exec(html); match !== null; match = anyEndTag.exec(html)) {
    if (match[1]?.toLowerCase() === name) return match.index
  }
  return html.length
}
