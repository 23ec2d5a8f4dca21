/** The octets of a message by lines, each decoded only when it is shown. */
export interface SourceLines {
  readonly count: number
  /** Octet where a line begins. */
  start(line: number): number
  /** A line for reading: as UTF-8 where it is that, else as ISO 8859-1; control characters as pictures of themselves. */
  text(line: number): string
  /** The line that an octet is in. */
  lineAt(offset: number): number
}

/** More of a line than this helps nobody, and holds the page up. Octets. */
const longestShown = 4000

/** Finds the line ends; CRLF or a bare LF. Nothing is copied. */
export function sourceLines(octets: Uint8Array): SourceLines {
  const starts: number[] = [0]
  for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, at + 1)) {
    if (at + 1 < octets.length) starts.push(at + 1)
  }
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const latin1 = new TextDecoder('iso-8859-1')
  function text(line: number): string {
    const start = starts[line] ?? 0
    const end = starts[line + 1] ?? octets.length
    const cut = octets.subarray(start, Math.min(end, start + longestShown))
    return (
      decode(cut)
        .replace(/\r?\n$/, '')
        .replace(control, picture) + (end - start > longestShown ? ` … ${end - start - longestShown} more octets` : '')
    )
  }
  function decode(part: Uint8Array): string {
    try {
      return utf8.decode(part)
    } catch {
      return latin1.decode(part)
    }
  }
  return { count: starts.length, start: (line) => starts[line] ?? 0, text, lineAt: (offset) => lineAt(starts, offset) }
}

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/g

/** U+2400 and on, the pictures of the control characters. */
function picture(char: string): string {
  const code = char.charCodeAt(0)
  return code === 0x7f ? '\u2421' : String.fromCharCode(0x2400 + code)
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
