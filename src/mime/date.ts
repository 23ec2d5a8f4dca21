/** Dates: RFC 5322 §3.3 with the obsolete forms of §4.3. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Hours from UTC. RFC 5322 §4.3; unknown names and the military letters count as UTC, as it says. */
const zones: ReadonlyMap<string, number> = new Map([
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
])

/** Milliseconds since 1970 (UTC), or undefined where it is no date. `raw` is the body of a Date field. */
export function parseDate(raw: string): number | undefined {
  const text = withoutComments(raw.slice(0, 500)).trim().toLowerCase()
  // date-time = [ day-of-week "," ] day month year hour ":" minute [ ":" second ] zone
  const match =
    /^(?:[a-z]{3,9}\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}[\s-]+(\d{2,5})[\s,]+(\d{1,2})\s?:\s?(\d{2})(?:\s?:\s?(\d{2}))?(?:\.\d{1,9})?\s*([+-]\d{4}|[a-z]{1,5})?(?:\s|$)/.exec(
      text.replace(/\s+/g, ' '),
    )
  if (match === null) return undefined
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = match
  const monthIndex = months.indexOf(month)
  const inRange = Number(day) >= 1 && Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60
  if (monthIndex < 0 || !inRange) return undefined
  const date = new Date(0)
  date.setUTCFullYear(fullYear(year), monthIndex, Number(day))
  // 31 February would become March.
  if (date.getUTCDate() !== Number(day)) return undefined
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  return date.getTime() - zoneMinutes(zone) * 60_000
}

/** RFC 5322 §4.3: 00 to 49 are 2000 to 2049; 50 to 99 and three digits count from 1900. */
function fullYear(year: string): number {
  const number = Number(year)
  if (year.length === 2) return number < 50 ? number + 2000 : number + 1900
  return year.length === 3 ? number + 1900 : number
}

function zoneMinutes(zone: string): number {
  if (!/^[+-]/.test(zone)) return (zones.get(zone) ?? 0) * 60
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))
  return zone.startsWith('-') ? -minutes : minutes
}

/** Comments nest (RFC 5322 §3.2.2); linear. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text
  let depth = 0
  let out = ''
  for (const character of text) {
    if (character === '(') depth++
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) out += character
  }
  return out
}
