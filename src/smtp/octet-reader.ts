/** From octets to command lines and message content. RFC 5321 §2.3.8, §4.5.2, §4.5.3.1.4. */
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { DotUnstuffer } from './dot-unstuffing.ts'

/** Who listens to a reader. Each call that takes `done` gets nothing more until it calls it. */
export interface ReaderEvents {
  /** A command line, one character per octet, without its line end. */
  onLine(line: string, done: () => void): void
  /** The line in progress has passed its limit; the rest of it is thrown away. Called once per line. */
  onLongLine(): void
  /** Longest line that is taken now, in octets. @param begun the first octets of it, at least five. */
  lineLimit(begun: string): number
  /** Octets of a message. A promise means: wait for it. Takes over the chunk. */
  onContent(content: Buffer): void | Promise<void>
  /** The final dot. */
  onContentEnd(done: () => void): void
  /** A chunk is worked off, or its work pauses: the time to send replies. Call `next` when there is room for more. */
  onPause(next: () => void): void
  /** The other side has closed its half, and all that it sent is worked off. An unfinished line is no command. */
  onInputEnd(): void
  /** One of these calls threw. The session is over; nobody else is concerned. */
  onFault(error: unknown): void
}

/** Commands that are run before other sessions get their turn. */
const maxCommandsAtOnce = 100

const noop = (): void => undefined

/**
 * Takes the place of smtp-server's parser, which ends lines of content by a bare LF too, keeps the dot of `.text` and
 * yields to the event loop for each stuffed line. Same result for any chunking.
 */
export class OctetReader extends SMTPStream {
  readonly #events: ReaderEvents
  #line = ''
  #discarding = false
  #content: DotUnstuffer | undefined
  #chunk: Buffer = Buffer.alloc(0)
  #position = 0
  #next: () => void = noop
  /** In `#work`; a `done` that comes meanwhile only marks that work can go on. */
  #working = false
  #waiting = false
  #pauses = 0

  constructor(events: ReaderEvents) {
    super()
    this.#events = events
  }

  /** True while a reply has to wait for the end of the work on a chunk, with which it goes out. */
  get working(): boolean {
    return this.#working
  }

  /** Octets that are here and were not looked at yet. */
  get unreadOctets(): number {
    return this.#chunk.length - this.#position
  }

  /** What comes after this line is the content of a message. */
  beginContent(): void {
    this.#content = new DotUnstuffer()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: () => void): void {
    this.#chunk = chunk
    this.#position = 0
    this.#next = next
    this.#work()
  }

  override _flushData(): void {
    if (!this.isClosed) this.#events.onInputEnd()
  }

  readonly #done = (): void => {
    this.#waiting = false
    if (!this.#working) this.#work()
  }

  #work(): void {
    this.#working = true
    try {
      this.#readSome()
    } catch (error) {
      this.#events.onFault(error)
    }
    this.#working = false
    const pause = ++this.#pauses
    this.#events.onPause(() => {
      if (pause === this.#pauses) this.#afterPause()
    })
  }

  #readSome(): void {
    let commands = 0
    while (!this.#waiting && !this.isClosed && this.#position < this.#chunk.length && commands < maxCommandsAtOnce) {
      if (this.#content === undefined) this.#readLine()
      else this.#readContent(this.#content)
      commands++
    }
  }

  #afterPause(): void {
    if (this.#waiting) return
    if (!this.isClosed && this.#position < this.#chunk.length) return void setImmediate(() => this.#work())
    const next = this.#next
    this.#next = noop
    next()
  }

  #resume(): void {
    if (!this.#waiting) this.#work()
  }

  #readLine(): void {
    const end = this.#chunk.indexOf(0x0a, this.#position)
    const piece = this.#chunk.toString('latin1', this.#position, end === -1 ? this.#chunk.length : end)
    this.#position = end === -1 ? this.#chunk.length : end + 1
    if (!this.#discarding) this.#line = this.#line === '' ? piece : this.#line + piece
    if (!this.#discarding && this.#tooLong()) {
      this.#discarding = true
      this.#line = ''
      this.#events.onLongLine()
    }
    if (end === -1) return
    const line = this.#line
    const discarded = this.#discarding
    this.#line = ''
    this.#discarding = false
    if (discarded) return
    this.#waiting = true
    this.#events.onLine(line.endsWith('\r') ? line.slice(0, -1) : line, this.#done)
  }

  #tooLong(): boolean {
    const octets = this.#line.length - (this.#line.endsWith('\r') ? 1 : 0)
    return octets > 100 && octets > this.#events.lineLimit(this.#line.slice(0, 5))
  }

  #readContent(unstuffer: DotUnstuffer): void {
    const content = unstuffer.push(this.#chunk, this.#position)
    this.#position = unstuffer.end ?? this.#chunk.length
    const wait = content.length > 0 ? this.#events.onContent(content) : undefined
    if (unstuffer.end !== undefined) this.#content = undefined
    if (wait === undefined) return this.#afterContent(unstuffer)
    this.#waiting = true
    wait
      .then(() => {
        this.#waiting = false
        this.#afterContent(unstuffer)
        this.#resume()
      })
      .catch((error: unknown) => this.#events.onFault(error))
  }

  #afterContent(unstuffer: DotUnstuffer): void {
    if (unstuffer.end === undefined || this.isClosed) return
    this.#waiting = true
    this.#events.onContentEnd(this.#done)
  }
}
