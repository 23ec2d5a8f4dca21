import type { DefectList } from './defect-list.ts'

/** RFC 5322 §2.1.1. */
const lineLimit = 998
/** Octets of a line that are shown to the sink; no delimiter and no field name is longer. */
export const shownOctets = 1024
const dash = 0x2d

/** A line as the sink sees it. One object for all lines: valid during the call only. */
export interface Line {
  /** Holds the first octets of the line, one char per octet, at `[from, to)`. */
  text: string
  from: number
  /** At most `shownOctets` after `from`; the line end is not in it. */
  to: number
  /** Octets from the start of the message. */
  start: number
  /** Without the line end. */
  octets: number
  /** Octets of the line end; 0 for a last line without one. */
  eol: number
  /** Lines before this one. */
  number: number
  /** Octets of the line end before this line; 0 at the start of the message. */
  previousEol: number
  previousEmpty: boolean
}

export interface LineSink {
  /** True: every line is wanted; false: only those that begin with two hyphens. */
  readonly wantsEveryLine: boolean
  line(line: Line): void
}

/**
 * Cuts chunks of any size into lines and lists what is wrong with them. Holds no more than the beginning of one line.
 * Native searches do the work: a line costs three of them, whatever its length.
 */
export class LineReader {
  readonly #sink: LineSink
  readonly #defects: DefectList
  readonly #line: Line
  /** The unfinished line: where it began, octets so far, and whether the last of them is a CR. */
  #carried = 0
  #carriedHead = ''
  #lastCr = false
  #lineStart = 0
  #number = 0
  #previousEol = 0
  #previousEmpty = false

  constructor(sink: LineSink, defects: DefectList) {
    this.#sink = sink
    this.#defects = defects
    this.#line = {
      text: '',
      from: 0,
      to: 0,
      start: 0,
      octets: 0,
      eol: 0,
      number: 0,
      previousEol: 0,
      previousEmpty: false,
    }
  }

  /** Lines so far, an unfinished last one included. */
  get lines(): number {
    return this.#number
  }

  /** Whether the last line is complete and empty. */
  get lastEmpty(): boolean {
    return this.#previousEmpty
  }

  /** Octets of the last line end. */
  get lastEol(): number {
    return this.#previousEol
  }

  /** The next octets, one char each, that begin at `base` of the message. */
  read(text: string, base: number): void {
    for (let nul = text.indexOf('\0'); nul >= 0; nul = text.indexOf('\0', nul + 1)) this.#defects.add('nul', base + nul)
    const from = this.#carried > 0 ? this.#finishCarried(text, base) : 0
    if (from < text.length) this.#whole(text, base, from)
  }

  /** No more octets. */
  end(size: number): void {
    if (size === 0) this.#defects.add('empty-message', 0)
    if (this.#carried === 0) return
    if (this.#lastCr) this.#defects.add('bare-cr', size - 1)
    this.#defects.add('no-final-crlf', size)
    this.#emit(this.#carriedHead, this.#carried, 0)
    this.#carried = 0
  }

  #whole(text: string, base: number, from: number): void {
    const end = text.length
    const sink = this.#sink
    let at = from
    let cr = -1
    while (at < end) {
      const lf = text.indexOf('\n', at)
      if (cr < at) cr = indexOrEnd(text, '\r', at)
      if (lf < 0) {
        this.#carry(text, base, { at, cr })
        return
      }
      while (cr < lf - 1) {
        this.#defects.add('bare-cr', base + cr)
        cr = indexOrEnd(text, '\r', cr + 1)
      }
      const eol = cr === lf - 1 ? 2 : 1
      const octets = lf + 1 - eol - at
      if (eol === 1) this.#defects.add('bare-lf', base + lf)
      if (octets > lineLimit) this.#defects.add('long-line', base + at, octets)
      if (sink.wantsEveryLine || (text.charCodeAt(at) === dash && text.charCodeAt(at + 1) === dash)) {
        this.#give({ text, from: at, start: base + at, octets, eol })
      }
      this.#number++
      this.#previousEol = eol
      this.#previousEmpty = octets === 0
      at = lf + 1
    }
  }

  #give({
    text,
    from,
    start,
    octets,
    eol,
  }: {
    text: string
    from: number
    start: number
    octets: number
    eol: number
  }): void {
    const line = this.#line
    line.text = text
    line.from = from
    line.to = from + Math.min(octets, shownOctets)
    line.start = start
    line.octets = octets
    line.eol = eol
    line.number = this.#number
    line.previousEol = this.#previousEol
    line.previousEmpty = this.#previousEmpty
    this.#sink.line(line)
  }

  /** Keeps the beginning of a line whose end is not in the text. */
  #carry(text: string, base: number, { at, cr }: { at: number; cr: number }): void {
    const end = text.length
    this.#lineStart = base + at
    this.#carried = end - at
    this.#carriedHead = text.slice(at, at + shownOctets)
    this.#lastCr = this.#bareCrs(text, base, { cr, stop: end - 1 }) === end - 1
  }

  /** Lists CRs before `stop`. @returns the first at or after it. */
  #bareCrs(text: string, base: number, { cr, stop }: { cr: number; stop: number }): number {
    let next = cr
    while (next < stop) {
      this.#defects.add('bare-cr', base + next)
      next = indexOrEnd(text, '\r', next + 1)
    }
    return next
  }

  /** @returns where the next line begins in the text. */
  #finishCarried(text: string, base: number): number {
    const end = text.length
    if (end === 0) return 0
    const lf = text.indexOf('\n')
    if (this.#lastCr && lf !== 0) this.#defects.add('bare-cr', base - 1)
    const stop = lf < 0 ? end - 1 : lf - 1
    const cr = lf === 0 ? -1 : this.#bareCrs(text, base, { cr: indexOrEnd(text, '\r', 0), stop })
    if (lf < 0) {
      this.#lengthen(text)
      this.#carried += end
      this.#lastCr = cr === end - 1
      return end
    }
    const eol = (lf === 0 ? this.#lastCr : cr === lf - 1) ? 2 : 1
    const octets = this.#carried + lf + 1 - eol
    if (eol === 1) this.#defects.add('bare-lf', base + lf)
    this.#lengthen(text.slice(0, lf))
    this.#emit(this.#carriedHead, octets, eol)
    this.#carried = 0
    return lf + 1
  }

  #lengthen(text: string): void {
    const room = shownOctets - this.#carriedHead.length
    if (room > 0) this.#carriedHead += text.slice(0, room)
  }

  /** Gives the carried line to the sink. */
  #emit(text: string, octets: number, eol: number): void {
    if (octets > lineLimit) this.#defects.add('long-line', this.#lineStart, octets)
    if (this.#sink.wantsEveryLine || text.startsWith('--'))
      this.#give({ text, from: 0, start: this.#lineStart, octets, eol })
    this.#number++
    this.#previousEol = eol
    this.#previousEmpty = octets === 0
    this.#carriedHead = ''
    this.#lastCr = false
  }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from)
  return index < 0 ? text.length : index
}
