import type { MessageKey } from './message.ts'

/**
 * Message numbers and the keys they are written as.
 *
 * A number is milliseconds since 2025 times 4,096, or the last number plus one where that is more: ascending whatever
 * the clock does, never used twice, and new in every store, so that a key kept from an earlier server names nothing.
 * Below 2^53, so that SQLite, libsql and JavaScript agree on it.
 */

const epoch = Date.UTC(2025, 0, 1)
const numbersPerMs = 4096
/** Leaves 2^42 numbers above, should a clock say that it is the year 2094. */
const latestMs = 2 ** 41 - 2 ** 30
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const keyLength = 11

/** The number after `last` for a message that arrives at `now` (milliseconds since 1970). */
export function nextNumber(last: number, now: number): number {
  const ms = Math.min(Math.max(Math.floor(now) - epoch, 0), latestMs)
  return Math.max(last + 1, ms * numbersPerMs)
}

/** Crockford's base32, lower case, 11 digits. */
export function keyOf(number: number): MessageKey {
  let rest = number
  let key = ''
  for (let i = 0; i < keyLength; i++) {
    key = alphabet.charAt(rest % 32) + key
    rest = Math.floor(rest / 32)
  }
  return key
}

/** The keys of many numbers, each as `keyOf` writes it; fast where neighbours arrived at about the same time. */
export function keysOf(numbers: Float64Array): MessageKey[] {
  let high = -1
  let beginning = ''
  return Array.from(numbers, (number) => {
    const low = number % (32 * 32 * 32 * 32)
    if (number - low !== high) {
      high = number - low
      beginning = keyOf(high).slice(0, -4)
    }
    return (
      beginning +
      alphabet.charAt(low >> 15) +
      alphabet.charAt((low >> 10) & 31) +
      alphabet.charAt((low >> 5) & 31) +
      alphabet.charAt(low & 31)
    )
  })
}

/** @returns undefined for anything that is not a key as `keyOf` writes it. */
export function numberOf(key: string): number | undefined {
  if (key.length !== keyLength) return undefined
  let number = 0
  for (const digit of key) {
    const value = alphabet.indexOf(digit)
    if (value < 0) return undefined
    number = number * 32 + value
  }
  return Number.isSafeInteger(number) ? number : undefined
}
