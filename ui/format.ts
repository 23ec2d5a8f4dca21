const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

// Made when first used: the first takes 20 ms, and a list of new messages needs none.
const clock = once(() => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }))
const weekday = once(
  () => new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
)
const monthDay = once(() => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }))
const fullDate = once(() => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' }))
const exact = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' }))

/** How long ago, as short as a list wants it. @param at milliseconds since 1970 */
export function age(at: number, from: number): string {
  const passed = from - at
  if (passed < minute) return 'now'
  if (passed < hour) return `${Math.floor(passed / minute)} min`
  if (passed < 12 * hour) return clock().format(at)
  if (passed < 6 * day) return weekday().format(at)
  return passed < 300 * day ? monthDay().format(at) : fullDate().format(at)
}

/** A moment in full, in the reader's own time zone. @param at milliseconds since 1970, or RFC 3339 */
export function moment(at: number | string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'not readable' : exact().format(date)
}

/** Octets for people, in steps of 1,000. */
export function size(octets: number): string {
  if (octets < 1000) return `${octets} B`
  if (octets < 999_500) return `${rounded(octets / 1000)} kB`
  if (octets < 999_500_000) return `${rounded(octets / 1_000_000)} MB`
  return `${rounded(octets / 1_000_000_000)} GB`
}

/** `1 message`, `12,000 messages`. */
export function count(amount: number, noun: string): string {
  return `${figure(amount)} ${noun}${amount === 1 ? '' : 's'}`
}

/** `12,000`. @param amount a whole number, not negative */
export function figure(amount: number): string {
  return amount < 1000
    ? String(amount)
    : `${figure(Math.floor(amount / 1000))},${String(amount % 1000).padStart(3, '0')}`
}

/** A text of which a message decides the length, as long as it can be shown. */
export function cut(text: string, most = 200): string {
  if (text.length <= most) return text
  // Not between the halves of a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most
  return `${text.slice(0, end)}…`
}

function rounded(amount: number): string {
  return amount < 9.95 ? amount.toFixed(1).replace(/\.0$/, '') : String(Math.round(amount))
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
