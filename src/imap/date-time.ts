/** Dates of the protocol. RFC 9051 §9: date-time, date. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dateTime = /^( ?\d|\d\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) [+-](\d\d)(\d\d)$/
const date = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/

/** ` 1-Jan-2026 00:00:00 +0000`, in UTC. @param time milliseconds since 1970. */
export function formatDateTime(time: number): string {
  const at = new Date(time)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = String(at.getUTCDate()).padStart(2, ' ')
  const year = String(at.getUTCFullYear()).padStart(4, '0')
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')
  return `${day}-${months[at.getUTCMonth()] ?? ''}-${year} ${clock} +0000`
}

/** Milliseconds since 1970; undefined where it is none. */
export function parseDateTime(text: string): number | undefined {
  const match = dateTime.exec(text)
  if (match === null) return undefined
  const [day = '', month = '', year = '', ...rest] = match.slice(1)
  const midnight = dayOf(day, month, year)
  const clock = rest.map(Number)
  if (midnight === undefined || clock.some((value, i) => value >= (clockLimits[i] ?? 0))) return undefined
  const [seconds, zone] = [clock.slice(0, 3), clock.slice(3)].map((units) =>
    units.reduce((sum, unit) => sum * 60 + unit, 0),
  )
  return midnight + ((seconds ?? 0) - (zone ?? 0) * 60 * (text.includes(' -') ? -1 : 1)) * 1000
}

/** Hours, minutes, seconds, and those of the zone: each is below. */
const clockLimits = [24, 60, 61, 24, 60]

/** `1-Jan-2026` as the midnight, in UTC, at which that day begins; undefined where it is none. */
export function parseDate(text: string): number | undefined {
  const [, day = '', month = '', year = ''] = date.exec(text) ?? []
  return dayOf(day, month, year)
}

function dayOf(day: string, month: string, year: string): number | undefined {
  const index = months.findIndex((name) => name.toLowerCase() === month.toLowerCase())
  if (index < 0) return undefined
  const midnight = new Date(0)
  midnight.setUTCFullYear(+year, index, +day)
  return midnight.getUTCDate() === +day ? midnight.getTime() : undefined
}

const dayMs = 86_400_000

/** Whether a moment is on, before or since a day of a SEARCH key. @param at milliseconds since 1970, as `day`. */
export function onDay(
  { comparison, day }: { readonly comparison: 'before' | 'on' | 'since'; readonly day: number },
  at: number,
): boolean {
  if (comparison === 'before') return at < day
  return at >= day && (comparison === 'since' || at < day + dayMs)
}
