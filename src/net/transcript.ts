/** The conversation of a session as people read it: both directions, secrets out, bounded. */
import type { Clock } from '../clock.ts'

/** Characters of a text that are kept: the first and the last half of it. */
const maxKept = 64 * 1024
const half = maxKept / 2

/** Characters that are gathered before they are put away as octets. */
const pieceLength = 2048

/**
 * Text that only grows. A long-lived string that is added to line by line is a tree of its lines in the heap; here only
 * its end is one.
 */
class GrowingText {
  readonly #pieces: Buffer[] = []
  #end = ''
  length = 0

  add(line: string): void {
    this.#end += line + '\n'
    this.length += line.length + 1
    if (this.#end.length < pieceLength) return
    this.#pieces.push(Buffer.from(this.#end))
    this.#end = ''
  }

  toString(): string {
    return this.#pieces.length === 0 ? this.#end : Buffer.concat(this.#pieces).toString() + this.#end
  }
}

/** Text that keeps its two ends when it grows too long. Adding is cheap; reading is not. */
export class BoundedText {
  readonly #head = new GrowingText()
  #headFull = false
  /** The end of the text, in two pieces of which the older one is dropped whole. */
  #older = new GrowingText()
  #newer = new GrowingText()
  #dropped = 0

  add(line: string): void {
    if (!this.#headFull && this.#head.length + line.length < half) {
      this.#head.add(line)
      return
    }
    this.#headFull = true
    if (this.#newer.length + line.length >= half) {
      this.#dropped += this.#older.length
      this.#older = this.#newer
      this.#newer = new GrowingText()
    }
    this.#newer.add(line)
  }

  /** Lines joined by LF. */
  toString(): string {
    let tail = String(this.#older) + String(this.#newer)
    let dropped = this.#dropped
    if (tail.length > half) {
      const cut = tail.indexOf('\n', tail.length - half) + 1
      dropped += cut
      tail = tail.slice(cut)
    }
    const gap = dropped === 0 ? '' : `[${dropped} characters left out here]\n`
    return (String(this.#head) + gap + tail).slice(0, -1)
  }
}

/**
 * Gathers the lines of one session: how many seconds after its beginning, who said it, and what: `0.012 C: QUIT`. A remark
 * of our own has no `C: ` and no `S: `.
 */
export class Transcript {
  readonly #session = new BoundedText()
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #begunAt: number

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
    this.#begunAt = clock.monotonic()
  }

  /** A command as it is to be shown, without secrets. */
  client(line: string): void {
    this.add(this.timed('C: ' + printable(line)))
  }

  /** One line of an answer. */
  server(line: string): void {
    this.add(this.timed('S: ' + line))
  }

  /** A sentence of our own about what happened; never begins like a line of either side. */
  remark(text: string): void {
    this.add(this.timed(text))
  }

  /** All of it. */
  toString(): string {
    return this.#session.toString()
  }

  protected add(line: string): void {
    this.#session.add(line)
  }

  /** As it would stand if it were said now. */
  timed(line: string): string {
    return `${((this.#clock.monotonic() - this.#begunAt) / 1000).toFixed(3)} ${line}`
  }
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g
// eslint-disable-next-line no-control-regex -- the same without state
const anyUnprintable = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/

/** Control characters and line separators as `\x0d` or `\u2028`; the rest as it is. */
export function printable(text: string): string {
  return anyUnprintable.test(text) ? text.replace(unprintable, escaped) : text
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
