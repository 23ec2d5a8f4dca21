import { crc32 } from 'node:zlib'
import { piecesOf } from './disk.ts'
import { isDamaged, type Database } from './driver.ts'
import { decodeLabel, type Label } from './label.ts'
import { foreignSegments, writeForeign } from './older-copy.ts'
import type { Segments } from './segments.ts'

/** Whole messages in files of octets whose numbers the database has never given. */
export interface Unclaimed {
  readonly messages: number
  readonly highest: number
}

/** Files that are looked at though messages live in them: those that were written last. */
const newest = 2

/**
 * Looks for what the journal should have told of and does not: where it is damaged or gone, or where an older copy of the
 * whole folder was put over a newer one. Such files are kept as they are from now on. A message that a crash caught
 * before it was acknowledged is among them: nothing tells the two apart, and nothing that is whole is thrown away.
 * @param number the highest that was given
 * @returns undefined where there are none
 */
export function keepUnclaimed(db: Database, segments: Segments, number: number): Unclaimed | undefined {
  const living = segments.overhead === 0 ? undefined : segmentsOf(db)
  if (living === undefined) return undefined
  const all = segments.list().map(({ segment }) => segment)
  const looked = all.filter((segment, index) => !living.has(segment) || index >= all.length - newest)
  let found: Unclaimed | undefined
  const kept = looked.filter((segment) => {
    const above = [...labelsIn(segments, segment)].filter((label) => label.number > number)
    if (above.length === 0) return false
    const highest = Math.max(found?.highest ?? 0, ...above.map((label) => label.number))
    found = { messages: (found?.messages ?? 0) + above.length, highest }
    return true
  })
  if (kept.length > 0) writeForeign(db, [...new Set([...foreignSegments(db), ...kept])])
  for (const segment of kept) segments.keep(segment)
  return found
}

/** Undefined where it cannot be read: then nothing is dropped either. */
function segmentsOf(db: Database): ReadonlySet<number> | undefined {
  try {
    const rows = db.prepare('SELECT DISTINCT segment FROM message').all()
    return new Set(rows.map((row) => Number(row['segment'])))
  } catch (error) {
    if (isDamaged(error)) return undefined
    throw error
  }
}

/** Of the messages whose octets are what the label says; up to where none stands. */
function* labelsIn(segments: Segments, segment: number): Generator<Label> {
  const { overhead } = segments
  for (let at = 0; ;) {
    const label = decodeLabel(segments.read({ segment, offset: at }, 0, overhead))
    if (label === undefined) return
    if (isWhole(segments, { segment, offset: at + overhead }, label)) yield label
    at += overhead + label.octets
  }
}

function isWhole(segments: Segments, place: { segment: number; offset: number }, { octets, checksum }: Label): boolean {
  if (!segments.holds(place, octets)) return false
  if (checksum === undefined) return true
  let sum = 0
  for (const piece of piecesOf(octets, (start, end) => segments.read(place, start, end))) sum = crc32(piece, sum)
  return sum === checksum
}
