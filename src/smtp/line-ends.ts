/** Line ends other than CRLF: RFC 5321 §2.3.8. SMTP-1. */

const cr = 0x0d
const lf = 0x0a

/** Looks for a CR or an LF that stands alone, in chunks of any size. */
export class LineEnds {
  #afterCr = false

  /** @returns whether this chunk, or its border with the one before, has one. A CR at its end is told with the next. */
  hasBare(chunk: Buffer): boolean {
    if (chunk.length === 0) return false
    const atBorder = this.#afterCr !== (chunk[0] === lf)
    this.#afterCr = chunk[chunk.length - 1] === cr
    return atBorder || bareCrIn(chunk) || bareLfIn(chunk)
  }
}

function bareCrIn(chunk: Buffer): boolean {
  const last = chunk.length - 1
  for (let at = chunk.indexOf(cr); at !== -1 && at < last; at = chunk.indexOf(cr, at + 1)) {
    if (chunk[at + 1] !== lf) return true
  }
  return false
}

// The first octet belongs to the border.
function bareLfIn(chunk: Buffer): boolean {
  for (let at = chunk.indexOf(lf, 1); at !== -1; at = chunk.indexOf(lf, at + 1)) {
    if (chunk[at - 1] !== cr) return true
  }
  return false
}
