/** Commands as they come over the wire: lines and the literals between them. RFC 9051 §2.2.1, §4.3; RFC 7888. */
import { ImapBad, ImapNo } from '../error.ts'
import type { Connection } from '../../net/connection.ts'
import { LineReader } from '../../net/line-reader.ts'

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
  readonly #lines: LineReader

  constructor(connection: Connection, limits: ReaderLimits) {
    this.#connection = connection
    this.#lines = new LineReader(connection)
    this.limits = limits
  }

  get lines(): LineReader {
    return this.#lines
  }

  /** Undefined at the end of the connection. */
  async next(taker: LiteralTaker): Promise<RawCommand | undefined> {
    const command = new Gathering(this.limits)
    for (;;) {
      const line = await this.#lines.line(Math.max(0, this.limits.lineOctets - command.text.length))
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
      const piece = await this.#lines.octets(octets - filled)
      if (piece === undefined) return true
      filled += piece.copy(literal, filled)
    }
    command.literals.push(literal)
    return true
  }

  async #pour(octets: number, sink: LiteralSink, command: Gathering): Promise<boolean> {
    for (let left = octets; left > 0;) {
      const piece = await this.#lines.octets(left)
      if (piece === undefined) return true
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
      const piece = await this.#lines.octets(left)
      if (piece === undefined) return true
      left -= piece.length
    }
    return true
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
