/** Charsets of seven bits that switch to two octets for a character: ISO-2022-KR (RFC 1557) and HZ (RFC 1843). */

const escape = 0x1b
const shiftOut = 0x0e
const shiftIn = 0x0f
const lf = 0x0a
const tilde = 0x7e
const openBrace = 0x7b
const closeBrace = 0x7d

/** The same text in EUC-KR: shifted octets get their eighth bit. A line begins unshifted, RFC 1557 §2. */
export function iso2022KrToEuc(octets: Uint8Array): Uint8Array {
  const out = Buffer.alloc(octets.length)
  let length = 0
  let shifted = false
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0
    if (octet === shiftOut || octet === shiftIn) shifted = octet === shiftOut
    else if (isDesignator(octets, at)) at += 3
    else {
      if (octet === lf) shifted = false
      out[length++] = shifted ? withEighthBit(octet) : octet
    }
  }
  return out.subarray(0, length)
}

/** ESC $ ) C says once that the second set is KS C 5601. */
function isDesignator(octets: Uint8Array, at: number): boolean {
  return octets[at] === escape && octets[at + 1] === 0x24 && octets[at + 2] === 0x29 && octets[at + 3] === 0x43
}

/** The same text in GB 2312 with eighth bits: between `~{` and `~}`, on one line. `~~` is a tilde, `~` LF is nothing. */
export function hzToGb(octets: Uint8Array): Uint8Array {
  const out = Buffer.alloc(octets.length)
  let length = 0
  let shifted = false
  for (let at = 0; at < octets.length; at++) {
    const octet = octetAt(octets, at)
    const next = octetAt(octets, at + 1)
    const sequence = hzSequence(octet, next, shifted)
    // Two octets are one character; the second may be a tilde.
    const pair = shifted && sequence === undefined && isGraphic(octet) && isGraphic(next)
    if (sequence === 'switch') shifted = !shifted
    else if (sequence !== 'nothing') out[length++] = shifted ? withEighthBit(octet) : octet
    if (pair) out[length++] = withEighthBit(next)
    if (pair || sequence !== undefined) at++
    else if (octet === lf) shifted = false
  }
  return out.subarray(0, length)
}

/** What two octets that begin with a tilde are; undefined: no sequence. */
function hzSequence(octet: number, next: number, shifted: boolean): 'switch' | 'tilde' | 'nothing' | undefined {
  if (octet !== tilde) return undefined
  if (shifted) return next === closeBrace ? 'switch' : undefined
  if (next === openBrace) return 'switch'
  if (next === tilde) return 'tilde'
  return next === lf ? 'nothing' : undefined
}

/** 0 past the end. */
function octetAt(octets: Uint8Array, at: number): number {
  return octets[at] ?? 0
}

function isGraphic(octet: number): boolean {
  return octet > 0x20 && octet < 0x7f
}

function withEighthBit(octet: number): number {
  return isGraphic(octet) ? octet | 0x80 : octet
}
