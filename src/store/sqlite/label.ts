import { crc32 } from 'node:zlib'

/**
 * What stands before the octets of each message in a file of octets, so that they can be told apart without `store.db`:
 * a mark (8 octets), the message's number (8), when it arrived in milliseconds since 1970 (8), how many octets follow (8),
 * their CRC-32 (4) and whether that was known (4), four octets of nothing, and the CRC-32 of all that (4). Big-endian.
 */
export interface Label {
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly octets: number
  /** CRC-32 of the octets; undefined for a large message, which is written as it comes. */
  readonly checksum: number | undefined
}

export const labelOctets = 48
/** `key.ts` goes no higher by the clock. */
const mostNumber = 2n ** 53n - 2n ** 42n
/** The year 10000. */
const latest = 253_402_300_800_000n
/** Begins every label. */
export const labelMark = Buffer.from('\0\xd5tunt\r\n', 'latin1')

export function encodeLabel({ number, at, octets, checksum }: Label): Buffer {
  const label = Buffer.alloc(labelOctets)
  labelMark.copy(label)
  label.writeBigUInt64BE(BigInt(number), 8)
  label.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(at))), 16)
  label.writeBigUInt64BE(BigInt(octets), 24)
  label.writeUInt32BE(checksum ?? 0, 32)
  label.writeUInt32BE(Number(checksum !== undefined), 36)
  label.writeUInt32BE(crc32(label.subarray(0, 44)), 44)
  return label
}

/** @returns undefined where no whole label begins. */
export function decodeLabel(octets: Uint8Array, offset = 0): Label | undefined {
  const label = Buffer.from(octets.buffer, octets.byteOffset + offset, Math.min(labelOctets, octets.length - offset))
  if (label.length < labelOctets || !label.subarray(0, labelMark.length).equals(labelMark)) return undefined
  if (crc32(label.subarray(0, 44)) !== label.readUInt32BE(44)) return undefined
  const [number = 0n, at = 0n, octetCount = 0n] = [8, 16, 24].map((place) => label.readBigUInt64BE(place))
  // A message may hold what looks like a label.
  if (number > mostNumber || at > latest || octetCount > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  return {
    number: Number(number),
    at: Number(at),
    octets: Number(octetCount),
    checksum: label.readUInt32BE(36) === 1 ? label.readUInt32BE(32) : undefined,
  }
}
