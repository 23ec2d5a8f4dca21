import { messageNumber } from '../arguments.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'
import { openMessage } from '../opened-message.ts'

/** TOP, RFC 1939 §7: the header, the empty line, and so many lines of the body. */
export const top = command({
  name: 'TOP',
  states: ['transaction'],
  parse(argument) {
    const [number = '', lines = '', ...rest] = argument.split(' ')
    if (rest.length > 0 || !/^\d{1,9}$/.test(lines)) {
      throw new Pop3Refusal('A message number and a number of lines are expected')
    }
    return { number: messageNumber(number), lines: Number(lines) }
  },
  async run({ session, maildrop }, { number, lines }) {
    const octets = await openMessage(maildrop, maildrop.message(number), session.utf8)
    return { text: 'Top of the message follows', octets: beginning(octets, lines) }
  },
})

const lf = 0x0a
const cr = 0x0d

async function* beginning(octets: AsyncIterable<Uint8Array>, lines: number): AsyncGenerator<Uint8Array> {
  const cutter = new Cutter(lines)
  for await (const chunk of octets) {
    yield chunk.subarray(0, cutter.take(chunk))
    if (cutter.done) return
  }
}

/** Counts the lines of a message as its octets come by. */
class Cutter {
  #left: number
  #inBody = false
  /** Octets of the line so far that are not CR: none makes it empty. */
  #lineOctets = 0
  done = false

  constructor(lines: number) {
    this.#left = lines
  }

  /** @returns how many octets of the chunk belong to what is wanted. */
  take(chunk: Uint8Array): number {
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i]
      if (octet !== lf) {
        if (octet !== cr) this.#lineOctets++
        continue
      }
      this.#endLine()
      if (this.done) return i + 1
    }
    return chunk.length
  }

  #endLine(): void {
    if (this.#inBody) this.#left--
    else if (this.#lineOctets === 0) this.#inBody = true
    this.#lineOctets = 0
    this.done = this.#inBody && this.#left <= 0
  }
}
