/** Commands as they come over the wire: lines and the literals between them. RFC 9051 §2.2.1, §4.3; RFC 7888. */
import { ImapBad, ImapNo } from '../error.ts'
import type { Connection } from './connection.ts'

export interface ReaderLimits {
  /** Octets of a command's lines together, without literals. IMAP-3. */
  lineOctets: number
  /** Octets of one literal that is kept in memory. IMAP-1. */
  literalOctets: number
}

/** Literals of one command, and octets of those that are kept. IMAP-1. */
const maxLiterals = 1000
const maxKeptOctets = 10 * 1024 * 1024

/** Takes a literal as it comes; a promise means: wait. What it throws refuses the command when the literal is over. */
export interface LiteralSink {
  write(octets: Uint8Array): void | Promise<void>
}

/** A literal as it is announced. */
export interface Announced {
  /** What of the command came before it. */
  readonly before: string
  readonly octets: number
  /** `literal8`, with a tilde. RFC 3516 §4. */
  readonly binary: boolean
}

/** Where literals go that are not to be kept in memory. */
export interface LiteralTaker {
  /** @returns undefined: it is kept. @throws ImapNo, ImapBad to refuse it, before it is sent where the client waits. */
  take(announced: Announced): LiteralSink | undefined
}

/** One command, lines joined; each literal stands in the text as it was announced, with the line end after it. */
export interface RawCommand {
  readonly text: string
  readonly literals: readonly (Buffer | LiteralSink)[]
  /** Why it is refused whatever it says; then the text is what could be read. */
  readonly refused: ImapBad | ImapNo | undefined
}

export class CommandReader {
  readonly limits: ReaderLimits
  readonly #connection: Connection
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(connection: Connection, limits: ReaderLimits) {
    this.#connection = connection
    this.limits = limits
  }

  /** Octets that were read and not used yet are thrown away: they were said before TLS. @returns how many. */
  forget(): number {
    const left = this.#chunk.length - this.#at
    this.#chunk = Buffer.alloc(0)
    this.#at = 0
    return left
  }

  /** Whether there is something to read already. */
  get buffered(): boolean {
    return this.#at < this.#chunk.length
  }

  /** The rest of what was read, for whoever reads on in its place. */
  rest(): Buffer {
    const rest = this.#chunk.subarray(this.#at)
    this.forget()
    return rest
  }

