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
  const text = withoutComments(raw.slice(0, 500)).replace(/\s+/g, ' ').trim().toLowerCase()
  // date-time = [ day-of-week "," ] date time [CFWS]                                        RFC 5322 §3.3
  const match = /^(?:[a-z]{3,9} ?,? ?)?(\d[^:]{5,24}) (\d.*)$/.exec(text.replace(/ ?: ?/g, ':'))
  const day = dayOf(match?.[1] ?? '')
  const time = timeOf(match?.[2] ?? '')
  return day === undefined || time === undefined ? undefined : day + time
}

/** date = day month year; hyphens stand between them in the mail of some programs. */
function dayOf(text: string): number | undefined {
  const [, day = '', name = '', year = ''] = /^(\d{1,2})[ -]([a-z]{3})[a-z]{0,6}[ -](\d{2,5}),?$/.exec(text) ?? []
  const month = months.indexOf(name)
  if (month < 0 || Number(day) < 1) return undefined
  const date = new Date(0)
  date.setUTCFullYear(fullYear(year), month, Number(day))
  // 31 February would become March.
  return date.getUTCDate() === Number(day) ? date.getTime() : undefined
}

/** time = hour ":" minute [ ":" second ] zone. @returns milliseconds from midnight UTC of the day it names. */
function timeOf(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?(?: ?([+-]\d{4})| ?([a-z]{1,5}))?(?: |$)/.exec(text)
  if (match === null) return undefined
  const [, hour = '', minute = '', second = '0', offset = '', zone = ''] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const minutes =
    Number(hour) * 60 + Number(minute) - (offset === '' ? (zones.get(zone) ?? 0) * 60 : offsetMinutes(offset))
  return (minutes * 60 + Number(second)) * 1000
}

/** RFC 5322 §4.3: 00 to 49 are 2000 to 2049; 50 to 99 and three digits count from 1900. */
function fullYear(year: string): number {
  const number = Number(year)
  if (year.length === 2) return number < 50 ? number + 2000 : number + 1900
  return year.length === 3 ? number + 1900 : number
}

function offsetMinutes(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3))
  return offset.startsWith('-') ? -minutes : minutes
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
