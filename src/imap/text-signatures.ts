import type { MessageKey } from '../store/message.ts'

/**
 * Which three characters stand one after the other in the text of a message, hashed: what has not all of those of a
 * longer text does not have that text. Messages never change, so what a search has read need not be read again to say
 * no. A Bloom filter of one hash: https://en.wikipedia.org/wiki/Bloom_filter. Bounded: what no recent search came by
 * goes, and where all is in use nothing more is learnt, for a mailbox that is always read from the start would else
 * push out its own beginning.
 */
export interface TextSearch {
  /** Whether the message surely has not the text. False where nobody knows. */
  excludes(key: MessageKey, text: string): boolean
  /** @param texts everything that is searched of the message, folded; asked for where there is room to keep it. */
  learn(key: MessageKey, texts: () => readonly string[]): void
}

/** Octets that are kept: of some 100,000 messages of 5 kB. */
const defaultLimit = 64 * 1024 * 1024
/** What a message costs besides its bits. */
const overhead = 200
const leastBits = 512
const mostBits = 256 * 1024
/** Of the bits of a signature, how many may be set for three characters to say something by themselves. */
const density = 0.4
/** Searches ago that something was last of use, for it to be forgotten where there is no room. */
const recent = 10

interface Signature {
  readonly bits: Uint32Array
  usedBy: number
}

export class TextSignatures {
  readonly #limit: number
  readonly #signatures = new Map<MessageKey, Signature>()
  readonly #scratch = new Uint32Array(mostBits / 32)
  #octets = 0
  #searches = 0

  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  /** For one search: what it looks for is taken apart once. */
  search(): TextSearch {
    const search = ++this.#searches
    const known = new Map<string, Uint32Array>()
    let full = false
    return {
      excludes: (key, text) => {
        const signature = this.#signatures.get(key)
        if (signature === undefined) return false
        signature.usedBy = search
        let hashes = known.get(text)
        if (hashes === undefined) known.set(text, (hashes = hashesOf(text)))
        return !hashes.every((hash) => hasBit(signature.bits, hash))
      },
      learn: (key, texts) => {
        if (this.#signatures.has(key)) return
        if (this.#octets >= this.#limit && !full) full = !this.#makeRoom(search - recent)
        if (!full) this.#keep(key, { bits: this.#signatureOf(texts()), usedBy: search })
      },
    }
  }

  #keep(key: MessageKey, signature: Signature): void {
    this.#signatures.set(key, signature)
    this.#octets += signature.bits.byteLength + overhead
  }

  /** @returns whether there is some. */
  #makeRoom(before: number): boolean {
    for (const [key, { bits, usedBy }] of this.#signatures) {
      if (usedBy >= before) continue
      this.#signatures.delete(key)
      this.#octets -= bits.byteLength + overhead
    }
    return this.#octets < this.#limit
  }

  /** As short as it can be and still say something. */
  #signatureOf(texts: readonly string[]): Uint32Array {
    const length = texts.reduce((sum, text) => sum + text.length, 0)
    const bits = Math.min(Math.max(2 ** Math.ceil(Math.log2(length + 1)), leastBits), mostBits)
    let signature = this.#scratch.subarray(0, bits / 32).fill(0)
    let set = 0
    for (const text of texts) set += enter(signature, text)
    while (signature.length * 32 > leastBits && set < (density / 2) * signature.length * 32) {
      signature = folded(signature)
    }
    return signature.slice()
  }
}

/** @returns how many bits are set that were not. */
function enter(signature: Uint32Array, text: string): number {
  const mask = signature.length * 32 - 1
  let set = 0
  let [a, b] = [text.charCodeAt(0), text.charCodeAt(1)]
  for (let i = 2; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const bit = hashOf(a, b, c) & mask
    const word = signature[bit >>> 5] ?? 0
    const after = word | (1 << (bit & 31))
    if (after >>> 0 !== word) {
      signature[bit >>> 5] = after
      set++
    }
    a = b
    b = c
  }
  return set
}

/** With half the bits: each stands for two. */
function folded(signature: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const half = signature.length / 2
  for (let i = 0; i < half; i++) signature[i] = (signature[i] ?? 0) | (signature[i + half] ?? 0)
  return signature.subarray(0, half)
}

function hasBit(signature: Uint32Array, hash: number): boolean {
  const bit = hash & (signature.length * 32 - 1)
  return (((signature[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1
}

/** Of each three characters; none where the text is shorter. */
const hashesOf = (text: string): Uint32Array =>
  Uint32Array.from({ length: Math.max(text.length - 2, 0) }, (_, i) =>
    hashOf(text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)),
  )

// Odd numbers with their bits well spread, after https://en.wikipedia.org/wiki/MurmurHash.
function hashOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)
  return mixed ^ (mixed >>> 15)
}
