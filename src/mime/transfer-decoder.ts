/** Content-Transfer-Encoding, RFC 2045 §6, and the uuencode of older mailers. All are lenient and never throw. */
import { bufferOf } from './charset.ts'

/** Decodes a body in pieces. */
export interface TransferDecoder {
  /** Octets that are certain so far. May be a view of the chunk. */
  push(chunk: Uint8Array): Uint8Array
  /** What was held back. */
  end(): Uint8Array
}

/** Makes a decoder; what is unknown comes out as it is. `encoding` in lower case. */
export function transferDecoder(encoding: string): TransferDecoder {
  switch (encoding) {
    case 'base64':
      return new Base64Decoder()
    case 'quoted-printable':
      return new QuotedPrintableDecoder()
    case 'x-uuencode':
    case 'x-uue':
    case 'uuencode':
      return new UuDecoder()
    default:
      return identity
  }
}

const nothing = new Uint8Array(0)
const identity: TransferDecoder = { push: (chunk) => chunk, end: () => nothing }

/** RFC 2045 §6.8: characters outside the alphabet are ignored. Padding in the middle ends a run, not the body. */
class Base64Decoder implements TransferDecoder {
  #held = ''

  push(chunk: Uint8Array): Uint8Array {
    const text =
      this.#held +
      bufferOf(chunk)
        .toString('latin1')
        .replace(/[^A-Za-z0-9+/=]+/g, '')
    const padding = text.indexOf('=')
    if (padding < 0) {
      const whole = text.length - (text.length % 4)
      this.#held = text.slice(whole)
      return Buffer.from(text.slice(0, whole), 'base64')
    }
    return this.#padded(text)
  }

  end(): Uint8Array {
    const rest = this.#held.replace(/=+/g, '')
    this.#held = ''
    return Buffer.from(rest, 'base64')
  }

  #padded(text: string): Uint8Array {
    const runs = text.split(/=+/)
    const last = text.endsWith('=') ? '' : (runs.pop() ?? '')
    const whole = last.length - (last.length % 4)
    this.#held = last.slice(whole)
    const decoded = runs.map((run) => Buffer.from(run, 'base64'))
    return Buffer.concat([...decoded, Buffer.from(last.slice(0, whole), 'base64')])
  }
}

const equals = 0x3d
const lf = 0x0a
const cr = 0x0d

/** RFC 2045 §6.7: white space at the end of a line goes; what is no encoding stays as it is. */
class QuotedPrintableDecoder implements TransferDecoder {
  #held: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): Uint8Array {
    const octets = this.#held.length === 0 ? bufferOf(chunk) : Buffer.concat([this.#held, chunk])
    // A decision needs what follows: an escape is 3 octets, white space may be at the end of its line.
    const stop = certainEnd(octets)
    this.#held = Buffer.from(octets.subarray(stop))
    return decodeQuotedPrintable(octets.subarray(0, stop), false)
  }

  end(): Uint8Array {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return decodeQuotedPrintable(rest, true)
  }
}

/** White space longer than this is taken for text where a chunk ends in it: what is held back stays bounded. */
const longestPadding = 1024

function certainEnd(octets: Buffer): number {
  let stop = octets.length
  const least = Math.max(0, stop - longestPadding)
  while (stop > least && isPadding(octets[stop - 1])) stop--
  if (stop === least && least > 0) return octets.length
  for (let back = 1; back <= 2; back++) if (octets[stop - back] === equals) return stop - back
  return stop
}

function isPadding(octet: number | undefined): boolean {
  return octet === 0x20 || octet === 0x09 || octet === cr
}

/** `last`: the octets end where the body does, so that their end is the end of a line. */
function decodeQuotedPrintable(octets: Buffer, last: boolean): Buffer {
  const text = octets.toString('latin1')
  const trimmed = /[ \t]\r?(?:\n|$)/.test(text) ? trimLines(text, last) : text
  // In one pass: a soft line break does not make an escape of what stands around it.
  const escapes = last ? /=(?:([0-9A-Fa-f]{2})|\r?(?:\n|$))/g : /=(?:([0-9A-Fa-f]{2})|\r?\n)/g
  return Buffer.from(
    trimmed.replace(escapes, (_, hex?: string) =>
      hex === undefined ? '' : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  )
}

function trimLines(text: string, last: boolean): string {
  const lines = text.split('\n')
  const whole = last ? lines.length : lines.length - 1
  return lines.map((line, index) => (index < whole ? trimLine(line) : line)).join('\n')
}

function trimLine(line: string): string {
  const stop = line.endsWith('\r') ? line.length - 1 : line.length
  let end = stop
  while (end > 0 && (line.charCodeAt(end - 1) === 0x20 || line.charCodeAt(end - 1) === 0x09)) end--
  return end === stop ? line : line.slice(0, end) + line.slice(stop)
}

/** Lines of a length character and groups of four; `begin`, `end` and what stands around them is left out. */
class UuDecoder implements TransferDecoder {
  #held: Buffer = Buffer.alloc(0)
  #begun = false
  #ended = false

  push(chunk: Uint8Array): Uint8Array {
    const octets = Buffer.concat([this.#held, chunk])
    const stop = octets.lastIndexOf(lf) + 1
    this.#held = octets.length - stop > longestPadding ? Buffer.alloc(0) : Buffer.from(octets.subarray(stop))
    return this.#lines(octets.toString('latin1', 0, stop))
  }

  end(): Uint8Array {
    const rest = this.#held.toString('latin1')
    this.#held = Buffer.alloc(0)
    return this.#lines(rest)
  }

  #lines(text: string): Uint8Array {
    const out: Buffer[] = []
    for (const line of text.split(/\r?\n/)) {
      if (!this.#begun) this.#begun = /^begin [0-7]{3,4} /.test(line)
      else if (line.trim() === 'end') this.#ended = true
      else if (!this.#ended && line !== '') out.push(uuLine(line))
    }
    return Buffer.concat(out)
  }
}

function uuLine(line: string): Buffer {
  const size = (line.charCodeAt(0) - 32) & 63
  const octets = Buffer.alloc(Math.ceil(size / 3) * 3)
  for (let group = 0; group * 3 < size; group++) {
    const at = 1 + group * 4
    const [a, b, c, d] = [0, 1, 2, 3].map((n) => ((line.charCodeAt(at + n) || 32) - 32) & 63)
    octets.writeUIntBE(((a ?? 0) << 18) | ((b ?? 0) << 12) | ((c ?? 0) << 6) | (d ?? 0), group * 3, 3)
  }
  return octets.subarray(0, size)
}
