/** Transparency of DATA: RFC 5321 §4.5.2, and its end by CRLF.CRLF alone: §4.1.1.4, §2.3.8. */

const cr = 0x0d
const lf = 0x0a
const dot = 0x2e
const crlfDot = Buffer.from('\r\n.')

/** What the last octet was. A bare CR or LF ends no line: that is what SMTP smuggling is made of. */
type Place = 'within' | 'after-cr' | 'line-start' | 'after-dot' | 'after-dot-cr'

/**
 * Takes the content of DATA in chunks of any size and gives the octets of the message. Only CRLF ends a line, the first
 * dot of a line goes, and a line of a single dot is the end.
 */
export class DotUnstuffer {
  #place: Place = 'line-start'
  #end: number | undefined

  /** Index, in the chunk given last, of the first octet after CRLF.CRLF; undefined before the end. */
  get end(): number | undefined {
    return this.#end
  }

  /**
   * @param chunk overwritten: dots are taken out in place, and the result points into it.
   * @param start index of the first octet to take.
   */
  push(chunk: Buffer, start: number): Buffer {
    const heldCr = this.#place === 'after-dot-cr'
    let read = start
    let write = start
    let kept = start // chunk[kept..read) is content not yet moved to `write`
    const keep = (to: number): void => {
      if (write !== kept) chunk.copyWithin(write, kept, to)
      write += to - kept
    }
    let crIsContent = false
    while (read < chunk.length) {
      const octet = chunk[read]
      if (this.#place === 'within') {
        const found = chunk.indexOf(crlfDot, read)
        if (found === -1) {
          this.#place = placeAtEnd(chunk, read)
          read = chunk.length
        } else {
          keep(found + 2)
          read = kept = found + 3
          this.#place = 'after-dot'
        }
      } else if (this.#place === 'line-start') {
        if (octet === dot) {
          keep(read)
          kept = ++read
          this.#place = 'after-dot'
        } else this.#place = 'within'
      } else if (this.#place === 'after-cr') {
        if (octet === lf) this.#place = 'line-start'
        else if (octet !== cr) this.#place = 'within'
        read += octet === lf || octet === cr ? 1 : 0
      } else if (this.#place === 'after-dot') {
        this.#place = octet === cr ? 'after-dot-cr' : 'within'
        read += octet === cr ? 1 : 0
      } else {
        if (octet === lf) {
          this.#end = read + 1
          return chunk.subarray(start, write)
        }
        // `.CR` and no LF: the CR is content. It may have come with the chunk before this one.
        crIsContent ||= heldCr && read === start
        this.#place = 'after-cr'
      }
    }
    // A CR after the dot waits for what follows it.
    keep(this.#place === 'after-dot-cr' ? Math.max(kept, chunk.length - 1) : chunk.length)
    const content = chunk.subarray(start, write)
    return crIsContent ? Buffer.concat([Buffer.of(cr), content]) : content
  }
}

/** @param from first octet that is known to be within a line. */
function placeAtEnd(chunk: Buffer, from: number): Place {
  const last = chunk.length - 1
  if (chunk[last] === cr) return 'after-cr'
  return chunk[last] === lf && last > from && chunk[last - 1] === cr ? 'line-start' : 'within'
}
