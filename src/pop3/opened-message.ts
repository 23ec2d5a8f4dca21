/** The octets of a message for one client: RFC 6856 §2.1, with what a client without UTF-8 mode may not be given. */
import { Pop3Refusal } from './error.ts'
import type { Maildrop, Message } from './maildrop.ts'

/**
 * Begins to read a message. The caller iterates over it, to whatever end.
 * @param utf8 UTF-8 mode. @throws Pop3Refusal UTF8 for a message that was sent with SMTPUTF8 and has a header in UTF-8.
 */
export async function openMessage(
  maildrop: Maildrop,
  message: Message,
  utf8: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const octets = await maildrop.open(message)
  const chunks = octets.stream()[Symbol.asyncIterator]()
  const close = async (): Promise<void> => {
    await chunks.return?.()
    octets.close()
  }
  try {
    const first = await chunks.next()
    if (!utf8 && first.done !== true && hasUnicodeHeader(first.value) && (await maildrop.needsUtf8(message))) {
      throw new Pop3Refusal('This message is for clients that send UTF8 before they log in', 'UTF8')
    }
    return continued(first, chunks, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function* continued(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
  close: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let step = first; step.done !== true; step = await rest.next()) yield step.value
  } finally {
    await close()
  }
}

/** @param chunk the beginning of the message, 256 KiB of it: longer headers are not looked at to their end. */
function hasUnicodeHeader(chunk: Uint8Array): boolean {
  const beginning = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  const end = beginning.indexOf('\r\n\r\n')
  const header = end < 0 ? beginning : beginning.subarray(0, end)
  return header.some((octet) => octet > 0x7f)
}
