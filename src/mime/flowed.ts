/** Text of `format=flowed` as it is meant to be read: RFC 3676. */
import type { MediaType } from './tree.ts'

/** Whether the lines of a part may be joined, §3. */
export function isFlowed({ type, subtype, parameters }: MediaType): boolean {
  return type === 'text' && subtype === 'plain' && isParameter(parameters.get('format'), 'flowed')
}

/** Whether the space that a line flows by is none of the text, §3. */
export function deletesSpace({ parameters }: MediaType): boolean {
  return isParameter(parameters.get('delsp'), 'yes')
}

function isParameter(value: string | undefined, wanted: string): boolean {
  return value?.trim().toLowerCase() === wanted
}

/**
 * Joins the lines that a space at their end lets flow, as far as they are quoted equally deep (§4.1, §4.5), and takes
 * stuffed spaces out (§4.4). Quotes are written `>> text`. One pass, linear. @param text line ends as LF.
 *
 * Deviates: an empty line stays one after a line that flows, too; senders forget the space before it.
 */
export function joinFlowed(text: string, deleteSpace: boolean): string {
  const out: string[] = []
  let open: number | undefined
  for (const line of text.split('\n')) {
    const depth = quoteDepth(line)
    const content = line.slice(line.charAt(depth) === ' ' ? depth + 1 : depth)
    const joined = open === depth && content !== signature && content !== ''
    if (!joined) out.push(out.length > 0 ? '\n' : '', quoted(depth, content))
    const flows = content.endsWith(' ') && content !== signature
    out.push(flows && deleteSpace ? content.slice(0, -1) : content)
    open = flows ? depth : undefined
  }
  return out.join('')
}

/** Before a signature; it never flows, §4.3. */
const signature = '-- '

function quoteDepth(line: string): number {
  let depth = 0
  while (line.charCodeAt(depth) === 0x3e) depth++
  return depth
}

function quoted(depth: number, content: string): string {
  if (depth === 0) return ''
  return content === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} `
}
