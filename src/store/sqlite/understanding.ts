import { createHash } from 'node:crypto'
import type { Log } from '../../log.ts'
import type { Sending } from '../../mime/header-checks.ts'
import { scanMessage, MessageScanner } from '../../mime/scanner.ts'
import { emptySummary, summarize, type Summary } from '../../mime/summary.ts'
import type { MessageTree } from '../../mime/tree.ts'
import { unparsedTree } from '../../mime/unparsed.ts'
import type { SmtpEnvelope } from '../../smtp/envelope.ts'

/**
 * What the store keeps of a message beside its octets. Scanning is bounded and linear; should it throw all the same,
 * the message is kept and marked `unparsed`.
 */
export interface Understanding {
  readonly sha256: Uint8Array
  readonly tree: MessageTree
  readonly summary: Summary
}

/** What the envelope says that the octets are read by. */
export function sendingOf({ listener, reversePath }: SmtpEnvelope): Sending {
  return smtpListeners.has(listener) ? { smtpUtf8: reversePath.smtpUtf8 === true } : {}
}

const smtpListeners = new Set(['smtp', 'submission', 'smtps'])

type Read = (start: number, end: number) => Uint8Array

/** Of a message in memory. */
export function understandOctets(octets: Uint8Array, log: Log, sending: Sending = {}): Understanding {
  const sha256 = createHash('sha256').update(octets).digest()
  const read: Read = (start, end) => octets.subarray(start, end)
  return { sha256, ...scanned({ scan: () => scanMessage(octets, {}, sending), read, size: octets.length, log }) }
}

/** A message that was hashed and scanned piece by piece. */
export class MessageReader {
  readonly #hash = createHash('sha256')
  readonly #scanner = new MessageScanner()
  /** What the scanner threw; nothing more is scanned then. */
  #failure: { readonly error: unknown } | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Never throws for what the octets are. */
  push(octets: Uint8Array): void {
    this.#hash.update(octets)
    this.#size += octets.length
    if (this.#failure !== undefined) return
    try {
      this.#scanner.push(octets)
    } catch (error) {
      this.#failure = { error }
    }
  }

  /** `read` gives the octets again, for the summary. */
  end(read: Read, log: Log, sending: Sending = {}): Understanding {
    const sha256 = this.#hash.digest()
    return { sha256, ...scanned({ scan: () => this.#tree(sending), read, size: this.#size, log }) }
  }

  #tree(sending: Sending): MessageTree {
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#scanner.end(sending)
  }
}

function scanned({ scan, read, size, log }: { scan: () => MessageTree; read: Read; size: number; log: Log }): {
  tree: MessageTree
  summary: Summary
} {
  try {
    const tree = scan()
    return { tree, summary: summarize(tree, read) }
  } catch (error) {
    log.error(
      { error: error instanceof Error ? error.message : 'unknown' },
      'A message could not be parsed; it is kept and marked',
    )
    return { tree: unparsedTree(size), summary: { ...emptySummary, subject: '(unparsed)' } }
  }
}
