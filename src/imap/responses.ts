/** Untagged responses, on their way to the client and into the record of the session. RFC 9051 §7. */
import type { Connection } from '../net/connection.ts'

export interface Recorder {
  server(line: string): void
}

export class Responses {
  readonly #connection: Connection
  readonly #recorder: Recorder

  constructor(connection: Connection, recorder: Recorder) {
    this.#connection = connection
    this.#recorder = recorder
  }

  /** `* text`. One character is one octet; literals may be in it. */
  untagged(text: string): void {
    this.#recorder.server(shown(text))
    this.#connection.write(`* ${text}\r\n`)
  }

  /** `* OK [code] text`. */
  ok(code: string, text: string): void {
    this.untagged(`OK [${code}] ${text}`)
  }

  /** The beginning of a response whose literals are streamed. */
  begin(text: string): void {
    this.#recorder.server(shown(text) + ' …')
    this.#connection.write(`* ${text}`)
  }

  /** More of what was begun. */
  more(text: string): void {
    this.#connection.write(text)
  }

  octets(octets: Uint8Array): void {
    this.#connection.writeOctets(octets)
  }

  end(text: string): void {
    this.#connection.write(`${text}\r\n`)
  }

  /** Whether the client has to take something before more is made. IMAP-9. */
  get full(): boolean {
    return this.#connection.full
  }

  /** Resolves when the client has taken enough; to be awaited between many responses. */
  async ready(): Promise<void> {
    await this.#connection.drained()
  }
}

/** Enough to follow the conversation. */
const maxShown = 400

function shown(text: string): string {
  const literal = text.indexOf('}\r\n')
  const until = Math.min(literal < 0 ? text.length : literal + 1, maxShown)
  return until < text.length ? `* ${text.slice(0, until)} …` : `* ${text}`
}
