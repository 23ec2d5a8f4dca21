import { setImmediate } from 'node:timers/promises'
import { MessageScanner } from './scanner.ts'
import type { MessageTree } from './tree.ts'
import { unparsedTree } from './unparsed.ts'

/** What is scanned before others have their turn: 10 ms of a message that is all parts. */
const octetsAtOnce = 64 * 1024

/**
 * A message to its tree, a piece at a time. Where scanning fails it is shown as it is in the list, unparsed. MIME-1.
 * @param octets how many there are in all
 * @throws what reading the chunks throws
 */
export async function scanInTurns(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  octets: number,
): Promise<MessageTree> {
  const scanner = new MessageScanner()
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += octetsAtOnce) {
      try {
        scanner.push(chunk.subarray(from, from + octetsAtOnce))
      } catch {
        return unparsedTree(octets)
      }
      // Chunks that are in memory come without a turn for anybody else.
      if (octets > octetsAtOnce) await setImmediate()
    }
  }
  try {
    return scanner.end()
  } catch {
    return unparsedTree(octets)
  } finally {
    // The end of one of many parts takes its time, and more is done with it at once.
    if (octets > octetsAtOnce) await setImmediate()
  }
}
