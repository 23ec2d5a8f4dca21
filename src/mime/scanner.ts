/**
 * A message to its tree of octet ranges: RFC 5322, RFC 2045, RFC 2046.
 *
 * Whatever comes, it comes out as a tree, in linear time and in memory bounded by the header blocks, never by bodies;
 * the chunks it came in make no difference. What is wrong is listed as defects.
 */
import { bufferOf } from './charset.ts'
import { DefectList } from './defect-list.ts'
import { checkHeader, checkHiddenControls, checkOctets, type Sending } from './header-checks.ts'
import { defaultLimits } from './limits.ts'
import { LineReader } from './line-reader.ts'
import { walk } from './parts.ts'
import { TreeBuilder } from './tree-builder.ts'
import type { MessageTree, MimeLimits } from './tree.ts'

/** Chunks are worked on in pieces of this size, so that what a piece costs in memory stays small. */
const pieceOctets = 64 * 1024

/** Takes a message in chunks of any size. */
export class MessageScanner {
  readonly #limits: MimeLimits
  readonly #defects = new DefectList()
  readonly #builder: TreeBuilder
  readonly #lines: LineReader
  #octets = 0

  constructor(limits: Partial<MimeLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits }
    this.#builder = new TreeBuilder(this.#limits, this.#defects)
    this.#lines = new LineReader(this.#builder, this.#defects)
  }

  /** The next octets, in order. They are not kept: the caller may reuse the memory. */
  push(chunk: Uint8Array): void {
    const buffer = bufferOf(chunk)
    for (let from = 0; from < buffer.length; from += pieceOctets) {
      const piece = buffer.length <= pieceOctets ? buffer : buffer.subarray(from, from + pieceOctets)
      this.#builder.chunk(piece, this.#octets)
      this.#lines.read(piece.toString('latin1'), this.#octets)
      this.#builder.chunkDone()
      this.#octets += piece.length
    }
  }

  /** That was all; to be called once. */
  end(sending: Sending = {}): MessageTree {
    const octets = this.#octets
    this.#builder.chunk(Buffer.alloc(0), octets)
    this.#lines.end(octets)
    const root = this.#builder.finish(octets, this.#lines)
    checkHeader(root, this.#limits, this.#defects)
    checkOctets(walk({ root }), sending, this.#defects)
    checkHiddenControls(root, walk({ root }), this.#defects)
    return { octets, root, defects: this.#defects.list(), defectCount: this.#defects.count }
  }
}

/** The tree of a message that is in memory. */
export function scanMessage(octets: Uint8Array, limits: Partial<MimeLimits> = {}, sending: Sending = {}): MessageTree {
  const scanner = new MessageScanner(limits)
  scanner.push(octets)
  return scanner.end(sending)
}
