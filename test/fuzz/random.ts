/** Inputs by chance, the same ones for the same seed. */
import { randomInt } from 'node:crypto'

/** Printed by every test, and taken from `FUZZ_SEED` where that is given. */
export const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31))

export class Random {
  #state: number

  constructor(start: number) {
    // A state of 0 would stay.
    this.#state = start | 0 || 1
  }

  /** From 0 to `below`, without it. xorshift32. */
  int(below: number): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }

  oneOf<T>(choices: readonly T[]): T {
    const chosen = choices[this.int(choices.length)]
    if (chosen === undefined) throw new Error('There is nothing to choose from')
    return chosen
  }

  /** True one time in so many. */
  once(inTimes: number): boolean {
    return this.int(inTimes) === 0
  }
}

/** Octets that parsers of mail and of its protocols stumble over. */
const bits: readonly Buffer[] = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\t',
    ' ',
    '"',
    '\\',
    '(',
    ')',
    '<',
    '>',
    '@',
    ':',
    ';',
    ',',
    '=',
    '%',
    '{',
    '}',
    '*',
    '.',
  ],
  ...[
    '=?utf-8?q?',
    '?=',
    '=?utf-8?b?',
    '--',
    '--a',
    'Content-Type: ',
    'multipart/mixed; boundary=a',
    'charset=',
    'base64',
  ],
  ...[
    '<!--',
    '&#x',
    '<a ',
    ']]>',
    '{4}',
    '{999999999999}',
    '{1+}',
    'BODY[',
    '1:*',
    'UID ',
    '\r\n.\r\n',
    '__proto__',
    '../',
  ],
  ...['\xff', '\xc3', '\xed\xa0\x80', '\u2028', '\u202e', '%00', '%', '$', '[', ']', '9'.repeat(30), '('.repeat(200)],
].map((text) => Buffer.from(text))

/** The same octets with a few changes: cut, doubled, replaced, or with something of another input in them. */
export function mutate(random: Random, octets: Buffer, others: readonly Buffer[]): Buffer {
  let result = octets
  for (let changes = 1 + random.int(4); changes > 0; changes--) {
    const at = random.int(result.length + 1)
    const end = Math.min(result.length, at + random.int(random.once(4) ? result.length + 1 : 20))
    const [head, middle, tail] = [result.subarray(0, at), result.subarray(at, end), result.subarray(end)]
    result = Buffer.concat([head, ...inserted(random, middle, others), tail])
    if (result.length > maxOctets) result = result.subarray(0, maxOctets)
  }
  return result
}

const maxOctets = 200_000

function inserted(random: Random, middle: Buffer, others: readonly Buffer[]): Buffer[] {
  switch (random.int(6)) {
    case 0:
      return []
    case 1:
      return [middle, middle]
    case 2:
      return [random.oneOf(bits), middle]
    case 3:
      return Array.from({ length: 1 + random.int(50) }, () => (random.once(3) ? middle : random.oneOf(bits)))
    case 4: {
      const other = random.oneOf(others)
      const at = random.int(other.length)
      return [other.subarray(at, at + random.int(500)), middle]
    }
    default:
      return [Buffer.from(Array.from(middle.subarray(0, 100), (octet) => octet ^ (1 << random.int(8))))]
  }
}
