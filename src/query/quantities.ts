/** Sizes, times and ages as the query language writes them. Times by RFC 3339 §5.6. */
import { QueryError } from './query-error.ts'
import type { Value } from './reader.ts'

const octetUnits = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
])

const ageUnits = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

/** `500`, `10k`, `2m`, `1g`: octets, powers of 1024. */
export function parseOctets(value: Value, field: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})([kmg]?)$/.exec(value.text.toLowerCase()) ?? []
  return (
    quantity(value, digits, octetUnits.get(unit)) ?? refuse(value, `After ${field}: stands a size: 500, 10k, 2m or 1g`)
  )
}

/** `500ms`, `30s`, `5m`, `2h`, `3d`, `1w`: milliseconds. */
export function parseAge(value: Value, field: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})(ms|[smhdw])$/.exec(value.text.toLowerCase()) ?? []
  return (
    quantity(value, digits, ageUnits.get(unit)) ?? refuse(value, `After ${field}: stands an age: 30s, 5m, 2h, 3d or 1w`)
  )
}

/** A date (its midnight) or a time of RFC 3339; UTC where no offset is given, seconds and finer may be left out. */
export function parseTime(value: Value, field: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/.exec(
    value.text.toUpperCase(),
  )
  const [, date = '', minutes = '00:00', seconds = ':00', fraction = '', offset = 'Z'] = parts ?? []
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const at = Date.parse(`${date}T${minutes}${seconds}${fraction.slice(0, 4)}${offset}`)
  // Date.parse takes 30 February for 2 March, and 24:00 for the next day.
  const real = !Number.isNaN(at) && new Date(midnight).toISOString().startsWith(date) && !minutes.startsWith('24')
  return real
    ? at
    : refuse(
        value,
        `After ${field}: stands a date or a time: 2026-11-23 or 2026-11-23T09:30:00Z (UTC unless it says otherwise)`,
      )
}

/** The size in the largest unit that divides it. */
export function formatOctets(octets: number): string {
  for (const unit of ['g', 'm', 'k']) {
    const size = octetUnits.get(unit) ?? 1
    if (octets > 0 && octets % size === 0) return `${octets / size}${unit}`
  }
  return String(octets)
}

/** The age in the largest unit that divides it. */
export function formatAge(ageMs: number): string {
  for (const [unit, size] of ageUnits) if (ageMs > 0 && ageMs % size === 0) return `${ageMs / size}${unit}`
  return `${ageMs}ms`
}

/** The date where it is midnight, else the time, in UTC. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z').replace('T00:00:00Z', '')
}

function quantity(value: Value, digits: string, unit: number | undefined): number | undefined {
  if (digits === '' || unit === undefined) return undefined
  const amount = Number(digits) * unit
  return Number.isSafeInteger(amount) ? amount : refuse(value, 'This is more than can be compared')
}

function refuse(value: Value, text: string): never {
  throw new QueryError(text, value.start, value.end - value.start)
}
