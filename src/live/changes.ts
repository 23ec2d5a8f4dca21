/** What the live channel says: changes small enough to be hints, or the word to list again. Pure. */
import { wireChange } from '../http/wire.ts'
import type { WireChange, WireSummary } from '../http/wire-types.ts'
import type { Change } from '../store/change.ts'

/** Changes in one event; more become a reset. */
export const maxChanges = 50
/** Octets of one change as JSON. WEB-8. */
export const maxChangeOctets = 1_024

/** @returns undefined where only listing again will do: too many, too large, or unclear. */
export function hints(changes: readonly Change[]): WireChange[] | undefined {
  if (changes.length > maxChanges) return undefined
  const said: WireChange[] = []
  for (const change of changes) {
    const wire = wireChange(change)
    if (wire === 'nothing') continue
    const fitting = wire === 'unclear' ? undefined : fit(wire)
    if (fitting === undefined) return undefined
    said.push(fitting)
  }
  return said
}

function fit(change: WireChange): WireChange | undefined {
  if (octetsOf(change) <= maxChangeOctets) return change
  if (change.kind !== 'arrived') return undefined
  for (const scale of [1, 0.5, 0.25, 0]) {
    const shorter = { ...change, summary: shorten(change.summary, scale) }
    if (octetsOf(shorter) <= maxChangeOctets) return shorter
  }
  return undefined
}

function shorten(summary: WireSummary, scale: number): WireSummary {
  const cut = (text: string, length: number): string =>
    Array.from(text.slice(0, 2 * length))
      .slice(0, Math.floor(length * scale))
      .join('')
  const person = ({ name, address }: WireSummary['from']): WireSummary['from'] => ({
    name: cut(name, 40),
    address: cut(address, 64),
  })
  return {
    ...summary,
    subject: cut(summary.subject, 120),
    preview: cut(summary.preview, 80),
    from: person(summary.from),
    to: summary.to.slice(0, 1).map(person),
    reversePath: cut(summary.reversePath, 64),
    forwardPaths: summary.forwardPaths.slice(0, 1).map((path) => cut(path, 64)),
    messageId: cut(summary.messageId, 64),
    tags: summary.tags.slice(0, 3).map((tag) => cut(tag, 24)),
  }
}

function octetsOf(change: WireChange): number {
  return Buffer.byteLength(JSON.stringify(change))
}
