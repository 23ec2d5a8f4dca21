import type { Octets } from '../../store/store.ts'
import { messageNumber } from '../arguments.ts'
import { command } from '../command.ts'

/** RETR, RFC 1939 §5. */
export const retr = command({
  name: 'RETR',
  states: ['transaction'],
  parse: messageNumber,
  async run({ maildrop }, number) {
    const message = maildrop.message(number)
    const octets = await maildrop.open(message)
    return { text: `${message.octets} octets`, octets: () => whole(octets) }
  },
})

async function* whole(octets: Octets): AsyncGenerator<Uint8Array> {
  try {
    yield* octets.stream()
  } finally {
    octets.close()
  }
}
