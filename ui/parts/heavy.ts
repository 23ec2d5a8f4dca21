/** Beyond this, HTML is shown as text until somebody insists: rendering would hold the page up. UTF-16 units. HTML-13. */
const heavyLength = 2_000_000
/** Tags and style rules together. */
const heavyMarkup = 10_000

/** Whether rendering this may hold the page up. */
export function isHeavy(html: string): boolean {
  return html.length > heavyLength || occurrences(html, '<') + occurrences(html, '{') > heavyMarkup
}

/** How many times a character is there. */
export function occurrences(html: string, char: string): number {
  let found = 0
  for (let at = html.indexOf(char); at >= 0; at = html.indexOf(char, at + 1)) found += 1
  return found
}