  /** Undefined at the end of the connection. */
  async next(taker: LiteralTaker): Promise<RawCommand | undefined> {
    const command = new Gathering(this.limits)
    for (;;) {
      const line = await this.line(Math.max(0, this.limits.lineOctets - command.text.length))
      if (line === undefined) return undefined
      if (line.cut) {
        command.refuse(new ImapBad('Command line too long', 'TOOBIG'))
        return command.done(line.text)
      }
      const announced = literalAt(line.text, command.text)
      if (announced === undefined) return command.done(line.text)
      command.text += line.text + '\r\n'
      if (!(await this.#literal(announced, command, taker))) return command.done('')
    }
  }

  /** One line without its end. What is longer than the limit is thrown away as it comes. */
  async line(maxOctets: number): Promise<{ text: string; cut: boolean } | undefined> {
    let text = ''
    let octets = 0
    for (;;) {
      if (this.#at >= this.#chunk.length && !(await this.#fill())) return undefined
      const end = this.#chunk.indexOf(0x0a, this.#at)
      const until = end < 0 ? this.#chunk.length : end
      // One more than the limit: the CR of the line end.
      const room = Math.max(0, maxOctets + 1 - text.length)
      text += this.#chunk.toString('latin1', this.#at, Math.min(until, this.#at + room))
      octets += until - this.#at
      this.#at = until + 1
      if (end < 0) continue
      if (octets <= maxOctets + 1 && text.endsWith('\r')) text = text.slice(0, -1)
      return { text: text.slice(0, maxOctets), cut: octets > maxOctets + 1 || text.length > maxOctets }
    }
  }

  /** @returns false where the command ends here: it is refused, and the client was waiting. */
  async #literal(announced: Literal, command: Gathering, taker: LiteralTaker): Promise<boolean> {
    let sink: LiteralSink | undefined
    try {
      if (command.refused === undefined) {
        command.count()
        sink = taker.take(announced)
        if (sink === undefined) command.keep(announced.octets)
      }
    } catch (error) {
      command.refuse(error)
    }
    if (command.refused !== undefined && announced.synchronising) return false
    if (announced.synchronising) {
      this.#connection.write('+ Ready for literal data\r\n')
      this.#connection.flush()
    }
    if (command.refused !== undefined) return this.#drain(announced.octets)
    if (sink === undefined) return this.#keep(announced.octets, command)
    command.literals.push(sink)
    return this.#pour(announced.octets, sink, command)
  }

  async #keep(octets: number, command: Gathering): Promise<boolean> {
    const literal = Buffer.allocUnsafeSlow(octets)
    let filled = 0
    while (filled < octets) {
      if (this.#at >= this.#chunk.length && !(await this.#fill())) return true
      const copied = this.#chunk.copy(
        literal,
        filled,
        this.#at,
        Math.min(this.#chunk.length, this.#at + octets - filled),
      )
      filled += copied
      this.#at += copied
    }
    command.literals.push(literal)
    return true
  }

  async #pour(octets: number, sink: LiteralSink, command: Gathering): Promise<boolean> {
    for (let left = octets; left > 0;) {
      if (this.#at >= this.#chunk.length && !(await this.#fill())) return true
      const piece = this.#chunk.subarray(this.#at, this.#at + left)
      this.#at += piece.length
      left -= piece.length
      try {
        if (command.refused === undefined) await sink.write(piece)
      } catch (error) {
        command.refuse(error)
      }
    }
    return true
  }

  async #drain(octets: number): Promise<boolean> {
    for (let left = octets; left > 0;) {
      if (this.#at >= this.#chunk.length && !(await this.#fill())) return true
      const used = Math.min(left, this.#chunk.length - this.#at)
      this.#at += used
      left -= used
    }
    return true
  }

  async #fill(): Promise<boolean> {
    const chunk = await this.#connection.read()
    this.#chunk = chunk ?? Buffer.alloc(0)
    this.#at = 0
    return chunk !== undefined
  }
}

interface Literal extends Announced {
  readonly synchronising: boolean
}

/** literal = "{" number64 ["+"] "}" CRLF; literal8 = "~{" … RFC 9051 §9. */
function literalAt(line: string, before: string): Literal | undefined {
  if (!line.endsWith('}')) return undefined
  const match = /(~?)\{(\d{1,20})(\+?)\}$/.exec(line.slice(-24))
  if (match === null) return undefined
  const [whole, tilde, digits, plus] = match
  return {
    before: before + line.slice(0, -whole.length),
    octets: Number(digits),
    binary: tilde !== '',
    synchronising: plus === '',
  }
}

/** A command while it comes in. */
class Gathering {
  text = ''
  readonly literals: (Buffer | LiteralSink)[] = []
  refused: ImapBad | ImapNo | undefined
  readonly #limits: ReaderLimits
  #count = 0
  #kept = 0

  constructor(limits: ReaderLimits) {
    this.#limits = limits
  }

  count(): void {
    if (++this.#count > maxLiterals) throw new ImapBad(`More than ${maxLiterals} literals in a command`)
  }

  keep(octets: number): void {
    this.#kept += octets
    if (octets > this.#limits.literalOctets || this.#kept > maxKeptOctets) {
      throw new ImapBad(`Literal too large, at most ${this.#limits.literalOctets} octets here`, 'TOOBIG')
    }
  }

  /** The first reason stays. */
  refuse(error: unknown): void {
    if (this.refused !== undefined) return
    this.refused =
      error instanceof ImapNo || error instanceof ImapBad
        ? error
        : new ImapNo('The literal could not be taken', 'SERVERBUG', { cause: error })
  }

  done(line: string): RawCommand {
    return { text: this.text + line, literals: this.literals, refused: this.refused }
  }
}
