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
  #chunk: Buffer = Buffer.alloc(0)
  #start = 0
  #read = 0
  /** Content up to here is where it belongs. */
  #write = 0
  /** Content from here to `#read` is still to be moved to `#write`. */
  #kept = 0
  #end: number | undefined
  /** The chunk before ended in `.CR`, and that CR turned out to be content. */
  #lateCr = false

  /** Index, in the chunk given last, of the first octet after CRLF.CRLF; undefined before the end. */
  get end(): number | undefined {
    return this.#end
  }

  /**
   * @param chunk overwritten: dots are taken out in place, and the result points into it.
   * @param start index of the first octet to take.
   */
  push(chunk: Buffer, start: number): Buffer {
    this.#chunk = chunk
    this.#start = this.#read = this.#write = this.#kept = start
    this.#lateCr = false
    while (this.#read < chunk.length && this.#end === undefined) {
      this.#step(chunk[this.#read])
    }
    // A CR after the dot waits for what follows it.
    const waiting = this.#place === 'after-dot-cr' ? 1 : 0
    if (this.#end === undefined) this.#keep(Math.max(this.#kept, chunk.length - waiting))
    const content = chunk.subarray(start, this.#write)
    return this.#withLateCr(content)
  }

  #step(octet: number | undefined): void {
    switch (this.#place) {
      case 'within':
        return this.#toNextDot()
      case 'after-cr':
        return octet === cr ? this.#advance('after-cr') : octet === lf ? this.#advance('line-start') : this.#goOn()
      case 'line-start':
        return octet === dot ? this.#takeOut() : this.#goOn()
      case 'after-dot':
        return octet === cr ? this.#advance('after-dot-cr') : this.#goOn()
      case 'after-dot-cr':
        if (octet === lf) this.#end = this.#read + 1
        else this.#takeCr()
    }
  }

  /** Within a line nothing matters but CRLF and a dot. */
  #toNextDot(): void {
    const found = this.#chunk.indexOf(crlfDot, this.#read)
    if (found === -1) {
      this.#place = placeAtEnd(this.#chunk, this.#read)
      this.#read = this.#chunk.length
    } else {
      this.#read = found + 2
      this.#takeOut()
    }
  }

  #takeOut(): void {
    this.#keep(this.#read)
    this.#kept = this.#read + 1
    this.#advance('after-dot')
  }

  /** The CR after the dot is content. It may have come with the chunk before this one. */
  #takeCr(): void {
    this.#place = 'after-cr'
    this.#lateCr ||= this.#read === this.#start
  }

  #withLateCr(content: Buffer): Buffer {
    return this.#lateCr ? Buffer.concat([Buffer.of(cr), content]) : content
  }

  #advance(place: Place): void {
    this.#read++
    this.#place = place
  }

  #goOn(): void {
    this.#place = 'within'
  }

  #keep(to: number): void {
    if (this.#write !== this.#kept) this.#chunk.copyWithin(this.#write, this.#kept, to)
    this.#write += to - this.#kept
  }
}

/** @param from first octet that is known to be within a line. */
function placeAtEnd(chunk: Buffer, from: number): Place {
  const last = chunk.length - 1
  if (chunk[last] === cr) return 'after-cr'
  return chunk[last] === lf && last > from && chunk[last - 1] === cr ? 'line-start' : 'within'
}
