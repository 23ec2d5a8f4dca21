/** Lines and counted octets from a connection, for protocols of both. */
import type { Connection } from './connection.ts'

export interface Line {
  /** Without its end; one character is one octet. */
  readonly text: string
  /** It was longer than allowed; the rest of it is thrown away. */
  readonly cut: boolean
}

/** A command without the spaces that some clients put at its end. */
export function withoutTrailingSpaces(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === ' ') end--
  return text.slice(0, end)
}

export class LineReader {
  readonly #connection: Connection
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** What was read and not used yet is thrown away: it was said before TLS. @returns how many octets. */
  forget(): number {
    return this.rest().length
  }

  /** What was read and not used yet, for whoever reads on. */
  rest(): Buffer {
    const rest = this.#chunk.subarray(this.#at)
    this.#chunk = Buffer.alloc(0)
    this.#at = 0
    return rest
  }

  /** The next line; a LF alone ends it too. What is longer is thrown away as it comes. Undefined at the end. */
  async line(maxOctets: number): Promise<Line | undefined> {
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

  /** The next octets, at most so many: as they came, not copied. Undefined at the end. */
  async octets(most: number): Promise<Buffer | undefined> {
    if (this.#at >= this.#chunk.length && !(await this.#fill())) return undefined
    const octets = this.#chunk.subarray(this.#at, this.#at + most)
    this.#at += octets.length
    return octets
  }

  async #fill(): Promise<boolean> {
    const chunk = await this.#connection.read()
    this.#chunk = chunk ?? Buffer.alloc(0)
    this.#at = 0
    return chunk !== undefined
  }
}
