/**
 * What a picture declares to be, by its first octets: PNG (RFC 2083 §4.1.1), GIF89a §18, JPEG (ITU-T T.81 §B.2.2),
 * WebP (RFC 9649 §2.5 to §2.7). Whatever its media type says: browsers go by the octets, too.
 */

/** @returns pixels; undefined where it is none of these, or its size does not stand in these octets */
export function declaredPixels(octets: Uint8Array): number | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  for (const { signature, at, least, pixels } of kinds) {
    if (octets.length >= least && signature.every((octet, index) => octets[at + index] === octet)) return pixels(view)
  }
  return undefined
}

interface Kind {
  readonly signature: readonly number[]
  /** Where the signature stands. */
  readonly at: number
  /** Octets that `pixels` may look at without asking. */
  readonly least: number
  pixels(view: DataView): number | undefined
}

const textOctets = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))

const kinds: readonly Kind[] = [
  {
    signature: [0x89, ...textOctets('PNG\r\n\x1a\n')],
    ...{ at: 0, least: 24, pixels: (view) => view.getUint32(16) * view.getUint32(20) },
  },
  {
    signature: textOctets('GIF8'),
    ...{ at: 0, least: 10, pixels: (view) => view.getUint16(6, true) * view.getUint16(8, true) },
  },
  { signature: [0xff, 0xd8, 0xff], at: 0, least: 4, pixels: jpegPixels },
  { signature: textOctets('WEBP'), at: 8, least: 30, pixels: webpPixels },
]

/** Goes from segment to segment up to the frame header: SOF0 to SOF15 without DHT, JPG and DAC. */
function jpegPixels(view: DataView): number | undefined {
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7)
    // A fill octet stands alone; any other segment says its length.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

function webpPixels(view: DataView): number | undefined {
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)))
  if (chunk === 'VP8 ') return (view.getUint16(26, true) & 0x3fff) * (view.getUint16(28, true) & 0x3fff)
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true)
    return ((bits & 0x3fff) + 1) * (((bits >>> 14) & 0x3fff) + 1)
  }
  if (chunk !== 'VP8X') return undefined
  const side = (at: number): number => (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1
  return side(24) * side(27)
}
